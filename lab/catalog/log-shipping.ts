/** Log shipping's tables in msdb: what is configured on this instance, and how far copying and restoring have come. */
import { columns, type Row, type View, type Viewing } from "#lab/catalog/view.ts";
import type { LogShippingSecondary } from "#lab/mirroring/model.ts";

/** Members of sysadmin alone. */
const inMsdb = { inDatabase: "msdb", readers: () => false };

export const logShippingViews: View[] = [
  {
    ...inMsdb,
    name: "log_shipping_primary_databases",
    columns: columns(`
      primary_id uniqueidentifier !
      primary_database sysname !
      backup_directory nvarchar(500) !
      backup_share nvarchar(500) !
      backup_retention_period int !
      backup_job_id uniqueidentifier !
      monitor_server sysname !
      user_specified_monitor bit
      monitor_server_security_mode bit !
      last_backup_file nvarchar(500)
      last_backup_date datetime
      backup_compression tinyint !`),
    rows: (viewing) =>
      primaries(viewing).map((one) => ({
        primary_id: one.id,
        primary_database: one.database,
        backup_directory: one.directory,
        backup_share: one.share,
        backup_retention_period: one.retentionMinutes,
        backup_job_id: one.jobId,
        monitor_server: viewing.instance.name,
        user_specified_monitor: false,
        monitor_server_security_mode: true,
        last_backup_file: one.lastFile,
        last_backup_date: date(one.lastAt),
        backup_compression: 2,
      })),
  },
  {
    ...inMsdb,
    name: "log_shipping_primary_secondaries",
    columns: columns(`
      primary_id uniqueidentifier !
      secondary_server sysname !
      secondary_database sysname !`),
    rows: (viewing) =>
      primaries(viewing).flatMap(({ id, secondaries }) =>
        secondaries.map(({ server, database }) => ({
          primary_id: id,
          secondary_server: server,
          secondary_database: database,
        })),
      ),
  },
  {
    ...inMsdb,
    name: "log_shipping_secondary",
    columns: columns(`
      secondary_id uniqueidentifier !
      primary_server sysname !
      primary_database sysname !
      backup_source_directory nvarchar(500) !
      backup_destination_directory nvarchar(500) !
      file_retention_period int !
      copy_job_id uniqueidentifier !
      restore_job_id uniqueidentifier !
      monitor_server sysname !
      monitor_server_security_mode bit !
      user_specified_monitor bit
      last_copied_file nvarchar(500)
      last_copied_date datetime`),
    rows: (viewing) => secondaries(viewing).map((one) => secondaryRow(one, viewing)),
  },
  {
    ...inMsdb,
    name: "log_shipping_secondary_databases",
    columns: columns(`
      secondary_database sysname !
      secondary_id uniqueidentifier !
      restore_delay int !
      restore_all bit !
      restore_mode bit !
      disconnect_users bit !
      block_size int
      buffer_count int
      max_transfer_size int
      last_restored_file nvarchar(500)
      last_restored_date datetime`),
    rows: (viewing) =>
      secondaries(viewing).map((one) => ({
        secondary_database: one.database,
        secondary_id: one.id,
        restore_delay: one.restoreDelayMinutes,
        restore_all: one.restoreAll,
        restore_mode: one.standby,
        disconnect_users: one.disconnectUsers,
        block_size: -1,
        buffer_count: -1,
        max_transfer_size: -1,
        last_restored_file: one.lastRestoredFile,
        last_restored_date: date(one.lastRestoredAt),
      })),
  },
  {
    ...inMsdb,
    name: "log_shipping_monitor_primary",
    columns: columns(`
      primary_id uniqueidentifier !
      primary_server sysname !
      primary_database sysname !
      backup_threshold int !
      threshold_alert int !
      threshold_alert_enabled bit !
      last_backup_file nvarchar(500)
      last_backup_date datetime
      last_backup_date_utc datetime
      history_retention_period int !`),
    rows: (viewing) =>
      primaries(viewing).map((one) => ({
        primary_id: one.id,
        primary_server: viewing.instance.name,
        primary_database: one.database,
        backup_threshold: one.thresholdMinutes,
        threshold_alert: 14_420,
        threshold_alert_enabled: true,
        last_backup_file: one.lastFile,
        last_backup_date: date(one.lastAt),
        last_backup_date_utc: utc(one.lastAt, viewing),
        history_retention_period: 5_760,
      })),
  },
  {
    ...inMsdb,
    name: "log_shipping_monitor_secondary",
    columns: columns(`
      secondary_server sysname !
      secondary_database sysname !
      secondary_id uniqueidentifier !
      primary_server sysname !
      primary_database sysname !
      restore_threshold int !
      threshold_alert int !
      threshold_alert_enabled bit !
      last_copied_file nvarchar(500)
      last_copied_date datetime
      last_copied_date_utc datetime
      last_restored_file nvarchar(500)
      last_restored_date datetime
      last_restored_date_utc datetime
      last_restored_latency int
      history_retention_period int !`),
    rows: (viewing) =>
      secondaries(viewing).map((one) => ({
        ...secondaryRow(one, viewing),
        secondary_server: viewing.instance.name,
        secondary_database: one.database,
        restore_threshold: one.thresholdMinutes,
        threshold_alert: 14_421,
        threshold_alert_enabled: true,
        last_copied_date_utc: utc(one.lastCopiedAt, viewing),
        last_restored_file: one.lastRestoredFile,
        last_restored_date: date(one.lastRestoredAt),
        last_restored_date_utc: utc(one.lastRestoredAt, viewing),
        last_restored_latency: one.lastLatencyMinutes,
        history_retention_period: 5_760,
      })),
  },
  {
    ...inMsdb,
    name: "log_shipping_monitor_history_detail",
    columns: columns(`
      agent_id uniqueidentifier !
      agent_type tinyint !
      session_id int !
      database_name sysname
      session_status tinyint !
      log_time datetime !
      log_time_utc datetime !
      message nvarchar(4000) !`),
    rows: runs,
  },
];

function primaries({ instance }: Viewing) {
  return instance.logShipping?.primaries ?? [];
}

function secondaries({ instance }: Viewing) {
  return instance.logShipping?.secondaries ?? [];
}

function secondaryRow(one: LogShippingSecondary, { instance }: Viewing): Row {
  return {
    secondary_id: one.id,
    primary_server: one.primaryServer,
    primary_database: one.primaryDatabase,
    backup_source_directory: one.source,
    backup_destination_directory: one.destination,
    file_retention_period: one.retentionMinutes,
    copy_job_id: one.copyJobId,
    restore_job_id: one.restoreJobId,
    monitor_server: instance.name,
    monitor_server_security_mode: true,
    user_specified_monitor: false,
    last_copied_file: one.lastCopiedFile,
    last_copied_date: date(one.lastCopiedAt),
  };
}

/** The runs of the jobs, told as log shipping tells them: 2 succeeded, 3 failed. */
function runs(viewing: Viewing): Row[] {
  const { instance } = viewing;
  const jobs = instance.agent?.jobs ?? [];
  const told = (id: string, agent: string, type: number, database: string): Row[] =>
    (jobs.find((job) => job.id === id)?.history ?? []).flatMap((run, at) =>
      run.steps.map(({ message, succeeded }) => ({
        agent_id: agent,
        agent_type: type,
        session_id: at + 1,
        database_name: database,
        session_status: succeeded ? 2 : 3,
        log_time: new Date(run.startedAt + instance.clockOffset),
        log_time_utc: new Date(run.startedAt),
        message,
      })),
    );
  return [
    ...primaries(viewing).flatMap((one) => told(one.jobId, one.id, 0, one.database)),
    ...secondaries(viewing).flatMap((one) => [
      ...told(one.copyJobId, one.id, 1, one.database),
      ...told(one.restoreJobId, one.id, 2, one.database),
    ]),
  ];
}

function date(at: number | null): Date | null {
  return at === null ? null : new Date(at);
}

function utc(at: number | null, { instance }: Viewing): Date | null {
  return at === null ? null : new Date(at - instance.clockOffset);
}
