/**
 * The fleet's simulated disks and shares, where backup files lie. A path is local to an instance's machine, or names a
 * share; a share that lies on an instance's machine is the same folder as there.
 */
import { sameName } from "#lab/mirroring/find.ts";
import type { BackupFile, Fleet, Instance, Share } from "#lab/mirroring/model.ts";

/** Windows' own words, as they stand in error 3201. */
export type OsError =
  | "2(The system cannot find the file specified.)"
  | "3(The system cannot find the path specified.)"
  | "5(Access is denied.)"
  | "53(The network path was not found.)"
  | "123(The filename, directory name, or volume label syntax is incorrect.)";

/** Where a path leads from an instance: the machine or share, and the way there. */
export interface Located {
  place: string;
  path: string;
}

export function locate(
  fleet: Fleet,
  instance: Instance,
  given: string,
  access: "read" | "write",
): Located | OsError {
  const path = absolute(given);
  if (/[<>"|?*]/.test(path)) return "123(The filename, directory name, or volume label syntax is incorrect.)";
  const share = shareOf(fleet, path);
  if (share) return onShare(share, instance, path, access);
  if (path.startsWith("\\\\")) return "53(The network path was not found.)";
  if (!folderExists(instance, folderOf(path))) return "3(The system cannot find the path specified.)";
  return { place: instance.name, path };
}

export function fileAt(fleet: Fleet, { place, path }: Located): BackupFile | undefined {
  return fleet.files?.find((file) => sameName(file.place, place) && sameName(file.path, path));
}

/** The file to read, or why it cannot be read. */
export function openFile(fleet: Fleet, instance: Instance, path: string): BackupFile | OsError {
  const at = locate(fleet, instance, path, "read");
  if (typeof at === "string") return at;
  return fileAt(fleet, at) ?? "2(The system cannot find the file specified.)";
}

export function putFile(fleet: Fleet, file: BackupFile): void {
  removeFile(fleet, file);
  fleet.files = [...(fleet.files ?? []), file];
}

export function removeFile(fleet: Fleet, at: Located): boolean {
  const before = fleet.files?.length ?? 0;
  fleet.files = (fleet.files ?? []).filter(
    (file) => !(sameName(file.place, at.place) && sameName(file.path, at.path)),
  );
  return fleet.files.length < before;
}

/** Files and folders below a folder, as far down as they go, by their path from there. */
export function filesBelow(fleet: Fleet, { place, path }: Located): { file: BackupFile; rest: string[] }[] {
  const folder = `${path.replace(/\\+$/, "")}\\`.toLowerCase();
  return (fleet.files ?? [])
    .filter((file) => sameName(file.place, place) && file.path.toLowerCase().startsWith(folder))
    .map((file) => ({ file, rest: file.path.slice(folder.length).split("\\") }))
    .toSorted((a, b) => (a.file.path.toLowerCase() < b.file.path.toLowerCase() ? -1 : 1));
}

/** Files right in a folder that this instance can reach. */
export function listFolder(fleet: Fleet, instance: Instance, folder: string): BackupFile[] | OsError {
  const at = locate(fleet, instance, `${folder.replace(/\\+$/, "")}\\x`, "read");
  if (typeof at === "string") return at;
  const inside = filesBelow(fleet, { place: at.place, path: folderOf(at.path) });
  return inside.filter(({ rest }) => rest.length === 1).map(({ file }) => file);
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("\\") + 1);
}

export function joined(folder: string, name: string): string {
  return `${folder.replace(/\\+$/, "")}\\${name}`;
}

/** A bare name goes to the server's backup folder. */
function absolute(given: string): string {
  const path = given.trim().replaceAll("/", "\\");
  return /^([a-z]:\\|\\\\)/i.test(path) ? path : joined(BACKUP_FOLDER, path);
}

export const BACKUP_FOLDER = "C:\\Program Files\\Microsoft SQL Server\\MSSQL\\Backup";

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("\\"));
}

function folderExists({ folders }: Instance, folder: string): boolean {
  if (!folders) return /^[c-e]:/i.test(folder);
  return [...folders, BACKUP_FOLDER, "C:\\CsData"].some((one) => isWithin(folder, one));
}

function isWithin(path: string, folder: string): boolean {
  const whole = `${path.replace(/\\+$/, "")}\\`.toLowerCase();
  return whole.startsWith(`${folder.replace(/\\+$/, "")}\\`.toLowerCase());
}

function shareOf(fleet: Fleet, path: string): Share | undefined {
  return fleet.shares?.find((share) => isWithin(path, share.path));
}

function onShare(
  share: Share,
  instance: Instance,
  path: string,
  access: "read" | "write",
): Located | OsError {
  if (share.down) return "53(The network path was not found.)";
  const allowed = access === "read" ? share.readers : share.writers;
  if (allowed && !allowed.some((name) => sameName(name, instance.name))) return "5(Access is denied.)";
  if (!share.on) return { place: share.path, path };
  const rest = path.slice(share.path.replace(/\\+$/, "").length + 1);
  return { place: share.on.instance, path: joined(share.on.folder, rest) };
}
