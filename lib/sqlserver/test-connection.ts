import "server-only";
import type { Message } from "#lib/mirroring/message.ts";
import { say } from "#lib/mirroring/message.ts";
import type { InstanceAnswer, Silence } from "#lib/mirroring/observation.ts";
import { decode } from "#lib/sqlserver/decode.ts";
import { openLine, type Row } from "#lib/sqlserver/line.ts";
import { acquaintance, look } from "#lib/sqlserver/queries.ts";
import { silenceOf } from "#lib/sqlserver/silence.ts";
import type { Target } from "#lib/sqlserver/target.ts";
import type { Trail } from "#lib/sqlserver/trail.ts";
import { within } from "#lib/sqlserver/within.ts";

export type Stage = "network" | "tls" | "login" | "rights" | "mirror";

/** One line under the test button; its text is `register.test.<key>` in the reader's language. */
export interface Finding {
  stage: Stage;
  verdict: "ok" | "warn" | "bad";
  message: Message;
}

/** Stage by stage, as far as it goes: a stage that was not come to has no finding. */
export async function testConnection(
  target: Target,
  { connectMs = 4_000, lookMs = 6_000 } = {},
): Promise<Finding[]> {
  const line = openLine(target, { connectMs });
  try {
    const ask = (text: string) => within(connectMs + lookMs, line.batch(text, lookMs), line.cut);
    const [rows] = await ask(acquaintance);
    const { major, viewServerState } = acquainted(rows ?? []);
    const sets = await ask(look({ major, viewServerState }));
    const said = decode(sets, new Map(), Date.now());
    return [...reached(target, line.trail()), ...rights(said, target), mirror(said)];
  } catch (error) {
    const silence = silenceOf(error, line.trail());
    return [...reached(target, line.trail(), silence), failed(silence, line.trail())];
  } finally {
    line.cut();
  }
}

/** What went well before it ended, if it did. */
function reached(target: Target, trail: Trail, silence?: Silence): Finding[] {
  const findings: Finding[] = [];
  const stage = silence ? stages.indexOf(stageOf(silence, trail)) : stages.length;
  if (trail.reached !== "nothing" && stage > 0)
    findings.push(finding("network", "ok", "reached", { server: where(target) }));
  if (stage > 1)
    findings.push(trail.tls ? encrypted(target, trail, trail.tls) : finding("tls", "warn", "plain"));
  if (stage > 2) findings.push(finding("login", "ok", "loggedIn", { user: target.login.user }));
  return findings;
}

const stages: Stage[] = ["network", "tls", "login", "rights", "mirror"];

/** Silence of the other kinds belongs to the stage in which it began. */
function stageOf(silence: Silence, trail: Trail): Stage {
  if (silence.kind === "tls" || silence.kind === "login" || silence.kind === "rights") return silence.kind;
  return trail.reached === "login" ? "rights" : trail.reached === "tls" ? "login" : "network";
}

function encrypted(target: Target, trail: Trail, version: string): Finding {
  const subject = trail.certificate?.subject ?? "";
  const validTo = trail.certificate?.validTo ?? "";
  if (target.tls.trust && target.tls.minimum !== "1.3")
    return finding("tls", "warn", "unverified", { version, subject, validTo });
  return finding("tls", version < "TLSv1.2" ? "warn" : "ok", "encrypted", { version, subject, validTo });
}

function failed(silence: Silence, trail: Trail): Finding {
  const { kind, detail, number } = silence;
  return finding(stageOf(silence, trail), "bad", `failed.${kind}`, { detail, number: number ?? 0 });
}

function rights(said: ReturnType<typeof decode>, target: Target): Finding[] {
  const { user } = target.login;
  const acting = target.which === "acting";
  return [
    said.sysadmin
      ? finding("rights", "ok", "sysadmin", { user })
      : // Changing a mirroring session needs ALTER on the database, which on a mirror only sysadmin has.
        finding("rights", acting ? "bad" : "warn", acting ? "notSysadminActing" : "notSysadmin", { user }),
    said.viewServerState
      ? finding("rights", "ok", "viewServerState")
      : finding("rights", "warn", "noViewServerState", { user }),
    said.viewAnyDatabase
      ? finding("rights", "ok", "viewAnyDatabase")
      : finding("rights", "bad", "noViewAnyDatabase", { user }),
  ];
}

/** Whether a mirror's own values are seen decides between *seen* and *inferred* on every page. */
function mirror({ databases, sysadmin }: Pick<InstanceAnswer, "databases" | "sysadmin">): Finding {
  const mirrored = databases.filter((database) => database.mirroring);
  const mirrors = mirrored.filter((database) => database.mirroring?.role === "MIRROR").length;
  const hidden = databases.filter((database) => !database.mirroring && database.state === "RESTORING").length;
  if (mirrors > 0)
    return finding("mirror", "ok", "mirrorSeen", { mirrors, principals: mirrored.length - mirrors });
  if (hidden > 0 && !sysadmin) return finding("mirror", "warn", "mirrorHidden", { hidden });
  return finding("mirror", "ok", sysadmin ? "noMirrorHere" : "noMirrorHereLooking", {
    principals: mirrored.length,
  });
}

function acquainted(rows: Row[]): { major: number; viewServerState: boolean } {
  const row = rows[0] ?? {};
  return {
    major: Number.parseInt(String(row.version), 10) || 0,
    viewServerState: row.view_server_state === 1,
  };
}

function where({ server, port, namedInstance }: Target): string {
  return port ? `${server}:${port}` : namedInstance ? `${server}\\${namedInstance}` : server;
}

function finding(
  stage: Stage,
  verdict: Finding["verdict"],
  key: string,
  values: Message["values"] = {},
): Finding {
  return { stage, verdict, message: say(`register.test.${key}`, values) };
}
