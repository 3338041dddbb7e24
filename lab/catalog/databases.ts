/** sys.databases and what else describes a database from outside. */
import { databaseNamed, hasUser, visibleDatabases, whyClosed } from "#lab/catalog/access.ts";
import { compatibilityLevel } from "#lab/catalog/versions.ts";
import { columns, type Row, type View, type Viewing } from "#lab/catalog/view.ts";
import { filesIn } from "#lab/mirroring/backup.ts";
import { logOf } from "#lab/mirroring/log-chain.ts";
import { logReuseWait } from "#lab/mirroring/log-space.ts";
import { lsn } from "#lab/mirroring/lsn.ts";
import type { Database } from "#lab/mirroring/model.ts";
import { ownerSid } from "#lab/mirroring/users.ts";

export const databaseViews: View[] = [
  {
    name: "sys.databases",
    columns: columns(`
      name sysname !
      database_id int !
      source_database_id int
      owner_sid varbinary(85)
      create_date datetime !
      compatibility_level tinyint !
      collation_name sysname
      user_access tinyint
      user_access_desc nvarchar(60)
      is_read_only bit
      is_auto_close_on bit !
      is_auto_shrink_on bit
      state tinyint
      state_desc nvarchar(60)
      is_in_standby bit
      is_cleanly_shutdown bit
      is_supplemental_logging_enabled bit
      snapshot_isolation_state tinyint
      snapshot_isolation_state_desc nvarchar(60)
      is_read_committed_snapshot_on bit
      recovery_model tinyint
      recovery_model_desc nvarchar(60)
      page_verify_option tinyint
      page_verify_option_desc nvarchar(60)
      is_auto_create_stats_on bit
      is_auto_update_stats_on bit
      is_auto_update_stats_async_on bit
      is_fulltext_enabled bit
      is_trustworthy_on bit
      is_db_chaining_on bit
      is_parameterization_forced bit
      is_master_key_encrypted_by_server bit !
      is_published bit !
      is_subscribed bit !
      is_merge_published bit !
      is_distributor bit !
      is_sync_with_backup bit !
      service_broker_guid uniqueidentifier !
      is_broker_enabled bit !
      log_reuse_wait tinyint
      log_reuse_wait_desc nvarchar(60)
      is_date_correlation_on bit !
      is_cdc_enabled bit !
      is_encrypted bit
      is_honor_broker_priority_on bit
      replica_id uniqueidentifier @11
      group_database_id uniqueidentifier @11
      containment tinyint @11
      containment_desc nvarchar(60) @11
      target_recovery_time_in_seconds int @11
      delayed_durability int @12
      delayed_durability_desc nvarchar(60) @12
      is_query_store_on bit @13
      is_remote_data_archive_enabled bit @13
    `),
    rows: (viewing) =>
      visibleDatabases(viewing.instance, viewing.login).map((database) => describe(database, viewing)),
  },
  {
    name: "sysdatabases",
    columns: columns(`
      name sysname !
      dbid smallint
      sid varbinary(85)
      mode smallint
      status int
      status2 int
      crdate datetime !
      reserved datetime
      category int
      cmptlevel tinyint !
      filename nvarchar(260)
      version smallint
    `),
    rows: (viewing) =>
      visibleDatabases(viewing.instance, viewing.login).map((database) => ({
        name: database.name,
        dbid: database.databaseId,
        sid: Uint8Array.of(1),
        mode: 0,
        status: STATUS_BITS[database.state],
        status2: 0,
        crdate: new Date(database.createdAt),
        reserved: new Date(Date.UTC(1900, 0, 1)),
        category: 0,
        cmptlevel: compatibilityLevel(viewing.version),
        filename: dataPath(database),
        version: 661,
      })),
  },
  {
    name: "sys.master_files",
    columns: columns(`
      database_id int !
      file_id int !
      file_guid uniqueidentifier
      type tinyint !
      type_desc nvarchar(60)
      data_space_id int !
      name sysname !
      physical_name nvarchar(260) !
      state tinyint
      state_desc nvarchar(60)
      size int !
      max_size int !
      growth int !
      is_media_read_only bit !
      is_read_only bit !
      is_sparse bit !
      is_percent_growth bit !
      is_name_reserved bit !
      create_lsn numeric(25,0)
      drop_lsn numeric(25,0)
      read_only_lsn numeric(25,0)
      read_write_lsn numeric(25,0)
      differential_base_lsn numeric(25,0)
      differential_base_guid uniqueidentifier
      differential_base_time datetime
      redo_start_lsn numeric(25,0)
      redo_start_fork_guid uniqueidentifier
      redo_target_lsn numeric(25,0)
      redo_target_fork_guid uniqueidentifier
      backup_lsn numeric(25,0)
      credential_id int @12
    `),
    rows: ({ instance, login }) => visibleDatabases(instance, login).flatMap(filesOf),
  },
  {
    name: "sys.database_files",
    columns: columns(`
      file_id int !
      file_guid uniqueidentifier
      type tinyint !
      type_desc nvarchar(60)
      data_space_id int !
      name sysname !
      physical_name nvarchar(260)
      state tinyint
      state_desc nvarchar(60)
      size int !
      max_size int !
      growth int !
      is_media_read_only bit !
      is_read_only bit !
      is_sparse bit !
      is_percent_growth bit !
    `),
    rows: ({ instance, database }) => filesOf(databaseNamed(instance, database)!),
  },
  {
    name: "sys.database_recovery_status",
    columns: columns(`
      database_id int !
      database_guid uniqueidentifier
      family_guid uniqueidentifier
      last_log_backup_lsn numeric(25,0)
      recovery_fork_guid uniqueidentifier
      first_recovery_fork_guid uniqueidentifier
      fork_point_lsn numeric(25,0)
    `),
    rows: ({ instance, login }) =>
      visibleDatabases(instance, login).map((database) => ({
        database_id: database.databaseId,
        family_guid: database.familyGuid.toUpperCase() || null,
        database_guid: database.familyGuid.toUpperCase() || null,
        recovery_fork_guid: logOf(database).forks.at(-1)!.guid.toUpperCase() || null,
        first_recovery_fork_guid: database.familyGuid.toUpperCase() || null,
        last_log_backup_lsn: lsnOrNull(logOf(database).backedUpKb),
      })),
  },
];

export function filesOf(database: Database): Row[] {
  const [data, log] = filesIn(database);
  const common = {
    database_id: database.databaseId,
    state: STATES.indexOf(database.state),
    state_desc: database.state,
    growth: 8_192,
    is_name_reserved: false,
    ...redoOf(database),
    is_media_read_only: false,
    is_read_only: false,
    is_sparse: false,
    is_percent_growth: false,
  };
  // Sizes count pages of 8 KB.
  const pages = (kb: number) => Math.min(2_147_483_647, Math.ceil(kb / 8));
  return [
    {
      ...common,
      file_id: 1,
      type: 0,
      type_desc: "ROWS",
      data_space_id: 1,
      name: data!.logical,
      physical_name: data!.physical,
      differential_base_lsn: lsnOrNull(logOf(database).fullBackupKb),
      differential_base_guid: logOf(database).fullBackupGuid,
      size: pages(database.dataSizeKb),
      max_size: -1,
    },
    {
      ...common,
      file_id: 2,
      type: 1,
      type_desc: "LOG",
      data_space_id: 0,
      name: log!.logical,
      physical_name: log!.physical,
      size: pages(database.logSizeKb),
      max_size: pages(database.logMaxKb),
    },
  ];
}

function describe(database: Database, { login, version }: Viewing): Row {
  const settings = database.settings ?? {};
  const wait = logReuseWait(database);
  // Only an open database tells what it holds.
  const open = whyClosed(database) === null;
  return {
    name: database.name,
    database_id: database.databaseId,
    owner_sid: Uint8Array.from(Buffer.from(ownerSid(database), "hex")),
    create_date: new Date(database.createdAt),
    compatibility_level: compatibilityLevel(version),
    collation_name: open ? "SQL_Latin1_General_CP1_CI_AS" : null,
    user_access: USER_ACCESS.indexOf(settings.userAccess ?? "MULTI_USER"),
    user_access_desc: settings.userAccess ?? "MULTI_USER",
    is_read_only: (settings.readOnly ?? false) || Boolean(database.standby),
    is_auto_close_on: settings.autoClose ?? false,
    is_auto_shrink_on: false,
    state: STATES.indexOf(settings.emergency ? "EMERGENCY" : database.state),
    state_desc: settings.emergency ? "EMERGENCY" : database.state,
    is_in_standby: Boolean(database.standby),
    is_cleanly_shutdown: database.state === "OFFLINE",
    is_supplemental_logging_enabled: false,
    snapshot_isolation_state: 0,
    snapshot_isolation_state_desc: "OFF",
    is_read_committed_snapshot_on: false,
    recovery_model: RECOVERY_MODELS.indexOf(database.recoveryModel) + 1,
    recovery_model_desc: database.recoveryModel,
    page_verify_option: 2,
    page_verify_option_desc: "CHECKSUM",
    is_auto_create_stats_on: true,
    is_auto_update_stats_on: true,
    is_auto_update_stats_async_on: false,
    is_fulltext_enabled: open,
    is_trustworthy_on: settings.trustworthy ?? database.name === "msdb",
    is_db_chaining_on: database.databaseId <= 4 && database.name !== "model",
    is_parameterization_forced: false,
    is_master_key_encrypted_by_server: false,
    is_published: false,
    is_subscribed: false,
    is_merge_published: false,
    is_distributor: false,
    is_sync_with_backup: false,
    service_broker_guid: database.familyGuid.toUpperCase() || "00000000-0000-0000-0000-000000000000",
    is_broker_enabled: false,
    log_reuse_wait: wait.code,
    log_reuse_wait_desc: wait.desc,
    is_date_correlation_on: false,
    is_cdc_enabled: false,
    is_encrypted: hasUser(database, login) || open ? false : null,
    is_honor_broker_priority_on: false,
    containment: 0,
    containment_desc: "NONE",
    target_recovery_time_in_seconds: 0,
    delayed_durability: 0,
    delayed_durability_desc: "DISABLED",
    is_query_store_on: false,
    is_remote_data_archive_enabled: false,
  };
}

function dataPath(database: Database): string {
  return filesIn(database)[0]!.physical;
}

/** Where the next roll forward must begin; NULL unless the database waits for one. */
function redoOf(database: Database): Row {
  if (database.state !== "RESTORING" && database.state !== "RECOVERY_PENDING") return {};
  const position = lsnOrNull(database.endOfLogKb);
  const fork = logOf(database).forks.at(-1)!.guid.toUpperCase();
  return {
    redo_start_lsn: position,
    redo_start_fork_guid: fork,
    redo_target_lsn: position,
    redo_target_fork_guid: fork,
  };
}

function lsnOrNull(kb: number | null): bigint | null {
  return kb === null ? null : lsn(kb);
}

const STATES: string[] = [
  "ONLINE",
  "RESTORING",
  "RECOVERING",
  "RECOVERY_PENDING",
  "SUSPECT",
  "EMERGENCY",
  "OFFLINE",
];
const USER_ACCESS: string[] = ["MULTI_USER", "SINGLE_USER", "RESTRICTED_USER"];
const RECOVERY_MODELS: string[] = ["FULL", "BULK_LOGGED", "SIMPLE"];
const STATUS_BITS: Record<Database["state"], number> = {
  ONLINE: 65536,
  RESTORING: 32,
  RECOVERING: 128,
  RECOVERY_PENDING: 256,
  OFFLINE: 512,
};
