/** Files and shares from outside: what a person or a script does on disks while the servers run. */
import { z } from "zod";
import { Refused } from "#lab/control/refused.ts";
import type { Running } from "#lab/control/running.ts";
import { locate, openFile, putFile, removeFile } from "#lab/mirroring/file-system.ts";
import { findInstance, sameName } from "#lab/mirroring/find.ts";
import type { Fleet, Instance } from "#lab/mirroring/model.ts";

export const fileRoutes = ["GET /files", "POST /files/{copy,delete}", "PATCH /shares"];

/** Null where the request is about something else. */
export function filesAndShares(running: Running, method: string, parts: string[], body: unknown): unknown {
  const [what = "", verb = ""] = parts;
  const { fleet } = running;
  if (what === "files" && method === "GET") return listed(fleet);
  if (what === "files" && method === "POST" && verb === "copy") return copy(running, parsed(Copy, body));
  if (what === "files" && method === "POST" && verb === "delete") return remove(running, parsed(Place, body));
  if (what === "shares" && method === "PATCH") return change(running, parsed(ShareChange, body));
  return null;
}

/** A path as one instance's machine sees it: its own disk, or a share. */
const Place = z.strictObject({ instance: z.string(), path: z.string().min(3) });
const Copy = z.strictObject({ from: Place, to: Place });
const ShareChange = z.strictObject({
  path: z.string(),
  down: z.boolean().optional(),
  readers: z.array(z.string()).nullable().optional(),
  writers: z.array(z.string()).nullable().optional(),
});

function listed({ files = [] }: Fleet) {
  return files.map(({ place, path, sets }) => ({
    place,
    path,
    sets: sets.map(({ type, database, server, firstKb, lastKb }) => ({
      type,
      database,
      server,
      firstKb,
      lastKb,
    })),
  }));
}

function copy(running: Running, { from, to }: z.infer<typeof Copy>) {
  const source = openFile(running.fleet, instanceOf(running, from.instance), from.path);
  if (typeof source === "string") throw new Refused(400, `${from.path} cannot be read: ${source}`);
  const target = locate(running.fleet, instanceOf(running, to.instance), to.path, "write");
  if (typeof target === "string") throw new Refused(400, `${to.path} cannot be written: ${target}`);
  running.change((fleet) => {
    putFile(fleet, { ...source, ...target });
    return [];
  });
  return { ok: true, ...target };
}

function remove(running: Running, { instance, path }: z.infer<typeof Place>) {
  const file = openFile(running.fleet, instanceOf(running, instance), path);
  if (typeof file === "string") throw new Refused(400, `${path} cannot be deleted: ${file}`);
  running.change((fleet) => {
    removeFile(fleet, file);
    return [];
  });
  return { ok: true, place: file.place, path: file.path };
}

function change(running: Running, { path, ...values }: z.infer<typeof ShareChange>) {
  const share = running.fleet.shares?.find((one) => sameName(one.path, path));
  if (!share) {
    const known = running.fleet.shares?.map((one) => one.path).join(", ") || "none";
    throw new Refused(404, `There is no share "${path}"; there is: ${known}`);
  }
  running.change(() => {
    share.down = values.down ?? share.down;
    if (values.readers !== undefined) share.readers = values.readers;
    if (values.writers !== undefined) share.writers = values.writers;
    return [];
  });
  return { ok: true, share };
}

function instanceOf({ fleet }: Running, name: string): Instance {
  const instance = findInstance(fleet, name);
  if (instance) return instance;
  const names = fleet.instances.map((one) => one.name).join(", ");
  throw new Refused(404, `There is no instance "${name}"; there is: ${names}`);
}

function parsed<T>(schema: z.ZodType<T>, body: unknown): T {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  throw new Refused(400, `${issue?.path.join(".") || "the body"}: ${issue?.message}`);
}
