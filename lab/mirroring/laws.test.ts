import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { advance } from "#lab/mirroring/advance.ts";
import type { PowerAction } from "#lab/mirroring/faults.ts";
import { whyNotPower } from "#lab/mirroring/faults.ts";
import { allCopies } from "#lab/mirroring/find.ts";
import type { Fleet } from "#lab/mirroring/model.ts";
import { isOpen } from "#lab/mirroring/show.ts";
import { type Base, type Spoken, type Story, story } from "#lab/mirroring/story.ts";

type Event =
  | { does: "power"; action: PowerAction; instance: string }
  | { does: "link"; link: "A-B" | "A-W" | "B-W"; cut: boolean }
  | { does: "sql"; instance: string; command: Spoken }
  | { does: "endpoint"; instance: string; text: string }
  | { does: "load"; workload: number; send: number; redo: number; queue: number }
  | { does: "pass"; ms: number };

const commands: Spoken[] = [
  { kind: "failover" },
  { kind: "failover" },
  { kind: "force-service" },
  { kind: "suspend" },
  { kind: "resume" },
  { kind: "partner-off" },
  { kind: "safety", level: "FULL" },
  { kind: "safety", level: "OFF" },
  { kind: "timeout", seconds: 20 },
  { kind: "set-witness", address: "TCP://w.contoso.com:7022" },
  { kind: "witness-off" },
  { kind: "set-partner", address: "TCP://a.contoso.com:5022" },
  { kind: "set-partner", address: "TCP://b.contoso.com:5022" },
  { kind: "set-recovery", model: "SIMPLE" },
  { kind: "restore-with-recovery" },
];

const endpointChanges = [
  "ALTER ENDPOINT [Mirroring] STATE = STOPPED",
  "ALTER ENDPOINT [Mirroring] STATE = STARTED",
  "ALTER ENDPOINT [Mirroring] AS TCP (LISTENER_PORT = 5022)",
];

/** What may lose log by its nature, and what leads to it. SAFETY OFF does not: it ends the automatic failover. */
const losing = ["force-service", "partner-off", "set-partner", "witness-off", "restore-with-recovery"];

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant("power" as const),
      action: fc.constantFrom<PowerAction>("stop", "start", "hang", "wake", "overload", "relax"),
      instance: fc.constantFrom("A", "B", "W"),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant("link" as const),
      link: fc.constantFrom("A-B" as const, "A-W" as const, "B-W" as const),
      cut: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant("sql" as const),
      instance: fc.constantFrom("A", "B"),
      command: fc.constantFrom(...commands),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant("endpoint" as const),
      instance: fc.constantFrom("A", "B"),
      text: fc.constantFrom(...endpointChanges),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant("load" as const),
      workload: fc.nat(2_000),
      send: fc.nat(2_000),
      redo: fc.nat(2_000),
      queue: fc.nat(5_000),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      does: fc.constant("pass" as const),
      ms: fc.oneof(fc.nat(300), fc.nat(3_000), fc.nat(30_000)),
    }),
  },
);
const base = fc.constantFrom<Base>("base0", "base0", "base1", "base2");
const tale = fc.array(event, { minLength: 1, maxLength: 40 });

describe("a thousand random stories", () => {
  it("a session with a witness is served by one principal at most, at every moment", () => {
    fc.assert(
      fc.property(base, tale, (from, events) => {
        const s = story(from);
        for (const happening of events) {
          happen(s, happening, () => expect(tooManyServing(s.fleet), JSON.stringify(events)).toBe(null));
        }
      }),
      { numRuns: 1_000, seed: 20_260_105 },
    );
  }, 120_000);

  it("a refused statement changes nothing", () => {
    fc.assert(
      fc.property(
        base,
        tale,
        fc.constantFrom("A", "B"),
        fc.constantFrom(...commands),
        (from, events, instance, command) => {
          const s = story(from);
          for (const happening of events) happen(s, happening);
          if (s.fleet.instances.find(({ name }) => name === instance)?.power !== "running") return;
          const before = JSON.stringify(s.fleet);
          if (typeof s.sql(instance, command) === "number") expect(JSON.stringify(s.fleet)).toBe(before);
        },
      ),
      { numRuns: 1_000, seed: 7 },
    );
  }, 120_000);

  it("no role switch but a forced one loses log that was written", () => {
    fc.assert(
      fc.property(tale, (events) => {
        const s = story("base0").load({ workloadKbPerSecond: 500, sendKbPerSecond: 900 });
        let written = 0;
        for (const happening of events) {
          if (happening.does === "sql" && losing.includes(happening.command.kind)) continue;
          happen(s, happening, () => {
            const principals = allCopies(s.fleet).filter(({ mirroring }) => mirroring.role === "PRINCIPAL");
            const owner = principals.toSorted(
              (x, y) => y.mirroring.roleSequence - x.mirroring.roleSequence,
            )[0];
            expect(owner?.database.endOfLogKb ?? written, JSON.stringify(events)).toBeGreaterThanOrEqual(
              written,
            );
            written = owner?.database.endOfLogKb ?? written;
          });
        }
      }),
      { numRuns: 1_000, seed: 11 },
    );
  }, 120_000);

  it("the same story twice is the same truth, to the byte", () => {
    fc.assert(
      fc.property(base, tale, (from, events) => {
        expect(told(from, events)).toBe(told(from, events));
      }),
      { numRuns: 200, seed: 3 },
    );
  }, 120_000);

  it("one long advance equals many short ones", () => {
    fc.assert(
      fc.property(
        base,
        tale,
        fc.array(fc.integer({ min: 1, max: 4_000 }), { minLength: 1, maxLength: 12 }),
        (from, events, pieces) => {
          const [whole, cutUp] = [story(from), story(from)];
          for (const happening of events) for (const s of [whole, cutUp]) happen(s, happening);
          advance(
            whole.fleet,
            pieces.reduce((sum, ms) => sum + ms, 0),
          );
          for (const ms of pieces) advance(cutUp.fleet, ms);
          expect(JSON.stringify(cutUp.fleet)).toBe(JSON.stringify(whole.fleet));
        },
      ),
      { numRuns: 300, seed: 5 },
    );
  }, 120_000);
});

it("3600 seconds are an hour, to the byte", () => {
  const [hour, seconds] = [story(), story()].map((s) =>
    s.load({ workloadKbPerSecond: 333, redoKbPerSecond: 200 }),
  );
  hour!.after(3_600);
  for (let n = 0; n < 3_600; n++) seconds!.after(1);
  expect(JSON.stringify(seconds!.fleet)).toBe(JSON.stringify(hour!.fleet));
});

function told(from: Base, events: Event[]): string {
  const s = story(from);
  for (const happening of events) happen(s, happening);
  return JSON.stringify(s.fleet);
}

/** Time passes in small pieces, so that `look` sees every moment that matters. */
function happen(s: Story, happening: Event, look: () => void = () => {}): void {
  switch (happening.does) {
    case "power":
      if (whyNotPower(s.fleet, happening.instance, happening.action) === null)
        s.power(happening.action, happening.instance);
      break;
    case "link":
      if (happening.cut) s.cut(happening.link);
      else s.join(happening.link);
      break;
    case "sql":
      if (s.fleet.instances.find(({ name }) => name === happening.instance)?.power === "running") {
        s.sql(happening.instance, happening.command);
      }
      break;
    case "endpoint":
      if (s.fleet.instances.find(({ name }) => name === happening.instance)?.power === "running") {
        s.run(happening.instance, happening.text);
      }
      break;
    case "load":
      s.load({
        workloadKbPerSecond: happening.workload,
        sendKbPerSecond: happening.send,
        redoKbPerSecond: happening.redo,
        redoQueueKb: happening.queue,
      });
      break;
    case "pass":
      for (let left = happening.ms; left > 0; left -= 97) {
        s.after(Math.min(97, left) / 1_000);
        look();
      }
  }
  look();
}

/** The law: null, or the session that more than one instance serves although it has a witness. */
function tooManyServing(fleet: Fleet): string | null {
  const serving = allCopies(fleet).filter(
    ({ instance, database }) => instance.power === "running" && isOpen(instance, database),
  );
  for (const copy of serving) {
    const others = serving.filter(
      ({ mirroring }) => mirroring.guid === copy.mirroring.guid && mirroring !== copy.mirroring,
    );
    if (others.length > 0 && copy.mirroring.witness !== null)
      return `${copy.instance.name} and ${others[0]?.instance.name}`;
  }
  return null;
}
