/** What the error log says of a session's comings and goings on one side: 1440, 1441 and 1442. */
import { type Copy, log } from "#lab/mirroring/find.ts";
import { textOf } from "#lab/mirroring/messages.ts";
import type { Fleet } from "#lab/mirroring/model.ts";

/** After every change of what is shown: is mirroring active here, and as which copy? */
export function logActivity(fleet: Fleet, { instance, database, mirroring }: Copy): void {
  const told = mirroring.activeAs ?? null;
  const away = mirroring.state === "DISCONNECTED" || mirroring.state === "SUSPENDED";
  const active = away || instance.power === "stopped" ? null : mirroring.role;
  if (active === told) return;
  mirroring.activeAs = active;
  if (instance.power === "stopped") return;
  const number = active === null ? 1442 : active === "PRINCIPAL" ? 1440 : 1441;
  log(fleet, instance, number, textOf(number, database.name));
}
