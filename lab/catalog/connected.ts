/** Who is connected: the real connections over the wire, the simulated clients, and the server's own threads. */
import { databaseNamed, may } from "#lab/catalog/access.ts";
import type { Viewing } from "#lab/catalog/view.ts";
import { sameName } from "#lab/mirroring/find.ts";
import type { Session, StatementRecord } from "#lab/mirroring/model.ts";

/** Without VIEW SERVER STATE one sees oneself only. */
export function visibleSessions({ instance, login, session }: Viewing): Session[] {
  const all = may(login, "VIEW SERVER STATE");
  return instance.sessions.filter((one) => all || one.spid === session.spid);
}

/** What a session sent last, or is running now. */
export function lastStatement(
  { fleet, instance }: Pick<Viewing, "fleet" | "instance">,
  { spid, wired }: Session,
): StatementRecord | undefined {
  // Simulated clients send none, and the log is long.
  if (!wired) return undefined;
  return fleet.statements.findLast((one) => one.spid === spid && sameName(one.instance, instance.name));
}

/** 20 bytes that lead back to the statement's text. */
export function sqlHandle(statement: StatementRecord | undefined): Uint8Array {
  const bytes = new Uint8Array(20);
  if (statement) {
    bytes[0] = 2;
    new DataView(bytes.buffer).setUint32(4, statement.sequence);
  }
  return bytes;
}

export function commandOf(session: Session, viewing: Pick<Viewing, "fleet" | "instance">): string {
  if (!session.running) return "AWAITING COMMAND";
  const text = lastStatement(viewing, session)?.text ?? "";
  const word = /\b(ALTER DATABASE|SELECT|INSERT|UPDATE|DELETE|WAITFOR|RESTORE|BACKUP|KILL|EXEC)\b/i
    .exec(text)?.[1]
    ?.toUpperCase();
  return word?.replace("EXEC", "EXECUTE") ?? "SELECT";
}

export function openTransactions({ instance }: Pick<Viewing, "instance">, spid: number): number {
  return instance.databases.reduce(
    (count, database) => count + database.openTransactions.filter((one) => one.spid === spid).length,
    0,
  );
}

export function databaseId({ instance }: Viewing, name: string): number {
  return databaseNamed(instance, name)?.databaseId ?? 1;
}

export function localTime({ instance }: Viewing, at: number): Date {
  return new Date(at + instance.clockOffset);
}

/** A name with a backslash is a Windows account. */
export function account(login: string): { domain: string; user: string } {
  const [domain = "", user = ""] = login.includes("\\") ? login.split("\\") : [];
  return { domain, user };
}

/** Milliseconds of processor: a little for every minute a session has lived. */
export function work(session: Session, { fleet }: Viewing): number {
  return Math.max(0, Math.floor((fleet.now - session.loginTime) / 60_000) * (3 + (session.spid % 7)));
}

/** The server's own threads, below spid 51; mirroring has one for each of its databases. */
export function systemProcesses(viewing: Viewing): { session: Session; command: string }[] {
  const { instance, login } = viewing;
  if (!may(login, "VIEW SERVER STATE")) return [];
  const mirrored = instance.databases.filter((database) => database.mirroring);
  const threads = [
    ...["LOG WRITER", "LAZY WRITER", "LOCK MONITOR", "CHECKPOINT", "TASK MANAGER"].map((command) => ({
      command,
      database: "master",
    })),
    ...mirrored.map((database) => ({ command: "DB MIRROR", database: database.name })),
  ];
  return threads.slice(0, 48).map(({ command, database }, at) => ({
    command,
    session: {
      spid: at + 2,
      login: "sa",
      host: "",
      program: "",
      database,
      loginTime: instance.startedAt,
      lastRequest: instance.startedAt,
      wired: false,
      running: false,
    },
  }));
}
