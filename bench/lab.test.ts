import { expect, it } from "vitest";
import { measure } from "#bench/lab.ts";

it("measures statements beside the floor, and a small fleet", async () => {
  const { figures } = await measure({ seconds: 1, instances: 30 });
  const value = (name: string) => figures.find((one) => one.name === name)?.value;
  expect(value("instances up in one process")).toBe(30);
  expect(value("floor: bare TCP echo: a second")).toBeGreaterThan(value("SELECT 1: a second")!);
  expect(value("SELECT 1: CPU of the server")).toBeGreaterThan(0);
}, 60_000);
