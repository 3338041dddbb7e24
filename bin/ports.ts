import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import net from "node:net";

export async function freePort(host = "127.0.0.1"): Promise<number> {
  const server = net.createServer().listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Why nothing can listen there (EADDRINUSE, EACCES, EADDRNOTAVAIL …), or null. */
export async function whyNotListen(port: number, host: string): Promise<string | null> {
  const server = net.createServer();
  try {
    server.listen({ port, host, exclusive: true });
    await once(server, "listening");
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  } finally {
    server.close();
  }
}

/** The port that `file` remembers, as long as it is free; else another one, remembered from now on. */
export async function rememberedPort(file: string): Promise<number> {
  const known = Number(await readFile(file, "utf8").catch(() => ""));
  if (known > 0 && (await whyNotListen(known, "127.0.0.1")) === null) return known;
  const port = await freePort();
  await writeFile(file, `${port}\n`);
  return port;
}
