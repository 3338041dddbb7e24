/** The other process of the bench: the server of the floor, or a client that asks as fast as it is answered. */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import sql from "mssql";

const CONNECTIONS = 4;
/** As many bytes as a small statement, and as its answer. */
const ECHOED = 200;

process.on("disconnect", () => process.exit(0));
const [what, port = "", seconds = "", text = ""] = process.argv.slice(2);
if (what === "echo-server") serveEcho();
else {
  const askers = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => (what === "echo" ? echoClient() : mssqlClient())),
  );
  for (const ask of askers) for (let n = 0; n < 200; n++) await ask();
  process.once("message", () => void round(askers));
  process.send?.("ready");
}

async function round(askers: (() => Promise<unknown>)[]): Promise<void> {
  const cpu = process.cpuUsage();
  const end = performance.now() + Number(seconds) * 1_000;
  let count = 0;
  await Promise.all(
    askers.map(async (ask) => {
      for (; performance.now() < end; count++) await ask();
    }),
  );
  const { user, system } = process.cpuUsage(cpu);
  process.send?.({ count, cpu: (user + system) / 1_000 });
}

function serveEcho(): void {
  const server = createServer((socket) => socket.pipe(socket));
  server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send?.((user + system) / 1_000);
  });
}

async function echoClient(): Promise<() => Promise<unknown>> {
  const socket: Socket = connect(Number(port), "127.0.0.1");
  socket.setNoDelay(true);
  await new Promise((resolve) => socket.once("connect", resolve));
  const bytes = Buffer.alloc(ECHOED);
  return () => {
    const back = new Promise((resolve) => socket.once("data", resolve));
    socket.write(bytes);
    return back;
  };
}

async function mssqlClient(): Promise<() => Promise<unknown>> {
  const pool = new sql.ConnectionPool({
    server: "127.0.0.1",
    port: Number(port),
    user: "sa",
    password: "Lab-2026!",
    database: "master",
    options: { encrypt: true, trustServerCertificate: true },
    pool: { max: 1, min: 1 },
  });
  await pool.connect();
  return () => pool.request().query(text);
}
