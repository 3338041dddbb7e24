import { expect, it } from "vitest";
import { measure } from "#chaos/wire.ts";

it("a few hundred damaged streams leave a lab that serves and holds nothing", async () => {
  const { figures } = await measure({ seed: 3, cases: 300 });
  expect(figures.filter(({ holds }) => !holds)).toEqual([]);
}, 60_000);
