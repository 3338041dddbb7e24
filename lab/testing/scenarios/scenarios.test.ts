import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cannotApply, ids } from "#lab/testing/scenarios/ids.ts";
import { picture } from "#lab/testing/scenarios/picture.ts";
import type { Base, Picture } from "#lab/testing/scenarios/row.ts";
import { sections } from "#lab/testing/scenarios/sections.ts";
import { openStage, type Stage } from "#lab/testing/scenarios/stage.ts";
import { carryOut, prepare } from "#lab/testing/scenarios/steps.ts";

const bases: Record<Base, Required<Picture>> = {
  base0: {
    A: "PRINCIPAL SYNCHRONIZED n FULL, W CONNECTED, ONLINE serves",
    B: "MIRROR SYNCHRONIZED n FULL, W CONNECTED, RESTORING 954",
    W: "A>B n FULL SYNCHRONIZED",
  },
  base1: {
    A: "PRINCIPAL SYNCHRONIZED n FULL, no witness, ONLINE serves",
    B: "MIRROR SYNCHRONIZED n FULL, no witness, RESTORING 954",
    W: "none",
  },
  base2: {
    A: "PRINCIPAL SYNCHRONIZED n OFF, no witness, ONLINE serves",
    B: "MIRROR SYNCHRONIZED n OFF, no witness, RESTORING 954",
    W: "none",
  },
  unmirrored: { A: "unmirrored, ONLINE serves", B: "unmirrored, RESTORING 927", W: "none" },
};

it("every documented scenario has a row, or a reason why it cannot have one", () => {
  const shown = Object.values(sections).flatMap((rows) => rows.map(({ id }) => id));
  expect([...new Set([...shown, ...Object.keys(cannotApply)])].toSorted()).toEqual(
    Object.keys(ids).toSorted(),
  );
  expect(shown.filter((id) => id in cannotApply)).toEqual([]);
});

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.stop());

describe.each(Object.entries(sections))("%s", (_, rows) => {
  it.each(rows)("$id: $is", async (row) => {
    await stage.begin(row);
    await prepare(stage, row.given ?? []);
    const before = { ...bases[row.base ?? "base0"], ...row.before };
    expect(await picture(stage), "before").toEqual(before);
    expect(await carryOut(stage, row.event)).toEqual(row.answers ?? []);
    expect(await picture(stage), "after").toEqual({ ...before, ...row.after });
    for (const [instance, query, shown] of row.shows ?? []) {
      expect(await stage.rows(instance, query), query).toEqual(shown);
    }
  });
});
