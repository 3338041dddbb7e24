/** BACKUP, RESTORE from a file, DROP DATABASE; and what a change of the recovery model does to the chain. */
import { takeBackup } from "#lab/mirroring/backup.ts";
import type { Command, CommandContext } from "#lab/mirroring/commands.ts";
import { findDatabase, sameName } from "#lab/mirroring/find.ts";
import { logOf } from "#lab/mirroring/log-chain.ts";
import { refuse } from "#lab/mirroring/messages.ts";
import type { Database, Fleet, Instance } from "#lab/mirroring/model.ts";
import { restoreBackup } from "#lab/mirroring/restore.ts";

type MediaCommand = Extract<Command, { kind: "backup" | "restore" | "drop-database" }>;

export function mediaCommands(
  fleet: Fleet,
  instance: Instance,
  command: MediaCommand,
  context: CommandContext,
): void {
  if (command.kind === "restore") {
    restoreBackup(fleet, instance, command.database, command.request, context);
    return;
  }
  const database = findDatabase(instance, command.database);
  if (!database) refuse(3118, command.database);
  if (command.kind === "drop-database") drop(instance, database, context);
  else backUp(fleet, instance, database, command, context);
}

/** Under SIMPLE there is no chain; back in FULL the next full backup begins one. */
export function changeModel(database: Database): void {
  if (database.recoveryModel === "SIMPLE") logOf(database).backedUpKb = null;
}

function backUp(
  fleet: Fleet,
  instance: Instance,
  database: Database,
  { request }: Extract<MediaCommand, { kind: "backup" }>,
  { spid, login }: CommandContext,
): void {
  const others = instance.sessions.some(
    (session) => session.spid !== spid && sameName(session.database, database.name),
  );
  if (request.norecovery && !database.mirroring && others) refuse(3101);
  takeBackup(fleet, instance, database, { ...request, login, writesRecord: true });
}

function drop(instance: Instance, database: Database, { currentDatabase }: CommandContext): void {
  if (database.mirroring) refuse(3743, database.name);
  const used = instance.sessions.some((session) => sameName(session.database, database.name));
  if (used || sameName(currentDatabase, database.name)) refuse(3702, database.name);
  instance.databases = instance.databases.filter((one) => one !== database);
}
