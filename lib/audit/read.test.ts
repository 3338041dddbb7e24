import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appendAudit, type NewAuditEntry } from "#lib/audit/append.ts";
import { type AuditFilter, pageLength, readAudit, recordReading } from "#lib/audit/read.ts";
import type { Actor } from "#lib/auth/actor.ts";
import { type FreshDatabase, freshDatabase } from "#lib/db/testing.ts";

const auditor: Actor = {
  id: "u1",
  name: "Ada Auditor",
  email: "ada@example.org",
  role: "auditor",
  language: "en",
};
const admin: Actor = { ...auditor, id: "u2", name: "Anna Admin", role: "admin" };
const oncall: Actor = { ...auditor, id: "u3", name: "Otto On-call", role: "oncall" };
const all: AuditFilter = { text: "", poolId: "", actor: "", outcome: "" };

let fresh: FreshDatabase;
beforeAll(async () => {
  fresh = await freshDatabase();
});
afterAll(() => fresh.close());

async function write(entry: Partial<NewAuditEntry> = {}, count = 1): Promise<void> {
  for (let index = 0; index < count; index++)
    await appendAudit(fresh.db, {
      actor: admin,
      origin: "wizard",
      action: "audit.run.started",
      outcome: "done",
      ...entry,
    });
}

function read(
  reader: Actor,
  filter: Partial<AuditFilter> = {},
  place: Parameters<typeof readAudit>[2] = "newest",
) {
  return readAudit(reader, { ...all, ...filter }, place, fresh.db);
}

describe("the audit log, read", () => {
  beforeAll(() => write({ values: { n: "filler" } }, pageLength * 2 + 3));

  it("is paged by sequence: older pages and back again meet without a gap", async () => {
    const first = await read(auditor);
    expect(first.entries).toHaveLength(pageLength);
    expect(first.newer).toBeNull();
    const second = await read(auditor, {}, { before: first.older! });
    expect(second.entries[0]!.seq).toBe(first.entries.at(-1)!.seq - 1n);
    const last = await read(auditor, {}, { before: second.older! });
    expect([last.entries.length, last.older]).toEqual([3, null]);
    const back = await read(auditor, {}, { after: last.newer! });
    expect(back.entries.map((entry) => entry.seq)).toEqual(second.entries.map((entry) => entry.seq));
  });

  it("keeps a page still while entries are added", async () => {
    const { older } = await read(auditor);
    const before = await read(auditor, {}, { before: older! });
    await write();
    expect(await read(auditor, {}, { before: older! })).toEqual(before);
  });
});

describe("the filter", () => {
  beforeAll(async () => {
    await write({
      actor: oncall,
      action: "audit.run.planned",
      values: { reason: "patch 100%_done" },
      poolId: "munich",
    });
    await write({ actor: null, action: "auth.audit.refusedNobody", outcome: "refused" });
  });

  it.each<[string, Partial<AuditFilter>, string[]]>([
    ["by text in the values", { text: "PATCH" }, ["audit.run.planned"]],
    ["by text with signs that mean something to SQL", { text: "100%_d" }, ["audit.run.planned"]],
    ["by an injection that finds nothing", { text: "' OR 1=1 --" }, []],
    ["by pool", { poolId: "munich" }, ["audit.run.planned"]],
    ["by a part of the actor's name", { actor: "otto" }, ["audit.run.planned"]],
    ["by outcome", { outcome: "refused" }, ["auth.audit.refusedNobody"]],
    ["by two at once", { outcome: "refused", poolId: "munich" }, []],
  ])("finds %s", async (_, filter, actions) => {
    const { entries } = await read(auditor, filter);
    expect(entries.map((entry) => entry.action)).toEqual(actions);
  });
});

describe("who reads what", () => {
  beforeAll(async () => {
    await fresh.db.pool.create({ data: { id: "berlin", name: "berlin" } });
    await fresh.db.run.createMany({
      data: ["mine", "theirs"].map((id) => ({ id, poolId: "berlin", runbook: "manual-failover" })),
    });
    await write({ runId: "mine", actor: admin });
    await write({ runId: "mine", actor: "system", origin: "system", action: "audit.run.sending" });
    await write({ runId: "theirs", actor: oncall, action: "audit.run.planned" });
    await write({ runId: "theirs", actor: admin, action: "auth.audit.refused", outcome: "refused" });
  });

  it("shows an admin the entries of their own runs, those of others' hands included, and nothing else", async () => {
    const { entries } = await read(admin);
    expect(entries.map((entry) => [entry.runId, entry.action])).toEqual([
      ["mine", "audit.run.sending"],
      ["mine", "audit.run.started"],
    ]);
  });

  it("shows on-call staff nothing", async () => {
    expect((await read(oncall)).entries).toEqual([]);
  });

  it("records every reading, with what was looked for", async () => {
    await recordReading(auditor, { ...all, text: "rtcxds", outcome: "failed" }, fresh.db);
    await recordReading(auditor, all, fresh.db);
    const { entries } = await read(auditor);
    expect(entries.slice(0, 2).map(({ action, values, actor }) => [action, values, actor])).toEqual([
      ["audit.viewedAll", { filter: "" }, "Ada Auditor"],
      ["audit.viewed", { filter: "text: rtcxds, outcome: failed" }, "Ada Auditor"],
    ]);
  });
});
