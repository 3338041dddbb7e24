/** What mirroring shows of itself: on the partners, on the witness, and on the network between them. */
import { may, visibleDatabases } from "#lab/catalog/access.ts";
import { lsn } from "#lab/catalog/lsn.ts";
import { columns, type Row, type View, type Viewing } from "#lab/catalog/view.ts";
import { findInstance, sameName } from "#lab/mirroring/find.ts";
import { agreedAlgorithm, certificateNamed } from "#lab/mirroring/handshake.ts";
import type { Connection, Database, Endpoint, Instance, Mirroring } from "#lab/mirroring/model.ts";

export const mirroringViews: View[] = [
  {
    name: "sys.database_mirroring",
    columns: columns(`
      database_id int !
      mirroring_guid uniqueidentifier
      mirroring_state tinyint
      mirroring_state_desc nvarchar(60)
      mirroring_role tinyint
      mirroring_role_desc nvarchar(60)
      mirroring_role_sequence int
      mirroring_safety_level tinyint
      mirroring_safety_level_desc nvarchar(60)
      mirroring_safety_sequence int
      mirroring_partner_name nvarchar(128)
      mirroring_partner_instance nvarchar(128)
      mirroring_witness_name nvarchar(128)
      mirroring_witness_state tinyint
      mirroring_witness_state_desc nvarchar(60)
      mirroring_failover_lsn numeric(25,0)
      mirroring_connection_timeout int
      mirroring_redo_queue int
      mirroring_redo_queue_type nvarchar(60)
      mirroring_end_of_log_lsn numeric(25,0)
      mirroring_replication_lsn numeric(25,0)
    `),
    rows: ({ instance, login }) =>
      visibleDatabases(instance, login).map((database) => {
        const { mirroring } = database;
        // A mirror tells its values to sysadmin alone.
        const told = mirroring && (mirroring.role === "PRINCIPAL" || login.sysadmin);
        return { database_id: database.databaseId, ...(told ? describe(database, mirroring) : {}) };
      }),
  },
  {
    name: "sys.database_mirroring_witnesses",
    columns: columns(`
      database_name sysname !
      principal_server_name sysname
      mirror_server_name sysname
      safety_level tinyint !
      safety_level_desc nvarchar(60)
      safety_sequence_number int !
      role_sequence_number int !
      mirroring_guid uniqueidentifier !
      family_guid uniqueidentifier !
      is_suspended bit !
      is_suspended_sequence_number int !
      partner_sync_state tinyint
      partner_sync_state_desc nvarchar(60)
    `),
    rows: ({ instance, login }) => {
      if (!may(login, "VIEW ANY DEFINITION")) return [];
      return instance.witnessed.map((row) => ({
        database_name: row.databaseName,
        principal_server_name: row.principal,
        mirror_server_name: row.mirror,
        safety_level: SAFETY.indexOf(row.safety),
        safety_level_desc: row.safety,
        safety_sequence_number: row.safetySequence,
        role_sequence_number: row.roleSequence,
        mirroring_guid: row.guid.toUpperCase(),
        family_guid: row.familyGuid.toUpperCase(),
        is_suspended: row.suspended,
        is_suspended_sequence_number: row.suspendedSequence,
        // Here 5 is synchronized and 6 is not: the partners' own view counts the other way round.
        partner_sync_state: row.synchronized ? 5 : 6,
        partner_sync_state_desc: row.synchronized ? "SYNCHRONIZED" : "UNSYNCHRONIZED",
      }));
    },
  },
  {
    name: "sys.dm_db_mirroring_connections",
    requires: "VIEW SERVER STATE",
    columns: columns(`
      connection_id uniqueidentifier !
      transport_stream_id uniqueidentifier
      state smallint
      state_desc nvarchar(60)
      connect_time datetime
      login_time datetime
      authentication_method nvarchar(128)
      principal_name nvarchar(128)
      remote_user_name nvarchar(128)
      last_activity_time datetime
      is_accept bit
      login_state smallint
      login_state_desc nvarchar(60)
      peer_certificate_id int
      encryption_algorithm smallint
      encryption_algorithm_desc nvarchar(60)
      receives_posted smallint
      is_receive_flow_controlled bit
      sends_posted smallint
      is_send_flow_controlled bit
      total_bytes_sent bigint
      total_bytes_received bigint
      total_fragments_sent bigint
      total_fragments_received bigint
      total_sends bigint
      total_receives bigint
      peer_arbitration_id uniqueidentifier
      address nvarchar(256) @12
    `),
    rows: connections,
  },
  {
    name: "sys.dm_db_mirroring_auto_page_repair",
    requires: "VIEW SERVER STATE",
    columns: columns(`
      database_id int !
      file_id int !
      page_id bigint !
      error_type smallint !
      page_status tinyint !
      modification_time datetime !
    `),
    rows: ({ instance }) =>
      instance.databases.flatMap(({ databaseId, pages = [] }) =>
        pages.map(({ fileId, pageId, errorType, status, modifiedAt }) => ({
          database_id: databaseId,
          file_id: fileId,
          page_id: BigInt(pageId),
          error_type: errorType,
          page_status: status,
          modification_time: new Date(modifiedAt + instance.clockOffset),
        })),
      ),
  },
];

function describe(database: Database, mirroring: Mirroring): Row {
  const witness = mirroring.witnessAddress ? WITNESS_STATES.indexOf(mirroring.witnessState) : 0;
  return {
    mirroring_guid: mirroring.guid.toUpperCase(),
    mirroring_state: STATES.indexOf(mirroring.state),
    mirroring_state_desc: mirroring.state,
    mirroring_role: mirroring.role === "PRINCIPAL" ? 1 : 2,
    mirroring_role_desc: mirroring.role,
    mirroring_role_sequence: mirroring.roleSequence,
    mirroring_safety_level: SAFETY.indexOf(mirroring.safety),
    mirroring_safety_level_desc: mirroring.safety,
    mirroring_safety_sequence: mirroring.safetySequence,
    mirroring_partner_name: mirroring.partnerAddress,
    mirroring_partner_instance: mirroring.partner,
    mirroring_witness_name: mirroring.witnessAddress,
    mirroring_witness_state: witness,
    mirroring_witness_state_desc: WITNESS_STATES[witness]!,
    mirroring_failover_lsn: lsn(mirroring.failoverLsnKb),
    mirroring_connection_timeout: mirroring.timeoutSeconds,
    mirroring_redo_queue: mirroring.redoQueueLimitMb,
    mirroring_redo_queue_type: mirroring.redoQueueLimitMb === null ? "UNLIMITED" : "MB",
    mirroring_end_of_log_lsn: lsn(database.endOfLogKb),
    mirroring_replication_lsn: lsn(Math.min(database.endOfLogKb, mirroring.failoverLsnKb)),
  };
}

/** Two instances share one connection, whatever number of sessions runs over it. */
function connections({ fleet, instance }: Viewing): Row[] {
  const open = new Map<string, Connection>();
  for (const one of fleet.connections) {
    if (!one.open || !sameName(one.from, instance.name)) continue;
    const known = open.get(one.to.toLowerCase());
    if (!known || one.changedAt < known.changedAt) open.set(one.to.toLowerCase(), one);
  }
  return [...open.values()].map((one) => {
    const other = findInstance(fleet, one.to);
    const accepted = one.from.toLowerCase() > one.to.toLowerCase();
    const [opening, accepting] = accepted ? [other, instance] : [instance, other];
    const algorithm = connectionAlgorithm(opening?.endpoint ?? null, accepting?.endpoint ?? null);
    const certified = instance.endpoint?.authentication.startsWith("CERTIFICATE");
    const connected = new Date(one.changedAt + instance.clockOffset);
    const sent = transferred(instance.databases, one.to, "PRINCIPAL");
    const received = transferred(instance.databases, one.to, "MIRROR");
    return {
      connection_id: connectionId(one),
      transport_stream_id: connectionId(one, 1),
      state: 4,
      state_desc: "LOGGED_IN",
      connect_time: connected,
      login_time: connected,
      authentication_method: certified ? "CERTIFICATE" : "Microsoft Negotiate",
      principal_name: other?.serviceAccount ?? `${other?.host.split(".")[0]?.toUpperCase() ?? one.to}$`,
      remote_user_name: null,
      last_activity_time: new Date(fleet.now + instance.clockOffset),
      is_accept: accepted,
      login_state: 12,
      login_state_desc: "ONLINE",
      peer_certificate_id: certified && other ? peerCertificateId(instance, other) : 0,
      encryption_algorithm: algorithm.code,
      encryption_algorithm_desc: algorithm.desc,
      receives_posted: 1,
      is_receive_flow_controlled: false,
      sends_posted: 0,
      is_send_flow_controlled: false,
      total_bytes_sent: sent,
      total_bytes_received: received,
      total_fragments_sent: sent / 4096n,
      total_fragments_received: received / 4096n,
      total_sends: sent / 8192n,
      total_receives: received / 8192n,
      peer_arbitration_id: one.guid.toUpperCase(),
    };
  });
}

function connectionAlgorithm(opening: Endpoint | null, accepting: Endpoint | null) {
  const desc = opening && accepting ? agreedAlgorithm(opening, accepting) : "NONE";
  return { code: ["NONE", "RC4", "AES"].indexOf(desc), desc };
}

/** The peer's certificate as it is known here. */
function peerCertificateId(instance: Instance, other: Instance): number {
  const theirs = certificateNamed(other, other.endpoint?.certificate ?? "");
  const known = instance.certificates?.find((one) => one.thumbprint === theirs?.thumbprint);
  return known?.certificateId ?? 0;
}

function transferred(databases: Database[], to: string, role: Mirroring["role"]): bigint {
  const own = databases.filter(
    ({ mirroring }) => mirroring?.role === role && sameName(mirroring.partner, to),
  );
  const kb = own.reduce(
    (sum, database) =>
      sum + database.endOfLogKb - (role === "PRINCIPAL" ? database.mirroring!.sendQueueKb : 0),
    0,
  );
  return BigInt(Math.max(0, Math.floor(kb))) * 1024n;
}

/** Stable for as long as the connection lives. */
function connectionId(connection: Connection, salt = 0): string {
  let hash = 2166136261 ^ salt;
  const next = () => {
    for (const character of `${connection.from}>${connection.to}@${connection.changedAt}`) {
      hash = Math.imul(hash ^ character.charCodeAt(0), 16777619);
    }
    return (hash >>> 0).toString(16).padStart(8, "0").toUpperCase();
  };
  const [a, b, c, d] = [next(), next(), next(), next()];
  return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-A${c.slice(1, 4)}-${c.slice(4)}${d}`;
}

const STATES: string[] = ["SUSPENDED", "DISCONNECTED", "SYNCHRONIZING", "PENDING_FAILOVER", "SYNCHRONIZED"];
const SAFETY: string[] = ["UNKNOWN", "OFF", "FULL"];
const WITNESS_STATES: string[] = ["UNKNOWN", "CONNECTED", "DISCONNECTED"];
