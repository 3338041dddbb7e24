/** What msdb remembers of backups and restores: one row a backup set, a media set, a file, a restore. */
import { columns, type Row, type View, type Viewing } from "#lab/catalog/view.ts";
import type { BackupHistory } from "#lab/mirroring/model.ts";
import { setColumns } from "#lab/tsql/media-content.ts";

export const backupViews: View[] = [
  {
    name: "backupset",
    inDatabase: "msdb",
    columns: columns(`
      backup_set_id int !
      backup_set_uuid uniqueidentifier !
      media_set_id int !
      first_family_number tinyint
      first_media_number smallint
      last_family_number tinyint
      last_media_number smallint
      catalog_family_number tinyint
      catalog_media_number smallint
      position int
      expiration_date datetime
      software_vendor_id int
      name nvarchar(128)
      description nvarchar(255)
      user_name nvarchar(128)
      software_major_version tinyint
      software_minor_version tinyint
      software_build_version smallint
      time_zone smallint
      mtf_minor_version tinyint
      first_lsn numeric(25,0)
      last_lsn numeric(25,0)
      checkpoint_lsn numeric(25,0)
      database_backup_lsn numeric(25,0)
      database_creation_date datetime
      backup_start_date datetime
      backup_finish_date datetime
      type char(1)
      sort_order smallint
      code_page smallint
      compatibility_level tinyint
      database_version int
      backup_size numeric(20,0)
      database_name nvarchar(128)
      server_name nvarchar(128)
      machine_name nvarchar(128)
      flags int
      unicode_locale int
      unicode_compare_style int
      collation_name nvarchar(128)
      is_password_protected bit
      recovery_model nvarchar(60)
      has_bulk_logged_data bit
      is_snapshot bit
      is_readonly bit
      is_single_user bit
      has_backup_checksums bit
      is_damaged bit
      begins_log_chain bit
      has_incomplete_metadata bit
      is_force_offline bit
      is_copy_only bit
      first_recovery_fork_guid uniqueidentifier
      last_recovery_fork_guid uniqueidentifier
      fork_point_lsn numeric(25,0)
      database_guid uniqueidentifier
      family_guid uniqueidentifier
      differential_base_lsn numeric(25,0)
      differential_base_guid uniqueidentifier
      compressed_backup_size numeric(20,0)
      key_algorithm nvarchar(32) @12
      encryptor_thumbprint varbinary(20) @12
      encryptor_type nvarchar(32) @12`),
    rows: (viewing) => backups(viewing).map((backup) => setRow(backup)),
  },
  {
    name: "backupmediaset",
    inDatabase: "msdb",
    columns: columns(`
      media_set_id int !
      media_uuid uniqueidentifier
      media_family_count tinyint
      name nvarchar(128)
      description nvarchar(255)
      software_name nvarchar(128)
      software_vendor_id int
      MTF_major_version tinyint
      mirror_count tinyint
      is_password_protected bit
      is_compressed bit`),
    rows: (viewing) =>
      media(viewing).map(({ id, first }) => ({
        media_set_id: id,
        media_uuid: first.mediaGuid,
        media_family_count: 1,
        software_name: "Microsoft SQL Server",
        software_vendor_id: 4_608,
        MTF_major_version: 1,
        mirror_count: 1,
        is_password_protected: false,
        is_compressed: first.set.compressed,
      })),
  },
  {
    name: "backupmediafamily",
    inDatabase: "msdb",
    columns: columns(`
      media_set_id int !
      family_sequence_number tinyint !
      media_family_id uniqueidentifier
      media_count int
      logical_device_name nvarchar(128)
      physical_device_name nvarchar(260)
      device_type tinyint
      physical_block_size int
      mirror tinyint !`),
    rows: (viewing) =>
      media(viewing).map(({ id, first }) => ({
        media_set_id: id,
        family_sequence_number: 1,
        media_family_id: first.mediaGuid,
        media_count: 1,
        physical_device_name: first.device,
        device_type: 2,
        physical_block_size: 512,
        mirror: 0,
      })),
  },
  {
    name: "restorehistory",
    inDatabase: "msdb",
    columns: columns(`
      restore_history_id int !
      restore_date datetime
      destination_database_name nvarchar(128)
      user_name nvarchar(128)
      backup_set_id int !
      restore_type char(1)
      replace bit
      recovery bit
      restart bit
      stop_at datetime
      device_count tinyint
      stop_at_mark_name nvarchar(128)
      stop_before bit`),
    rows: ({ instance }) =>
      (instance.history?.restores ?? []).map((one) => ({
        restore_history_id: one.id,
        restore_date: new Date(one.at),
        destination_database_name: one.database,
        user_name: one.login,
        backup_set_id: one.backupId,
        restore_type: one.type,
        replace: one.replace,
        recovery: one.recovery,
        restart: false,
        device_count: 1,
      })),
  },
];

type Backup = BackupHistory["backups"][number];

function backups({ instance }: Viewing): Backup[] {
  return instance.history?.backups ?? [];
}

/** A media set is one file as it was formatted; its number is that of its first backup here. */
function media(viewing: Viewing): { id: number; first: Backup }[] {
  const seen = new Map<string, Backup>();
  for (const backup of backups(viewing)) {
    const key = mediaKey(backup);
    if (!seen.has(key)) seen.set(key, backup);
  }
  return [...seen.values()].map((first) => ({ id: mediaId(first), first }));
}

function mediaKey({ mediaGuid, device }: Backup): string {
  return `${mediaGuid} ${device.toLowerCase()}`;
}

/** Appended sets belong to the media of the first. */
function mediaId({ id, position }: Backup): number {
  return Math.max(1, id - position + 1);
}

function setRow(backup: Backup): Row {
  const { set, id, position } = backup;
  const header = setColumns(set, position);
  return {
    ...Object.fromEntries(PAIRS.map(([column, shown]) => [column, header[shown] ?? null])),
    backup_set_id: id,
    media_set_id: mediaId(backup),
    first_family_number: 1,
    first_media_number: 1,
    last_family_number: 1,
    last_media_number: 1,
    catalog_family_number: 1,
    catalog_media_number: 1,
    time_zone: 0,
    mtf_minor_version: 0,
    type: set.type,
    is_password_protected: false,
  };
}

/** The columns that HEADERONLY shows under another name. */
const PAIRS: [column: string, shown: string][] = `backup_set_uuid BackupSetGUID
position Position
software_vendor_id SoftwareVendorId
name BackupName
description BackupDescription
user_name UserName
software_major_version SoftwareVersionMajor
software_minor_version SoftwareVersionMinor
software_build_version SoftwareVersionBuild
first_lsn FirstLSN
last_lsn LastLSN
checkpoint_lsn CheckpointLSN
database_backup_lsn DatabaseBackupLSN
database_creation_date DatabaseCreationDate
backup_start_date BackupStartDate
backup_finish_date BackupFinishDate
sort_order SortOrder
code_page CodePage
compatibility_level CompatibilityLevel
database_version DatabaseVersion
backup_size BackupSize
database_name DatabaseName
server_name ServerName
machine_name MachineName
flags Flags
unicode_locale UnicodeLocaleId
unicode_compare_style UnicodeComparisonStyle
collation_name Collation
recovery_model RecoveryModel
has_bulk_logged_data HasBulkLoggedData
is_snapshot IsSnapshot
is_readonly IsReadOnly
is_single_user IsSingleUser
has_backup_checksums HasBackupChecksums
is_damaged IsDamaged
begins_log_chain BeginsLogChain
has_incomplete_metadata HasIncompleteMetaData
is_force_offline IsForceOffline
is_copy_only IsCopyOnly
first_recovery_fork_guid FirstRecoveryForkID
last_recovery_fork_guid RecoveryForkID
fork_point_lsn ForkPointLSN
database_guid BindingID
family_guid FamilyGUID
differential_base_lsn DifferentialBaseLSN
compressed_backup_size CompressedBackupSize`
  .split("\n")
  .map((line) => line.split(" ") as [string, string]);
