/** The door of one instance: who may come in, and the sessions inside. */

import { databaseNamed, openDatabase } from "#lab/catalog/access.ts";
import { createCatalog } from "#lab/catalog/catalog.ts";
import { type CommandPort, SqlError } from "#lab/mirroring/commands.ts";
import { instanceNamed, log, sameName } from "#lab/mirroring/find.ts";
import type { Fleet, Instance, InstanceName, Login, Session } from "#lab/mirroring/model.ts";
import type { Door, LoginAnswer, LoginRequest, ServerMessage } from "#lab/tds/contract.ts";
import { passwordFits } from "#lab/tsql/passwords.ts";
import { createSession } from "#lab/tsql/session.ts";

/** The machine's way to end connections: at a role switch, by KILL, when an instance stops. */
export interface SessionRegistry {
  cut(instance: InstanceName, spids: number[]): void;
}

/** Fills itself as sessions come and go; shared by the doors of a fleet. */
export interface OpenSessions extends SessionRegistry {
  add(instance: InstanceName, spid: number, cut: () => void): void;
  remove(instance: InstanceName, spid: number): void;
}

export interface InstanceDoor extends Door {
  cutSessions(which: (session: Session) => boolean): void;
  closeAll(): void;
}

export interface DoorOptions {
  fleet: Fleet;
  instance: InstanceName;
  commands: CommandPort;
  delay: (ms: number, signal: AbortSignal) => Promise<void>;
  sessions?: OpenSessions;
}

export function createSessionRegistry(): OpenSessions {
  const open = new Map<string, () => void>();
  const key = (instance: InstanceName, spid: number) => `${instance.toLowerCase()} ${spid}`;
  return {
    add: (instance, spid, cut) => void open.set(key(instance, spid), cut),
    remove: (instance, spid) => void open.delete(key(instance, spid)),
    cut(instance, spids) {
      for (const spid of spids) open.get(key(instance, spid))?.();
    },
  };
}

export function createDoor({
  fleet,
  instance: name,
  commands,
  delay,
  sessions = createSessionRegistry(),
}: DoorOptions): InstanceDoor {
  const instance = instanceNamed(fleet, name);
  const catalog = createCatalog();
  forgetStrayTransactions(instance);
  const [major = 0, minor = 0, build = 0] = instance.version.split(".").map(Number);

  function admit(login: Login, database: string, request: LoginRequest): LoginAnswer {
    const session: Session = {
      spid: takeSpid(fleet, instance),
      login: login.name,
      host: request.hostName,
      program: request.programName,
      database,
      loginTime: fleet.now,
      lastRequest: fleet.now,
      wired: true,
      encrypted: request.encrypted,
      running: false,
    };
    instance.sessions.push(session);
    const wire = createSession({
      fleet,
      instance,
      login,
      session,
      catalog,
      commands,
      delay,
      onClose: () => sessions.remove(instance.name, session.spid),
    });
    sessions.add(instance.name, session.spid, wire.cut);
    const { mirroring } = databaseNamed(instance, database)!;
    return {
      ok: true,
      session: wire,
      database,
      ...(mirroring ? { failoverPartner: mirroring.partner } : {}),
      messages: [
        info(5701, 2, `Changed database context to '${database}'.`),
        info(5703, 1, "Changed language setting to us_english."),
      ],
    };
  }

  const door: InstanceDoor = {
    serverName: instance.name,
    version: [major, minor, build],
    async login(request) {
      const login = instance.logins.find((one) => sameName(one.name, request.user));
      const failed = loginFailed(request.user);
      if (!login || !passwordFits(login, request.password)) {
        log(fleet, instance, 18456, failed.text);
        return { ok: false, messages: [failed] };
      }
      if (login.disabled) {
        const text = `Login failed for user '${request.user}'. Reason: The account is disabled.`;
        log(fleet, instance, 18470, text);
        return { ok: false, messages: [{ number: 18470, severity: 14, state: 1, text }] };
      }
      try {
        return admit(
          login,
          openDatabase(instance, login, request.database || login.defaultDatabase),
          request,
        );
      } catch (error) {
        if (!(error instanceof SqlError)) throw error;
        log(fleet, instance, 18456, failed.text);
        return { ok: false, messages: [cannotOpen(request.database), failed] };
      }
    },
    cutSessions(which) {
      const chosen = instance.sessions
        .filter((session) => session.wired && which(session))
        .map((session) => session.spid);
      sessions.cut(instance.name, chosen);
    },
    closeAll: () => door.cutSessions(() => true),
  };
  return door;
}

/** A fleet that was put away may still hold transactions of connections that ended with it. */
function forgetStrayTransactions({ databases, sessions }: Instance): void {
  for (const database of databases) {
    database.openTransactions = database.openTransactions.filter(({ spid }) =>
      sessions.some((session) => session.spid === spid),
    );
  }
}

/** A smallint: after 32767 the numbers begin anew, as they are reused on real servers. */
function takeSpid(fleet: Fleet, instance: Instance): number {
  do {
    if (fleet.nextSpid > 32_767 || fleet.nextSpid < 51) fleet.nextSpid = 51;
  } while (instance.sessions.some((session) => session.spid === fleet.nextSpid) && fleet.nextSpid++);
  return fleet.nextSpid++;
}

function loginFailed(user: string): ServerMessage {
  return { number: 18456, severity: 14, state: 1, text: `Login failed for user '${user}'.` };
}

/** 4060 for the database that was asked for, 4064 for the login's own. */
function cannotOpen(asked: string): ServerMessage {
  const [number, text] = asked
    ? [4060, `Cannot open database "${asked}" requested by the login. The login failed.`]
    : [4064, "Cannot open user default database. Login failed."];
  return { number: number as number, severity: 11, state: 1, text: text as string };
}

function info(number: number, state: number, text: string): ServerMessage {
  return { number, severity: 0, state, text };
}
