/** A page goes bad, from outside: what the control does so that a repair can be seen. */
import { settle } from "#lab/mirroring/advance.ts";
import { findDatabase, instanceNamed, log } from "#lab/mirroring/find.ts";
import { textOf } from "#lab/mirroring/messages.ts";
import type { DamagedPage, Fleet, InstanceName } from "#lab/mirroring/model.ts";
import { place, REPAIR_MS, ROWS_KEPT, stopRedo } from "#lab/mirroring/pages.ts";
import type { Cut } from "#lab/mirroring/show.ts";

export function damagePage(fleet: Fleet, on: InstanceName, name: string, damage: Damage): Cut[] {
  const instance = instanceNamed(fleet, on);
  const database = findDatabase(instance, name);
  if (!database?.mirroring) return [];
  const copy = { instance, database, mirroring: database.mirroring };
  const page: DamagedPage = { ...damage, status: 3, modifiedAt: fleet.now, dueAt: fleet.now + REPAIR_MS };
  database.pages = [...(database.pages ?? []), page].slice(-ROWS_KEPT);
  log(fleet, instance, 1432, textOf(1432, place(page), database.name));
  if (copy.mirroring.role === "MIRROR") stopRedo(fleet, copy, page);
  return settle(fleet);
}

export interface Damage {
  fileId: number;
  pageId: number;
  /** -1: error 823; 1: another 824; 2: bad checksum; 3: torn page. */
  errorType: -1 | 1 | 2 | 3;
  /** False where the partner's copy of the page is damaged too. */
  repairable: boolean;
}
