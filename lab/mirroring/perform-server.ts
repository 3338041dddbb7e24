/** Statements that are not about a session's partner: RESTORE … WITH RECOVERY and KILL. */
import type { CommandContext } from "#lab/mirroring/commands.ts";
import { findDatabase, instanceNamed, sameName } from "#lab/mirroring/find.ts";
import { refuse } from "#lab/mirroring/messages.ts";
import type { Fleet, Instance } from "#lab/mirroring/model.ts";
import { recover } from "#lab/mirroring/restore.ts";
import { type Cut, endSessions } from "#lab/mirroring/show.ts";

export const serverCommands = { restoreWithRecovery, kill };

function restoreWithRecovery(fleet: Fleet, instance: Instance, name: string, context: CommandContext): void {
  const database = findDatabase(instance, name);
  if (!database) refuse(3118, name);
  if (database.mirroring) refuse(3104, database.name);
  if (!rights(fleet, context).sysadmin) refuse(5011, database.name);
  if (sameName(context.currentDatabase, database.name)) refuse(3102, database.name);
  if (instance.sessions.some((session) => sameName(session.database, database.name))) refuse(3101);
  if (database.state !== "RESTORING" && !database.standby) refuse(3153);
  recover(fleet, instance, database);
}

function kill(fleet: Fleet, spid: number, context: CommandContext): Cut {
  const { sysadmin, grants } = rights(fleet, context);
  if (!sysadmin && !grants.includes("ALTER ANY CONNECTION")) refuse(6102);
  if (spid === context.spid) refuse(6104);
  const instance = instanceNamed(fleet, context.instance);
  const spids = endSessions(instance, (session) => session.spid === spid);
  if (spids.length === 0) refuse(6106, spid);
  return { instance: instance.name, spids };
}

function rights(fleet: Fleet, context: CommandContext): { sysadmin: boolean; grants: string[] } {
  const { logins } = instanceNamed(fleet, context.instance);
  return logins.find(({ name }) => sameName(name, context.login)) ?? { sysadmin: false, grants: [] };
}
