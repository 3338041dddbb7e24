/** The documented scenarios of log, backup, restore and log shipping, asked over the wire while virtual time passes. */
import { join } from "node:path";
import sql from "mssql";
import { afterEach, describe, expect, it } from "vitest";
import { type StartedLab, startLab } from "#lab/started.ts";

const SCENARIO = join(import.meta.dirname, "mirroring", "log-story.yaml");
const SHARE = "\\\\fs1.contoso.com\\ship";
const open: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

interface Wire {
  lab: StartedLab;
  /** Rows, or the errors in order. */
  say(instance: string, text: string, as?: string): Promise<unknown[]>;
}

const state = (database: string) =>
  `SELECT state_desc AS s, log_reuse_wait_desc AS w FROM sys.databases WHERE name = '${database}'`;

describe("over the wire", () => {
  it("F6, F8, F9: a paused session keeps the log whatever is backed up; RESUME and OFF let it go", async () => {
    const { lab, say } = await wired();
    await say("A", "ALTER DATABASE db SET PARTNER SUSPEND");
    await lab.advance(60);
    await say("A", "BACKUP LOG db TO DISK = N'D:\\b\\1.trn'");
    expect(await say("A", state("db"))).toEqual([{ s: "ONLINE", w: "DATABASE_MIRRORING" }]);
    await say("A", "ALTER DATABASE db SET PARTNER RESUME");
    await lab.advance(65);
    await say("A", "BACKUP LOG db TO DISK = N'D:\\b\\2.trn'");
    expect(await say("A", state("db"))).toEqual([{ s: "ONLINE", w: "NOTHING" }]);
    await say("A", "ALTER DATABASE db SET PARTNER SUSPEND");
    await lab.advance(60);
    await say("A", "ALTER DATABASE db SET PARTNER OFF");
    expect(await say("A", state("db"))).toEqual([{ s: "ONLINE", w: "LOG_BACKUP" }]);
    await say("A", "BACKUP LOG db TO DISK = N'D:\\b\\3.trn'");
    expect(await say("A", state("db"))).toEqual([{ s: "ONLINE", w: "NOTHING" }]);
  });

  it("G6: after SET PARTNER OFF and a log backup the two are partners again only when it was restored", async () => {
    const { say } = await wired();
    await say("A", "ALTER DATABASE db SET PARTNER OFF");
    await say("A", "BACKUP LOG db TO DISK = N'\\\\a\\backup\\1.trn'");
    const pair = async () => [
      await say("B", "ALTER DATABASE db SET PARTNER = 'TCP://a.contoso.com:5022'"),
      await say("A", "ALTER DATABASE db SET PARTNER = 'TCP://b.contoso.com:5022'"),
    ];
    expect(await pair()).toEqual([[], [1412]]);
    expect(await say("B", "RESTORE LOG db FROM DISK = N'\\\\a\\backup\\1.trn' WITH NORECOVERY")).toEqual([]);
    expect(await pair()).toEqual([[], []]);
  });

  it("I2: the secondary is taken out in master, by sysadmin, where it is one; then its jobs are gone", async () => {
    const { say } = await wired();
    const drop = "DECLARE @rc int EXEC @rc = sp_delete_log_shipping_secondary_database mgc SELECT @rc AS rc";
    expect(await say("PC2", `USE msdb ${drop}`)).toEqual([5001]);
    await say("PC2", "USE master");
    expect(await say("PC1", drop)).toEqual([32014]);
    expect(await say("PC2", drop, "look")).toEqual([21089]);
    expect(
      await say("PC2", "SELECT secondary_database AS d FROM msdb.dbo.log_shipping_secondary_databases"),
    ).toEqual([{ d: "mgc" }]);
    expect(await say("PC2", drop)).toEqual([{ rc: 0 }]);
    expect(
      await say("PC2", "SELECT secondary_database FROM msdb.dbo.log_shipping_secondary_databases"),
    ).toEqual([]);
    expect(await say("PC2", "SELECT name FROM msdb.dbo.sysjobs WHERE name LIKE 'LS%'")).toEqual([]);
  });

  it("I2, I3, I5, I6: the way of a site failover, with a gap and with somebody in the database", async () => {
    const { lab, say } = await wired();
    await lab.advance(1_210);
    await say("PC2", "EXEC sp_delete_log_shipping_secondary_database mgc");
    await lab.advance(600);
    const folder = (await say("PC2", `EXEC master.sys.xp_dirtree N'${SHARE}', 1, 1`)) as {
      subdirectory: string;
    }[];
    const files = folder
      .map(({ subdirectory }) => subdirectory)
      .filter((name) => name > "mgc_20260105082000.trn");
    expect(files).toEqual(["mgc_20260105082500.trn", "mgc_20260105083000.trn"]);
    const restore = (file: string) =>
      say("PC2", `RESTORE LOG mgc FROM DISK = N'${SHARE}\\${file}' WITH NORECOVERY`);
    expect(await restore(files[1]!)).toEqual([4305, 3013]);
    const redo =
      "SELECT redo_start_lsn AS at FROM sys.master_files WHERE DB_NAME(database_id) = 'mgc' AND file_id = 1";
    const header = await say("PC2", `RESTORE HEADERONLY FROM DISK = N'${SHARE}\\${files[0]}'`);
    const [before] = (await say("PC2", redo)) as { at: number }[];
    expect((header[0] as { FirstLSN: number }).FirstLSN).toBe(before!.at);
    for (const file of files) expect(await restore(file)).toEqual([]);
    const [after] = (await say("PC2", redo)) as { at: number }[];
    expect(after!.at).toBeGreaterThan(before!.at);
    expect(await say("PC2", state("mgc"))).toMatchObject([{ s: "RESTORING" }]);
    expect(
      await say(
        "PC2",
        "SELECT COUNT(*) AS n FROM msdb.dbo.restorehistory WHERE restore_type = 'L' AND user_name = 'sa'",
      ),
    ).toEqual([{ n: 2 }]);
    expect(await say("PC2", "restore database mgc with recovery")).toEqual([]);
    expect(await say("PC2", state("mgc"))).toMatchObject([{ s: "ONLINE" }]);
    expect(await restore(files[1]!)).toEqual([3117, 3013]);
    const inside = await connect(lab, "PC2", "sa", "mgc");
    const [who] = (await inside.request().query("SELECT @@SPID AS spid")).recordset as { spid: number }[];
    expect(await say("PC2", `RESTORE LOG mgc FROM DISK = N'${SHARE}\\${files[1]}'`)).toEqual([3101, 3013]);
    await say("PC2", `KILL ${who!.spid}`);
    expect(await say("PC2", "DROP DATABASE mgc")).toEqual([]);
  });

  it("I11: failback over a mirrored database is refused until the session is removed", async () => {
    const { say } = await wired();
    const backup = `${SHARE}\\mgc.bak`;
    await say("PC1m", `BACKUP DATABASE mgc TO DISK = N'${backup}'`);
    expect(await say("PC1m", `BACKUP DATABASE mgc TO DISK = N'${backup}'`)).toEqual([3059, 3013]);
    expect(await say("PC1", `BACKUP DATABASE mgc TO DISK = N'${backup}' WITH INIT`)).toEqual([]);
    const restore = `RESTORE DATABASE mgc FROM DISK = N'${backup}' WITH REPLACE, RECOVERY`;
    expect(await say("PC1", restore)).toEqual([3104, 3013]);
    await say("PC1", "ALTER DATABASE mgc SET PARTNER OFF");
    expect(await say("PC1", restore)).toEqual([]);
    expect(await say("PC1", state("mgc"))).toMatchObject([{ s: "ONLINE" }]);
    expect(
      await say(
        "PC1",
        "SELECT TOP 1 type AS t, is_copy_only AS c FROM msdb.dbo.backupset WHERE database_name = 'mgc' ORDER BY backup_set_id DESC",
      ),
    ).toEqual([{ t: "D", c: false }]);
  });

  it("I14, I15: the backup job of a partner that is mirror now succeeds, and the last backup only grows older", async () => {
    const { lab, say } = await wired();
    await lab.advance(310);
    await say("PC1", "ALTER DATABASE mgc SET PARTNER FAILOVER");
    await lab.advance(900);
    const [job] = (await say(
      "PC1",
      "SELECT TOP 1 h.run_status AS ok, h.message AS m FROM msdb.dbo.sysjobhistory h JOIN msdb.dbo.sysjobs j ON j.job_id = h.job_id WHERE j.name = 'LSBackup_mgc' AND h.step_id = 1 ORDER BY h.instance_id DESC",
    )) as { ok: number; m: string }[];
    expect(job!.ok).toBe(1);
    expect(job!.m).toContain("is not ONLINE");
    const age =
      "SELECT DATEDIFF(minute, last_backup_date, GETDATE()) AS m FROM msdb.dbo.log_shipping_monitor_primary";
    expect(await say("PC1", age)).toEqual([{ m: 15 }]);
    expect(await say("PC1m", age)).toEqual([]);
  });

  it("G3: PARTNER OFF and RESTORE WITH RECOVERY on what is left of a pair", async () => {
    const { lab, say } = await wired();
    await lab.ask("POST", "/instances/A/stop");
    await lab.advance(2);
    expect(await say("B", "RESTORE DATABASE db WITH RECOVERY")).toEqual([3104, 3013]);
    await say("B", "ALTER DATABASE db SET PARTNER OFF");
    expect(await say("B", "RESTORE DATABASE db WITH RECOVERY")).toEqual([]);
    expect(await say("B", state("db"))).toMatchObject([{ s: "ONLINE" }]);
  });
});

async function wired(): Promise<Wire> {
  const lab = await startLab(SCENARIO, "--virtual-clock");
  open.push(() => lab.stop());
  const pools = new Map<string, sql.ConnectionPool>();
  return {
    lab,
    async say(instance, text, as = "sa") {
      const key = `${instance} ${as}`;
      const pool = pools.get(key) ?? (await connect(lab, instance, as));
      pools.set(key, pool);
      try {
        const answer = await pool.request().batch(text);
        return answer.recordset ?? [];
      } catch (error) {
        const failed = error as sql.RequestError & { precedingErrors?: { number: number }[] };
        return [...(failed.precedingErrors ?? []).map(({ number }) => number), failed.number];
      }
    },
  };
}

async function connect(lab: StartedLab, instance: string, user: string, database = "master") {
  const pool = await new sql.ConnectionPool({
    server: "127.0.0.1",
    port: lab.port(instance),
    user,
    password: "Lab-2026!",
    database,
    pool: { max: 1, min: 1 },
    options: { encrypt: false, trustServerCertificate: true },
  }).connect();
  pool.on("error", () => {});
  open.push(() => pool.close());
  return pool;
}
