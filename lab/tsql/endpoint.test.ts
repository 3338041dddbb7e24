import { expect, it } from "vitest";
import { testFleet } from "#lab/tsql/test-fleet.ts";

const { ask, running } = testFleet();
const on = "SQL19";

it("an endpoint is made, granted, given away and dropped, and the catalog tells of it", async () => {
  const made = await ask(
    `DROP ENDPOINT Mirroring
     CREATE ENDPOINT [Mirror it] AUTHORIZATION app STATE = STARTED AS TCP (LISTENER_PORT = 5022, LISTENER_IP = ALL)
       FOR DATABASE_MIRRORING (ROLE = ALL, AUTHENTICATION = WINDOWS KERBEROS, ENCRYPTION = SUPPORTED ALGORITHM AES RC4)
     GRANT CONNECT ON ENDPOINT::[Mirror it] TO look, nobody
     DENY CONNECT ON ENDPOINT::[Mirror it] TO nobody
     SELECT name, SUSER_NAME(principal_id), state_desc, role_desc, connection_auth, connection_auth_desc, certificate_id, encryption_algorithm_desc
       FROM sys.database_mirroring_endpoints`,
    { on },
  );
  expect(made.errors).toEqual([]);
  expect(made.rows).toEqual([["Mirror it", "app", "STARTED", "ALL", 2, "KERBEROS", 0, "NONE, AES, RC4"]]);
  const granted = await ask(
    `SELECT pr.name, p.state_desc, gr.name FROM sys.server_permissions p
       JOIN sys.endpoints e ON e.endpoint_id = p.major_id AND p.class = 105
       JOIN sys.server_principals pr ON pr.principal_id = p.grantee_principal_id
       JOIN sys.server_principals gr ON gr.principal_id = p.grantor_principal_id
      WHERE e.type = 4 ORDER BY pr.name`,
    { on },
  );
  expect(granted.rows).toEqual([
    ["look", "GRANT", "app"],
    ["nobody", "DENY", "app"],
  ]);
  const given = await ask(
    `ALTER AUTHORIZATION ON ENDPOINT::[Mirror it] TO sa
     SELECT COUNT(*) FROM sys.server_permissions WHERE class = 105 AND major_id >= 65536`,
    { on },
  );
  expect(given.rows).toEqual([[0]]);
});

it("certificates are made, carried over, and shown with their end", async () => {
  const made = await ask(
    `CREATE CERTIFICATE Own WITH SUBJECT = 'SQL19 mirroring', START_DATE = '20260101', EXPIRY_DATE = '2027-12-31 12:00'
     BACKUP CERTIFICATE Own TO FILE = 'C:\\own.cer'
     ALTER ENDPOINT [Mirror it] FOR DATABASE_MIRRORING (AUTHENTICATION = CERTIFICATE Own WINDOWS NEGOTIATE)
     SELECT c.name, c.subject, c.start_date, c.expiry_date, c.pvt_key_encryption_type_desc, e.connection_auth_desc
       FROM sys.certificates c JOIN sys.database_mirroring_endpoints e ON e.certificate_id = c.certificate_id`,
    { on },
  );
  expect(made.errors).toEqual([]);
  expect(made.rows).toEqual([
    [
      "Own",
      "SQL19 mirroring",
      new Date("2026-01-01T00:00:00Z"),
      new Date("2027-12-31T12:00:00Z"),
      "ENCRYPTED_BY_MASTER_KEY",
      "CERTIFICATE, NEGOTIATE",
    ],
  ]);
  // The file lies on that machine's own disk.
  expect((await ask("CREATE CERTIFICATE Theirs FROM FILE = 'C:\\own.cer'", { on: "WIT" })).errors).toEqual([
    15_208,
  ]);
});

it.each([
  ["CREATE ENDPOINT x FOR DATABASE_MIRRORING (ROLE = ALL)", [156]],
  ["CREATE ENDPOINT x AS TCP (LISTENER_PORT = 70000) FOR DATABASE_MIRRORING (ROLE = ALL)", [102]],
  ["CREATE ENDPOINT x AS TCP (LISTENER_PORT = 5023) FOR DATABASE_MIRRORING (ENCRYPTION = DISABLED)", [102]],
  ["ALTER ENDPOINT [Mirror it] STATE = RUNNING", [102]],
  ["CREATE ENDPOINT x AS TCP (LISTENER_PORT = 5023) FOR DATABASE_MIRRORING (ROLE = ALL)", [7862]],
])("%s: %s", async (sql, errors) => {
  expect((await ask(sql, { on })).errors).toEqual(errors);
});

it("the log of an instance whose endpoint changed under a witness tells the failover", async () => {
  await ask("ALTER ENDPOINT Mirroring FOR DATABASE_MIRRORING (ENCRYPTION = REQUIRED ALGORITHM AES)");
  await running.advance(5_000);
  const told = await ask("EXEC xp_readerrorlog 0, 1, N'rtcxds', N'changing roles'");
  expect(told.rows.map((row) => row[2])).toEqual([
    'The mirrored database "rtcxds" is changing roles from "PRINCIPAL" to "MIRROR" due to Role Synchronization.',
  ]);
  const { rows } = await ask(
    `SELECT d.name, m.mirroring_role_desc, m.mirroring_state_desc FROM sys.database_mirroring m
       JOIN sys.databases d ON d.database_id = m.database_id WHERE m.mirroring_witness_name IS NOT NULL ORDER BY d.name`,
  );
  expect(new Set(rows.map(([, role, state]) => `${role} ${state}`))).toEqual(
    new Set(["MIRROR SYNCHRONIZED"]),
  );
});

it("SET WITNESS to the witness that it has already is a message, not an error", async () => {
  const { errors, said } = await ask("ALTER DATABASE rtcxds SET WITNESS = 'TCP://wit.contoso.com:7022'", {
    on: "BE2\\rtc",
  });
  expect([errors, said]).toEqual([[], ['The "WIT" server instance is already acting as the witness.']]);
});
