import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { areas, type Messages, messagesIn } from "#lib/i18n/catalogue.ts";
import { languages } from "#lib/i18n/languages.ts";
import type { Check } from "#lib/mirroring/checks.ts";

const catalogues = await Promise.all(
  languages.map(async (language) => [language, await messagesIn(language)] as const),
);
const sources = ["lib", "app", "components"].flatMap((folder) =>
  globSync(`${folder}/**/*.{ts,tsx}`, { cwd: root(), exclude: ["**/*.test.*", "lib/db/generated/**"] }),
);

describe("what the code says by its key", () => {
  it("stands in every language, wherever a key is written out", () => {
    const keys = sources.flatMap((file) => literalKeys(file)).filter((key) => !key.includes("${"));
    expect(keys.length).toBeGreaterThan(50);
    expect(keys.flatMap((key) => missing(key))).toEqual([]);
  });

  it("stands in every language, wherever a key is put together", () => {
    expect(
      Object.values(made)
        .flat()
        .flatMap((key) => missing(key)),
    ).toEqual([]);
  });

  it("is listed in the table here, wherever a key is put together", () => {
    const put = sources
      .filter((file) => file.startsWith(path.join("lib", "")))
      .flatMap((file) => literalKeys(file))
      .filter((key) => key.includes("${"));
    expect([...new Set(put)].filter((key) => !(key in made))).toEqual([]);
  });
});

/** What each question may answer besides its `seen`. */
const answers: Record<Check["check"], string[]> = {
  "partners-reachable": [
    "seen",
    "notAsked",
    ...["network", "timeout", "tls", "login", "rights", "garbage"].map((kind) => `silent.${kind}`),
  ],
  "acting-login-known": ["seen", "missing"],
  "one-principal-each": ["seen", "notServed", "none", "switching", "two"],
  "same-session": ["seen", "differ"],
  "safety-full": ["seen", "off"],
  synchronized: ["seen", "notYet"],
  "something-to-do": ["seen", "allThere", "nothingFound", "outOfSight"],
  "versions-equal": ["seen", "differ"],
  "witness-connected": ["seen", "lost"],
  "user-not-alone": ["alone"],
  "shared-stores": ["seen"],
  unclaimed: ["leftOut"],
  "sessions-to-cut": ["seen"],
  "redo-queue-below": ["seen", "unseen"],
  "principal-is": ["seen", "sourceUnseen", "notThere"],
  "sessions-synchronized": ["seen", "notYet"],
  "clients-return": ["seen", "notYet"],
};

const checks = Object.keys(answers) as Check["check"][];
const ways = [
  "keepClientsOffOne",
  "removeStalePartner",
  "bringBack",
  "forceService",
  "forceIfMirror",
  "withoutQuorum",
  "lookAtInstances",
  "bringMirrorBack",
  "watchLog",
  "resume",
  "waitForSync",
  "safetyFull",
  "bringWitnessBack",
  "removeWitness",
  "bringTogether",
  "joinLink",
  "wait",
  "bringPartnerOrWitness",
];
const steps = [
  "let-redo-catch-up",
  "switch-first",
  "switch-rest",
  "let-sessions-resume",
  "let-clients-return",
  "hand-over",
];
const events = [
  "planned",
  "started",
  "step-opened",
  "sending",
  "answered",
  "change-closed",
  "step-closed",
  "confirmed",
  "interrupted",
  "continued",
  "decided",
  "ended",
];

/** Every key that is put together from parts, with everything its parts can be. */
const made: Record<string, string[]> = {
  "checks.${check.check}.expected": checks.map((check) => `checks.${check}.expected`),
  "checks.${check.check}.${finding.seen}": checks.flatMap((check) =>
    answers[check].map((answer) => `checks.${check}.${answer}`),
  ),
  "checks.${check.check}.fix": checks
    .filter((check) => check !== "synchronized")
    .map((check) => `checks.${check}.fix`),
  "checks.synchronized.fix.${fixFor(well ? here : here === ": [
    "SYNCHRONIZING",
    "SUSPENDED",
    "DISCONNECTED",
    "PENDING_FAILOVER",
    "unseen",
  ].map((state) => `checks.synchronized.fix.${state}`),
  "checks.notReady.state.${wrong ?? ": [
    "SUSPENDED",
    "DISCONNECTED",
    "SYNCHRONIZING",
    "PENDING_FAILOVER",
    "UNSYNCHRONIZED",
    "SYNCHRONIZED_POTENTIALLY",
    "unseen",
  ].map((state) => `checks.notReady.state.${state}`),
  "checks.diagnosis.NOT-SERVED.${hiddenBesideSilent ? ": [
    "mirrorHidden",
    "bothSilent",
    "principalGone",
    "noQuorum",
    "recovering",
  ].map((how) => `checks.diagnosis.NOT-SERVED.${how}`),
  "checks.diagnosis.NOT-SERVED.${unservedHow(first)}": [
    "recovering",
    "noQuorum",
    "bothSilent",
    "principalGone",
  ].map((how) => `checks.diagnosis.NOT-SERVED.${how}`),
  "checks.diagnosis.OK.${how}": ["withWitness", "partly", "byHand"].map(
    (how) => `checks.diagnosis.OK.${how}`,
  ),
  "checks.diagnosis.${rule.word}": [
    "SPLIT-BRAIN",
    "STALE",
    "SWITCHING",
    "UNSEEN",
    "EXPOSED",
    "SUSPENDED",
    "SYNCING",
    "ASYNCHRONOUS",
    "WITNESS-LOST",
  ].map((word) => `checks.diagnosis.${word}`),
  "checks.findings.${kind}": [
    "switched",
    "pending",
    "not-moved",
    "bring-back",
    "forced-service",
    "without-quorum",
    "only-unseen",
    "unknown",
  ].flatMap((kind) => [`checks.findings.${kind}`, `runs.finding.${kind}`]),
  "checks.waysOut.${way}": ways.map((way) => `checks.waysOut.${way}`),
  "runbooks.${runbook}.steps.${step}": steps.flatMap((step) => [
    `runbooks.manual-failover.steps.${step}`,
    `runbooks.manual-failover.explain.${step}`,
    `runs.stepName.${step}`,
  ]),
  "register.test.${key}": [],
  "audit.run.${event.type}": events.map((event) => `audit.run.${event}`),
  titles: checks.map((check) => `checks.${check}.title`),
  phases: [
    "planned",
    "running",
    "waiting",
    "interrupted",
    "stopped",
    "completed",
    "completed-with-exceptions",
    "abandoned",
    "unknown",
  ].map((phase) => `runs.phase.${phase}`),
  verdicts: ["reached", "already", "not-reached", "held-back", "unknown"].flatMap((verdict) => [
    `runs.verdict.${verdict}`,
    `runs.lane.state.${verdict}`,
  ]),
  choices: ["finish", "return", "stop"].map((choice) => `runs.choice.${choice}`),
  runbooks: ["manual-failover", "forced-service", "serve-without-quorum", "bring-together"].map(
    (id) => `runbooks.${id}.title`,
  ),
};

function root(): string {
  return path.resolve(import.meta.dirname, "../..");
}

/** Dotted keys of known areas in `say`, `refuse` and their like, in conditional ones too, and in audit actions. */
function literalKeys(file: string): string[] {
  const text = readFileSync(path.join(root(), file), "utf8");
  const calls = text.matchAll(/(?:\b(?:say|refuse|refused)\(|\baction:|\bkey:)([^;{}]*?)[,;})\n]/g);
  const heads = [...text.matchAll(/\b(?:say|refuse|refused)\(\s*(["`])((?:(?!\1)[^\\\n"])+)/g)].map(
    (match) => match[2]!,
  );
  const inner = [...calls].flatMap((call) =>
    [...call[1]!.matchAll(/(["`])([^"`\n]+)/g)].map((match) => match[2]!),
  );
  return [...new Set([...heads, ...inner])].filter((key) => areas.some((area) => key.startsWith(`${area}.`)));
}

function missing(key: string): string[] {
  return catalogues.flatMap(([language, messages]) =>
    typeof at(messages, key) === "string" ? [] : [`${language}: ${key}`],
  );
}

function at(messages: Messages, key: string): string | Messages | undefined {
  return key
    .split(".")
    .reduce<string | Messages | undefined>(
      (here, part) => (typeof here === "object" ? here[part] : undefined),
      messages,
    );
}
