import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { listen } from "#lab/tds/server.ts";
import { makeLargeCertificate } from "#lab/tds/testing/certificate.ts";
import { mssqlClients, stillUsable } from "#lab/tds/testing/mssql.ts";
import { serveEachTest } from "#lab/tds/testing/server.ts";

// FreeTDS is a client that shares no line with this server or with tedious.
const installed = spawnSync("tsql", ["-C"]).status === 0;
if (!installed) console.log("not run: needs FreeTDS (tsql)");

const lab = serveEachTest();
const { connect: connectMssql } = mssqlClients(lab);
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "freetds-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe("encryption of mssql, by the server's own word", () => {
  it.each([true, false])("is %s when the client asks so", async (encrypt) => {
    await connectMssql({ options: { encrypt, trustServerCertificate: true } });
    expect(lab.door.logins[0]!.encrypted).toBe(encrypt);
  });

  it("shows a certificate that can be verified", async () => {
    const cryptoCredentialsDetails = { ca: lab.certificate.pem };
    const options = { encrypt: true, trustServerCertificate: false, cryptoCredentialsDetails };
    await connectMssql({ server: "localhost", options });
    expect(lab.door.logins[0]!.encrypted).toBe(true);
  });

  it("shows a certificate that takes several packets", async () => {
    const large = await listen(lab.door, { port: 0, certificate: await makeLargeCertificate() });
    await stillUsable(await connectMssql({ port: large.port }));
    expect(lab.door.logins[0]!.encrypted).toBe(true);
    await large.stop();
  });

  it("is given up by a client that does not trust the certificate, and the server goes on", async () => {
    await expect(
      connectMssql({ options: { encrypt: true, trustServerCertificate: false } }),
    ).rejects.toThrow();
    expect(lab.door.logins).toEqual([]);
    await connectMssql();
  });
});

(installed ? describe : () => {})("FreeTDS", () => {
  it.each([
    ["off", "7.4", false],
    ["request", "7.4", false],
    ["require", "7.4", true],
    ["require", "7.3", true],
    ["require", "auto", true],
  ])("logs in with encryption %s and protocol %s", async (encryption, protocol, encrypted) => {
    expect(await tsql("database\ngo\n", { encryption, protocol })).toContain("master");
    expect(lab.door.logins.at(-1)).toMatchObject({ user: "sa", encrypted });
  });

  it("is shown a certificate that takes several packets", async () => {
    const large = await listen(lab.door, { port: 0, certificate: await makeLargeCertificate() });
    expect(await tsql("database\ngo\n", { port: large.port })).toContain("master");
    await large.stop();
  });

  it("has its login alone encrypted when that is what it requests", async () => {
    const wire = await tap(lab.server.port);
    expect(await tsql("database\ngo\n", { encryption: "request", port: wire.port })).toContain("master");
    wire.close();
    const heard = Buffer.concat(wire.heard);
    expect(heard.includes(Buffer.from("tsql", "utf16le")), "the program's name, in the login").toBe(false);
    expect(heard.includes(Buffer.from("database", "utf16le")), "the batch").toBe(true);
  });

  it("reads every digit of a decimal, and every other type", async () => {
    lab.door.samples = [
      {
        name: "lsn",
        type: { name: "decimal", precision: 25, scale: 0 },
        value: 9_876_543_210_987_654_321_098_765n,
      },
      { name: "widest", type: { name: "decimal", precision: 38, scale: 4 }, value: -(10n ** 38n - 1n) },
      { name: "big", type: { name: "bigint" }, value: -(2n ** 63n) },
      { name: "yes", type: { name: "bit" }, value: true },
      { name: "guid", type: { name: "uniqueidentifier" }, value: "6F9619FF-8B86-D011-B42D-00C04FC964FF" },
      { name: "text", type: { name: "nvarchar", length: 20 }, value: "日本 Straße" },
      { name: "narrow", type: { name: "varchar", length: 20 }, value: "€ Straße" },
      { name: "long", type: { name: "nvarchar", length: "max" }, value: "long" },
      { name: "bytes", type: { name: "varbinary", length: 4 }, value: Uint8Array.of(0xca, 0xfe) },
      { name: "ratio", type: { name: "float" }, value: 0.25 },
      {
        name: "property",
        type: { name: "sql_variant" },
        value: { base: { name: "nvarchar", length: 128 }, value: "10.50.6000.34" },
      },
      {
        name: "code",
        type: { name: "sql_variant" },
        value: { base: { name: "varchar", length: 10 }, value: "RTM" },
      },
      { name: "number", type: { name: "sql_variant" }, value: { base: { name: "int" }, value: 77 } },
      { name: "none", type: { name: "int" }, value: null },
      { name: "at", type: { name: "datetime" }, value: new Date("2026-11-21T12:34:56.997Z") },
      { name: "day", type: { name: "date" }, value: new Date("2026-11-21T00:00:00Z") },
      { name: "fine", type: { name: "datetime2", scale: 3 }, value: new Date("2026-11-21T01:02:03.456Z") },
    ];
    const said = await tsql("samples\ngo\n");
    const row = said
      .split("\n")
      .find((line) => line.includes("6F9619FF"))!
      .split("\t");
    expect(row.slice(0, 14)).toEqual([
      "9876543210987654321098765",
      "-9999999999999999999999999999999999.9999",
      "-9223372036854775808",
      "1",
      "6F9619FF-8B86-D011-B42D-00C04FC964FF",
      "日本 Straße",
      "€ Straße",
      "long",
      "cafe",
      "0.25",
      "10.50.6000.34",
      "RTM",
      "77",
      "NULL",
    ]);
    expect(row[14]).toContain("Nov 21 2026 12:34PM");
    expect(row[15]).toContain("Nov 21 2026");
    expect(row[16]).toContain("1:02AM");
  });

  it("is told why a login fails, with its number", async () => {
    expect(await tsql("database\ngo\n", { password: "wrong" })).toMatch(
      /Msg 18456[\s\S]*Login failed for user 'sa'/,
    );
  });

  it("shows errors with number, state, server and line, and goes on", async () => {
    const said = await tsql("fail\ngo\ndatabase\ngo\n");
    expect(said).toMatch(/Msg 1416 \(severity 16, state 3\) from BE1\\rtc Line 7:/);
    expect(said).toMatch(/Msg 5069/);
    expect(said).toContain("master");
  });

  it("sees that a connection is cut, and the server goes on", async () => {
    await tsql("cut\ngo\n");
    expect(await tsql("database\ngo\n")).toContain("master");
  });

  it("reads a result of many packets", async () => {
    const said = await tsql("rows 3000 100\ngo\n");
    expect(said.split("\n").filter((line) => /^\d+x+$/.test(line))).toHaveLength(3000);
  });

  it("runs batches of several results through db-lib", async () => {
    const said = await run(
      "bsqldb",
      ["-S", "lab", "-U", "sa", "-P", "right", "-h", "-t", "|"],
      "several\ngo\nfail\ngo\n",
    );
    expect(said).toMatch(/^\s*1\s*$/m);
    expect(said).toMatch(/^\s*2\s*$/m);
    expect(said).toMatch(/1416/);
  });
});

interface Wish {
  encryption?: string;
  protocol?: string;
  password?: string;
  port?: number;
}

function tsql(input: string, { password = "right", ...wish }: Wish = {}) {
  return run("tsql", ["-S", "lab", "-U", "sa", "-P", password], input, wish);
}

async function run(program: string, args: string[], input: string, wish: Wish = {}) {
  const { encryption = "require", protocol = "7.4", port = lab.server.port } = wish;
  const settings = join(folder, "freetds.conf");
  const lines = ["[lab]", "host = 127.0.0.1", `port = ${port}`, `tds version = ${protocol}`];
  await writeFile(
    settings,
    [...lines, `encryption = ${encryption}`, "client charset = UTF-8", ""].join("\n"),
  );
  return new Promise<string>((resolve) => {
    const env = { ...process.env, FREETDSCONF: settings, LC_ALL: "C.UTF-8" };
    const child = execFile(program, args, { env }, (_error, stdout, stderr) => resolve(stdout + stderr));
    child.stdin!.end(input);
  });
}

/** A wire-tap: passes everything on, and keeps what the client said. */
async function tap(port: number) {
  const heard: Buffer[] = [];
  const listener = createServer((client) => {
    const target = connect(port, "127.0.0.1");
    client.on("data", (bytes) => heard.push(bytes));
    client.pipe(target).pipe(client);
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  return { heard, port: (listener.address() as AddressInfo).port, close: () => listener.close() };
}
