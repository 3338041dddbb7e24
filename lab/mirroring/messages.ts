/** SQL Server's messages that the machine may give, with the severity each carries. `%` stands for the names, in order. */
import { SqlError } from "#lab/mirroring/commands.ts";

export type MessageNumber = keyof typeof messages;

export function refuse(number: MessageNumber, ...names: (string | number)[]): never {
  throw new SqlError(number, messages[number][0], textOf(number, ...names));
}

export function textOf(number: MessageNumber, ...names: (string | number)[]): string {
  let next = 0;
  return messages[number][1].replace(/%/g, () => String(names[next++] ?? ""));
}

const copy = 'The remote copy of database "%"';
const info = "This is an informational message only. No user action is required.";

const messages = {
  // A page that waits for its partner's copy. No page at hand names its severity; 21 as for other damaged pages.
  829: [
    21,
    "Database ID %, Page % is marked RestorePending, which may indicate disk corruption. To recover from this state, perform a restore.",
  ],
  957: [17, "Database '%' is enabled for Database Mirroring, Name change is not allowed."],
  1404: [16, "The command failed because the database mirror is busy. Reissue the command later."],
  1405: [16, 'The database "%" is already enabled for database mirroring.'],
  1406: [
    16,
    'Unable to force service safely. Remove database mirroring and recover database "%" to gain access.',
  ],
  1407: [16, `${copy} is not related to the local copy of the database.`],
  1408: [16, `${copy} is not recovered far enough to enable database mirroring.`],
  1409: [
    16,
    `Database mirroring cannot be enabled for the remote copy of database "%". Restore database logs to the remote copy.`,
  ],
  1410: [16, `${copy} is already enabled for database mirroring.`],
  1411: [
    16,
    `${copy} has not had enough log backups applied to roll forward all of its files to a common point in time.`,
  ],
  1412: [
    16,
    `${copy} has not been rolled forward to a point in time that is encompassed in the local copy of the database log.`,
  ],
  1413: [
    16,
    "Communications to the remote server instance '%' failed before database mirroring was fully started. The ALTER DATABASE command failed. Retry the command when the remote database is started.",
  ],
  1415: [
    16,
    'The database mirroring operation for database "%" failed. The requested operation could not be performed.',
  ],
  1416: [16, 'Database "%" is not configured for database mirroring.'],
  1418: [
    16,
    'The server network address "%" can not be reached or does not exist. Check the network address name and that the ports for the local and remote endpoints are operational.',
  ],
  1422: [
    16,
    'The mirror server instance is not caught up to the recent changes to database "%". Unable to fail over.',
  ],
  1426: [
    16,
    "To issue ALTER DATABASE SET WITNESS, all three server instances must be interconnected, and the mirror database must be caught up. When these conditions are met, reissue the command.",
  ],
  1427: [
    16,
    "The server instance '%' could not act as the witness. The ALTER DATABASE SET WITNESS command failed.",
  ],
  1429: [
    16,
    "The witness server instance name must be distinct from both of the server instances that manage the database. The ALTER DATABASE SET WITNESS command failed.",
  ],
  1431: [
    16,
    'Neither the partner nor the witness server instance for database "%" is available. Reissue the command when at least one of the instances becomes available.',
  ],
  1432: [
    10,
    'Database mirroring is attempting to repair physical page % in database "%" by requesting a copy from the partner.',
  ],
  1433: [
    16,
    "All three server instances did not remain interconnected for the duration of the ALTER DATABASE SET WITNESS command. There may be no witness associated with the database. Verify the status and when necessary repeat the command.",
  ],
  1438: [
    16,
    "The server instance % rejected configure request; read its error log file for more information. This is a transient error hence retrying the request is likely to succeed. Correct the cause if any and retry.",
  ],
  1439: [16, 'There is currently no witness associated with database "%".'],
  1440: [10, `Database mirroring is active with database '%' as the principal copy. ${info}`],
  1441: [10, `Database mirroring is active with database '%' as the mirror copy. ${info}`],
  1442: [10, `Database mirroring is inactive for database '%'. ${info}`],
  1443: [10, `Database mirroring has been terminated for database '%'. ${info}`],
  1444: [
    10,
    `Bypassing recovery for database '%' because it is marked as a mirror database, which cannot be recovered. ${info}`,
  ],
  1445: [
    10,
    "Bypassing recovery for database '%' because it is marked as an inaccessible database mirroring database. A problem exists with the mirroring session. The session either lacks a quorum or the communications links are broken because of problems with links, endpoint configuration, or permissions (for the server account or security certificate). To gain access to the database, figure out what has changed in the session configuration and undo the change.",
  ],
  1446: [10, 'The "%" server instance is already acting as the witness.'],
  1447: [
    16,
    'ALTER DATABASE "%" command cannot be executed until both partner server instances are up, running, and connected. Start the partner and reissue the command.',
  ],
  1448: [16, `${copy} does not exist. Check the database name and reissue the command.`],
  1449: [16, "ALTER DATABASE command failed due to an invalid server connection string."],
  1452: [
    16,
    "The partner server instance name must be distinct from the server instance that manages the database. The ALTER DATABASE SET PARTNER command failed.",
  ],
  1453: [
    17,
    "'%', the remote mirroring partner for database '%', encountered error %, status %, severity %. Database mirroring has been suspended. Resolve the error on the remote server and resume mirroring, or remove mirroring and re-establish the mirror server instance.",
  ],
  1454: [
    17,
    "Database mirroring will be suspended. Server instance '%' encountered error %, state %, severity % when it was acting as a mirroring partner for database '%'. The database mirroring partners might try to recover automatically from the error and resume the mirroring session. For more information, view the error log for additional error messages.",
  ],
  1455: [
    16,
    'The database mirroring service cannot be forced for database "%" because the database is not in the correct state to become the principal database.',
  ],
  1456: [
    16,
    "The ALTER DATABASE command could not be sent to the remote server instance '%'. The database mirroring configuration was not changed. Verify that the server is connected, and try again.",
  ],
  1457: [
    23,
    "Synchronization of the mirror database, '%', was interrupted, leaving the database in an inconsistent state. The ALTER DATABASE command failed. Ensure that the principal database, if available, is back up and online, and then reconnect the mirror server instance and allow the mirror database to finish synchronizing.",
  ],
  1460: [
    16,
    'The database "%" is already configured for database mirroring on the remote server. Drop database mirroring on the remote server to establish a new partner.',
  ],
  1461: [
    10,
    'Database mirroring successfully repaired physical page % in database "%" by obtaining a copy from the partner.',
  ],
  1463: [
    16,
    "Database mirroring is not available in the edition of this SQL Server instance. See books online for more details on feature support in different SQL Server editions.",
  ],
  1464: [
    16,
    'Database mirroring cannot be enabled for the remote copy of database "%" because the database is not in a recovering state. The remote database must be restored using WITH NORECOVERY.',
  ],
  1465: [
    16,
    'Database mirroring cannot be enabled because the "%" database is not in full recovery mode on both partners.',
  ],
  1466: [
    16,
    'Database mirroring cannot be enabled because the "%" database is read-only on one of the partners.',
  ],
  1467: [
    16,
    'Database mirroring cannot be enabled because the "%" database is in emergency or suspect mode on one of the partners.',
  ],
  1468: [
    16,
    'The operation cannot be performed on database "%" because it is involved in a database mirroring session.',
  ],
  1469: [
    16,
    'Database mirroring cannot be enabled because the "%" database is an auto-close database on one of the partners.',
  ],
  1470: [
    16,
    'The alter database for this partner config values may only be initiated on the current principal server for database "%".',
  ],
  1473: [
    16,
    "This SQL Server edition does not allow changing the safety level. ALTER DATABASE command failed.",
  ],
  1474: [16, "Database mirroring connection error % '%' for '%'."],
  1475: [
    16,
    'Database mirroring cannot be enabled because the "%" database may have bulk logged changes that have not been backed up. The last log backup on the principal must be restored on the mirror.',
  ],
  1476: [16, "Database mirroring timeout value % exceeds the maximum value 32767."],
  1477: [
    16,
    'The database mirroring safety level must be FULL to manually failover database "%". Set safety level to FULL and retry.',
  ],
  1478: [
    16,
    'The mirror database, "%", has insufficient transaction log data to preserve the log backup chain of the principal database. This may happen if a log backup from the principal database has not been taken or has not been restored on the mirror database.',
  ],
  1479: [
    16,
    'The mirroring connection to "%" has timed out for database "%" after % seconds without a response. Check the service and network connections.',
  ],
  1480: [10, 'The mirrored database "%" is changing roles from "%" to "%" due to %.'],
  1481: [
    10,
    'Database mirroring could not repair physical page % in database "%". The mirroring partner could not be contacted or did not provide a copy of the page. Possible reasons include a lack of network connectivity or that the copy of the page kept by the partner is also corrupted.',
  ],
  1488: [16, 'Database mirroring cannot be enabled because the "%" database is in single user mode.'],
  3021: [16, "Cannot perform a backup or restore operation within a transaction."],
  3035: [
    16,
    'Cannot perform a differential backup for database "%", because a current database backup does not exist. Perform a full database backup by reissuing BACKUP DATABASE, omitting the WITH DIFFERENTIAL option.',
  ],
  3036: [
    16,
    'The database "%" is in warm-standby state (set by executing RESTORE WITH STANDBY) and cannot be backed up until the entire restore sequence is completed.',
  ],
  3059: [16, "This BACKUP or RESTORE command is not supported on a database mirror or secondary replica."],
  3101: [16, "Exclusive access could not be obtained because the database is in use."],
  3102: [
    16,
    "RESTORE cannot process database '%' because it is in use by this session. It is recommended that the master database be used when performing this operation.",
  ],
  3104: [
    16,
    "RESTORE cannot operate on database '%' because it is configured for database mirroring. Use ALTER DATABASE to remove mirroring if you intend to restore the database.",
  ],
  3117: [16, "The log or differential backup cannot be restored because no files are ready to rollforward."],
  3118: [
    16,
    'The database "%" does not exist. RESTORE can only create a database when restoring either a full backup or a file backup of the primary file.',
  ],
  3135: [16, "The backup set in file '%' was created by % and cannot be used for this restore operation."],
  3136: [
    16,
    "This differential backup cannot be restored because the database has not been restored to the correct earlier state.",
  ],
  3153: [16, "The database is already fully recovered."],
  3154: [16, "The backup set holds a backup of a database other than the existing '%' database."],
  3156: [16, "File '%' cannot be restored to '%'. Use WITH MOVE to identify a valid location for the file."],
  3159: [
    16,
    'The tail of the log for the database "%" has not been backed up. Use BACKUP LOG WITH NORECOVERY to backup the log if it contains work you do not want to lose. Use the WITH REPLACE or WITH STOPAT clause of the RESTORE statement to just overwrite the contents of the log.',
  ],
  3169: [
    16,
    "The database was backed up on a server running version %. That version is incompatible with this server, which is running version %. Either restore the database on a server that supports the backup, or use a backup that is compatible with this server.",
  ],
  3201: [16, "Cannot open backup device '%'. Operating system error %."],
  3234: [
    16,
    "Logical file '%' is not part of database '%'. Use RESTORE FILELISTONLY to list the logical file names.",
  ],
  3702: [16, 'Cannot drop database "%" because it is currently in use.'],
  3743: [
    16,
    "The database '%' is enabled for database mirroring. Database mirroring must be removed before you drop the database.",
  ],
  3906: [16, 'Failed to update database "%" because the database is read-only.'],
  4038: [16, "Cannot find file ID % on device '%'."],
  4208: [
    16,
    "The statement BACKUP LOG is not allowed while the recovery model is SIMPLE. Use BACKUP DATABASE or change the recovery model using ALTER DATABASE.",
  ],
  4214: [16, "BACKUP LOG cannot be performed because there is no current database backup."],
  4305: [
    16,
    "The log in this backup set begins at LSN %, which is too recent to apply to the database. An earlier log backup that includes LSN % can be restored.",
  ],
  4326: [
    16,
    "The log in this backup set terminates at LSN %, which is too early to apply to the database. A more recent log backup that includes LSN % can be restored.",
  ],
  4330: [
    16,
    "This backup set cannot be applied because it is on a recovery path that is inconsistent with the database. The recovery path is the sequence of data and log backups that have brought the database to a particular recovery point. Find a compatible backup to restore, or restore the rest of the database to match a recovery point within this backup set, which will restore the database to a different point in time.  For more information about recovery paths, see SQL Server Books Online.",
  ],
  5001: [16, "User must be in the master database."],
  5011: [
    14,
    "User does not have permission to alter database '%', the database does not exist, or the database is not in a state that allows access checks.",
  ],
  32040: [
    16,
    "The alert for 'oldest unsent transaction' has been raised. The current value of '%' surpasses the threshold '%'.",
  ],
  32042: [
    16,
    "The alert for 'unsent log' has been raised. The current value of '%' surpasses the threshold '%'.",
  ],
  32043: [
    16,
    "The alert for 'unrestored log' has been raised. The current value of '%' surpasses the threshold '%'.",
  ],
  32044: [
    16,
    "The alert for 'mirror commit overhead' has been raised. The current value of '%' surpasses the threshold '%'.",
  ],
  6102: [14, "User does not have permission to use the KILL statement."],
  6104: [16, "Cannot use KILL to kill your own process."],
  6106: [16, "Process ID % is not an active process ID."],
  9002: [17, "The transaction log for database '%' is full due to '%'."],
  7862: [
    16,
    "An endpoint of the requested type already exists. Only one endpoint of this type is supported. Use ALTER ENDPOINT or DROP the existing endpoint and execute the CREATE ENDPOINT statement.",
  ],
  7863: [
    16,
    "The endpoint was not changed. The ALTER ENDPOINT statement did not contain any values to modify or update.",
  ],
  15151: [16, "Cannot % the % '%', because it does not exist or you do not have permission."],
  15208: [
    16,
    "The certificate, asymmetric key, or private key file is not valid or does not exist; or you do not have permissions for it.",
  ],
  15232: [
    16,
    "A certificate with name '%' already exists or this certificate already has been added to the database.",
  ],
  15247: [16, "User does not have permission to perform this action."],
  15559: [16, "Cannot drop certificate '%' because there is an endpoint mapped to it."],
} as const satisfies Record<number, readonly [severity: number, text: string]>;
