/**
 * What is to be said of one database when its move stopped half-way, or when its principal does not answer:
 * never a red check alone, always where it stands and the way out.
 * Sources: role switching, forced service and quorum pages; scenarios of manual failover, quorum and forced service.
 */
import { type Message, names, say } from "#lib/mirroring/message.ts";
import {
  claimOf,
  hasQuorum,
  otherSide,
  roleOf,
  type SeenSide,
  type Session,
  type Side,
  servingSide,
  sides,
  stateOf,
} from "#lib/mirroring/session.ts";

export type FindingKind =
  /** The wanted server serves it. */
  | "switched"
  /** PENDING_FAILOVER, or both sides claim it in unconfirmed rounds. */
  | "pending"
  /** The former server still serves it. */
  | "not-moved"
  /** Nobody serves; its principal does not answer, and the mirror has not taken over. */
  | "bring-back"
  /** Nobody serves; the mirror may be forced: loss is possible. */
  | "forced-service"
  /** Nobody serves; a partner is up and lacks quorum. */
  | "without-quorum"
  /** The partner still hears a server that does not answer us. */
  | "only-unseen"
  | "unknown";

export interface Finding {
  database: string;
  kind: FindingKind;
  because: Message;
  /** Where to go from here: each a runbook of its own, or an act in the room. */
  waysOut: Message[];
}

/** `target` is the instance the database was to be served by. */
export function findingOf(session: Session, target: string): Finding {
  const { database } = session;
  const serving = servingSide(session);
  const found = (kind: FindingKind, values: Message["values"] = {}, waysOut: string[] = []): Finding => ({
    database,
    kind,
    because: say(`checks.findings.${kind}`, { database, target: nameOf(session, target), ...values }),
    waysOut: waysOut.map((way) =>
      say(`checks.waysOut.${way}`, {
        databases: database,
        instances: values.instance ?? "",
        survivor: values.survivor ?? "",
        count: 1,
        witness: session.witness?.instance.name ?? "?",
      }),
    ),
  });
  if (
    sides(session).some((side) => stateOf(side) === "PENDING_FAILOVER") ||
    claimOf(session).kind === "switching"
  )
    return found("pending", pendingOn(session), ["joinLink", "wait"]);
  if (serving?.instance.id === target) return found("switched", { instance: serving.instance.name });
  if (serving) return found("not-moved", { instance: serving.instance.name, state: serving.mirroring.state });
  return unserved(session, found);
}

type Found = (kind: FindingKind, values?: Message["values"], waysOut?: string[]) => Finding;

function unserved(session: Session, found: Found): Finding {
  const claim = claimOf(session);
  if (claim.kind === "one" && claim.side.said === "seen" && !hasQuorum(claim.side))
    return found(
      "without-quorum",
      {
        instance: otherSide(session, claim.side.instance.id).instance.name,
        survivor: claim.side.instance.name,
      },
      ["bringPartnerOrWitness", "withoutQuorum"],
    );
  const silent = sides(session).find((side) => side.said === "nothing");
  if (!silent)
    return found("unknown", { instance: names(sides(session).map((side) => side.instance.name)) }, [
      "lookAtInstances",
    ]);
  const survivor = otherSide(session, silent.instance.id);
  return besideSilent(silent, survivor, found);
}

function besideSilent(silent: Side, survivor: Side, found: Found): Finding {
  const values = { instance: silent.instance.name, survivor: survivor.instance.name };
  // It answers, but tells a mirror's values to sysadmin only (catalog views, metadata visibility).
  if (survivor.said === "hidden") return found("bring-back", values, ["bringBack", "forceIfMirror"]);
  if (survivor.said !== "seen" || roleOf(survivor) !== "MIRROR")
    return found("bring-back", values, ["bringBack"]);
  if (survivor.mirroring.state !== "DISCONNECTED") return found("only-unseen", values, ["lookAtInstances"]);
  // Forced service: principal gone, and no witness or the witness in the mirror's sight (role switching, forced service).
  if (mayBeForced(survivor)) return found("forced-service", values, ["bringBack", "forceService"]);
  return found("without-quorum", values, ["bringPartnerOrWitness", "withoutQuorum"]);
}

function mayBeForced(mirror: SeenSide): boolean {
  return mirror.mirroring.witnessName === null || mirror.mirroring.witnessState === "CONNECTED";
}

/** The side that says so itself; a side that is only inferred repeats its partner's word. */
function pendingOn(session: Session): Message["values"] {
  const pending = sides(session).filter((side) => stateOf(side) === "PENDING_FAILOVER");
  const side = pending.find((candidate) => candidate.said === "seen") ?? pending[0] ?? session.primary;
  return { instance: side.instance.name };
}

function nameOf(session: Session, instanceId: string): string {
  return sides(session).find((side) => side.instance.id === instanceId)?.instance.name ?? instanceId;
}
