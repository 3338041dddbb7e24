import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { Check } from "#lib/mirroring/checks.ts";
import { areas, type Messages, messagesIn } from "./catalogue.ts";
import { languages } from "./languages.ts";

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

  it("is there under its own name in the pages of runs, wizard and audit", () => {
    const pages = sources.filter((file) => /(runs|audit|failover)[\\/]/.test(file) && file.endsWith(".tsx"));
    expect(
      pages
        .flatMap((file) => spokenIn(file))
        .flatMap(({ file, tries }) =>
          tries.some((key) => missing(key).length === 0) ? [] : [`${file}: ${tries.join(" or ")}`],
        ),
    ).toEqual([]);
  });
});

describe("the catalogues", () => {
  it.each([...areas])("say the same things with the same values in both languages: %s", (area) => {
    const [[, en], [, de]] = catalogues as [(typeof catalogues)[0], (typeof catalogues)[0]];
    expect(valuesByKey(de[area] as Messages)).toEqual(valuesByKey(en[area] as Messages));
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
  "something-to-do": ["seen", "allThere", "nothingFound"],
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

/** `t("key")` under any name space that `t` has in this file. */
function spokenIn(file: string): { file: string; tries: string[] }[] {
  const text = readFileSync(path.join(root(), file), "utf8");
  const spaces = [...text.matchAll(/const (\w+) = (?:await )?(?:use|get)Translations\((?:"([^"]*)")?\)/g)];
  return [...text.matchAll(/\b(\w+)(?:\.rich)?\("([\w.-]+)"[,)]/g)].flatMap(([, name, key]) => {
    const tries = spaces
      .filter((space) => space[1] === name)
      .map((space) => [space[2], key].filter(Boolean).join("."));
    return tries.length > 0 ? [{ file, tries: [...new Set(tries)] }] : [];
  });
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

/** Key by key, the values and tags that its sentence names. */
function valuesByKey(messages: Messages, before = ""): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(messages).flatMap(([name, value]) =>
      typeof value === "string"
        ? [[`${before}${name}`, [...new Set(namesIn(value))].sort()]]
        : Object.entries(valuesByKey(value, `${before}${name}.`)),
    ),
  );
}

/** `{count, plural, one {# of {of}} other {<b>all</b>}}` names count, of and b; what stands behind a selector is text. */
function namesIn(text: string): string[] {
  const found: string[] = [];
  const inside: ("text" | "clauses")[] = ["text"];
  for (let rest = text; rest; ) {
    const choosing = inside.at(-1) === "clauses";
    const [token, name] = (choosing ? /^([{}])|^[^{}]+/ : /^\{(\w+)\}|^\{(?=\w+,)|^<(\w+)>|^[\s\S]/).exec(
      rest,
    ) ?? [rest];
    rest = rest.slice(token.length);
    if (choosing ? token === "}" : token === "}" && inside.length > 1) inside.pop();
    else if (choosing && token === "{") inside.push("text");
    else if (!choosing && token === "{") {
      found.push(/^\w+/.exec(rest)![0]);
      inside.push("clauses");
    } else if (!choosing && token.length > 1) found.push(name ?? token.slice(1, -1));
  }
  if (inside.length > 1) throw new Error(`Braces do not close: ${text}`);
  return found;
}
