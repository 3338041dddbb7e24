/**
 * Statements. Each first asks everything that could refuse it, then changes the fleet: a refused statement changes
 * nothing. A role switch is only begun here; its statement waits for the switch to end.
 */
import { settle } from "#lab/mirroring/advance.ts";
import { whyClosed } from "#lab/mirroring/closed.ts";
import { type Command, type CommandContext, SqlError } from "#lab/mirroring/commands.ts";
import { findDatabase, instanceNamed, sameName } from "#lab/mirroring/find.ts";
import { refuse, textOf } from "#lab/mirroring/messages.ts";
import type { Database, DatabaseSettings, Fleet, InstanceName } from "#lab/mirroring/model.ts";
import { changeEndpoint } from "#lab/mirroring/perform-endpoint.ts";
import { changeModel, mediaCommands } from "#lab/mirroring/perform-media.ts";
import { partnerCommands } from "#lab/mirroring/perform-partner.ts";
import { serverCommands } from "#lab/mirroring/perform-server.ts";
import { setPartner, setWitness, witnessOff } from "#lab/mirroring/perform-setup.ts";
import { changePrincipal } from "#lab/mirroring/principals.ts";
import type { Cut } from "#lab/mirroring/show.ts";
import { mayAlterDatabase } from "#lab/mirroring/users.ts";
import { writeRows } from "#lab/mirroring/write.ts";

/** A statement that has not answered yet: it waits for a role switch of this session to be over. */
export interface Waiting {
  instance: InstanceName;
  database: string;
  guid: string;
  spid: number;
  /** The role sequence that the switch brings. */
  roleSequence: number;
}

export interface Performed {
  cuts: Cut[];
  waiting: Waiting | null;
}

export function perform(fleet: Fleet, command: Command, context: CommandContext): Performed {
  const killed: Cut[] = [];
  const waiting = carryOut(fleet, command, context, killed);
  return { cuts: [...killed, ...settle(fleet)], waiting };
}

/** Null while the switch is under way, then how its statement ends. */
export function answerOf(fleet: Fleet, waiting: Waiting): "answered" | SqlError | null {
  const instance = instanceNamed(fleet, waiting.instance);
  if (instance.power === "stopped") return new SqlError(6005, 10, "SHUTDOWN is in progress.");
  if (instance.power === "hung") return null;
  const mirroring = findDatabase(instance, waiting.database)?.mirroring;
  if (!mirroring || mirroring.guid !== waiting.guid) {
    return new SqlError(1415, 16, textOf(1415, waiting.database));
  }
  if (mirroring.switchUnderWay) return null;
  if (mirroring.roleSequence >= waiting.roleSequence) return "answered";
  return new SqlError(1413, 16, textOf(1413, mirroring.partner));
}

/** What an ATTENTION does to a failover under way, where the option says that it ends it. */
export function abandon(fleet: Fleet, waiting: Waiting): Cut[] {
  const mirroring = findDatabase(instanceNamed(fleet, waiting.instance), waiting.database)?.mirroring;
  if (fleet.options.attentionOnFailover === "aborts" && mirroring?.switchUnderWay?.kind === "manual") {
    for (const { databases } of fleet.instances) {
      for (const database of databases) {
        if (database.mirroring?.guid === mirroring.guid) database.mirroring.switchUnderWay = null;
      }
    }
  }
  return settle(fleet);
}

function carryOut(fleet: Fleet, command: Command, context: CommandContext, killed: Cut[]): Waiting | null {
  if (command.kind === "kill") {
    killed.push(serverCommands.kill(fleet, command.spid, context));
    return null;
  }
  if (command.kind === "principal") {
    changePrincipal(fleet, command.change, context);
    return null;
  }
  const instance = instanceNamed(fleet, context.instance);
  if (command.kind === "endpoint") {
    changeEndpoint(fleet, instance, command.change, context);
    return null;
  }
  if (command.kind === "restore-with-recovery") {
    serverCommands.restoreWithRecovery(fleet, instance, command.database, context);
    return null;
  }
  if (command.kind === "backup" || command.kind === "restore" || command.kind === "drop-database") {
    mediaCommands(fleet, instance, command, context);
    return null;
  }
  if (command.kind === "write") {
    const target = findDatabase(instance, command.database);
    if (target) writeRows(fleet, instance, target, command.rows, context, command.transaction);
    return null;
  }
  const database = findDatabase(instance, command.database);
  if (!database || !mayAlter(fleet, command.database, context)) refuse(5011, command.database);
  switch (command.kind) {
    case "set-partner":
      setPartner(fleet, instance, database, command.address);
      return null;
    case "rename":
      if (database.mirroring) refuse(957, database.name);
      database.name = command.name;
      return null;
    case "set-recovery":
      if (database.mirroring) refuse(1468, database.name);
      if (command.model === "BULK_LOGGED" && database.workloadKbPerSecond > 0) database.bulkLogged = true;
      database.recoveryModel = command.model;
      changeModel(database);
      return null;
    case "set-option":
      if (database.mirroring?.role === "MIRROR") throw whyClosed(database)!;
      setOption(database, command.change);
      return null;
    case "set-offline":
    case "set-online":
      if (database.mirroring) refuse(1468, database.name);
      if (database.state === "RESTORING") refuse(5011, database.name);
      database.state = command.kind === "set-offline" ? "OFFLINE" : "ONLINE";
      if (database.settings?.emergency) database.settings.emergency = false;
      return null;
  }
  // A future mirror that waits for its principal waits no longer.
  if (command.kind === "partner-off" && database.awaits) {
    database.awaits = null;
    return null;
  }
  if (!database.mirroring) refuse(1416, database.name);
  const copy = { instance, database, mirroring: database.mirroring };
  switch (command.kind) {
    case "set-witness":
      setWitness(fleet, copy, command.address);
      return null;
    case "witness-off":
      witnessOff(fleet, copy);
      return null;
    default:
      return waitFor(fleet, context, partnerCommands(fleet, copy, command, context), command.database);
  }
}

function waitFor(
  fleet: Fleet,
  context: CommandContext,
  expected: { guid: string; roleSequence: number } | null,
  database: string,
): Waiting | null {
  if (!expected || fleet.options.failoverAnswers === "at-once") return null;
  return { instance: context.instance, spid: context.spid, database, ...expected };
}

/** Only TRUSTWORTHY may change while mirrored, and only where the database is open; it is OFF on a fresh mirror. */
function setOption(database: Database, change: DatabaseSettings): void {
  const trustworthy = Object.keys(change).every((key) => key === "trustworthy");
  if (database.mirroring && !trustworthy) refuse(1468, database.name);
  if (database.state === "RESTORING" || database.mirroring?.serving === false) refuse(5011, database.name);
  database.settings = { ...database.settings, ...change };
}

function mayAlter(fleet: Fleet, database: string, context: CommandContext): boolean {
  const instance = instanceNamed(fleet, context.instance);
  const login = instance.logins.find(({ name }) => sameName(name, context.login));
  return login !== undefined && mayAlterDatabase(instance, database, login);
}
