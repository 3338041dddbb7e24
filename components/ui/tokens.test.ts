import fs from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const css = fs.readFileSync(path.join(import.meta.dirname, "..", "..", "app", "globals.css"), "utf8");
const tokens = Object.fromEntries(
  [...css.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);/g)].map(([, name, light, dark]) => [
    name,
    { light, dark },
  ]),
);

const surfaces = ["paper", "card", "sunken", "raised"];
const tones = ["ok", "info", "warn", "bad", "stale"];

// WCAG 2.2: 4.5 for text, 3 for what one must make out without reading it.
const pairs: [front: string, back: string, ratio: number][] = [
  ...surfaces.flatMap((surface): [string, string, number][] => [
    ["ink", surface, 7],
    ["ink-soft", surface, 4.5],
    ["ink-faint", surface, 4.5],
    ["brand", surface, 4.5],
    ["line-strong", surface, 3],
    ...tones.map((tone): [string, string, number] => [tone, surface, 4.5]),
  ]),
  ...tones.flatMap((tone): [string, string, number][] => [
    [tone, `${tone}-soft`, 4.5],
    ["ink", `${tone}-soft`, 7],
  ]),
  ["on-brand", "brand-fill", 4.5],
  ["on-brand", "brand-fill-hover", 4.5],
  ["on-danger", "danger-fill", 4.5],
  ["on-danger", "danger-fill-hover", 4.5],
  ["brand", "brand-soft", 4.5],
  ["ink", "brand-soft", 7],
  ["ink-soft", "brand-soft", 4.5],
];

describe("the colours", () => {
  it.each(pairs)("%s can be read on %s", (front, back, ratio) => {
    for (const scheme of ["light", "dark"] as const) {
      expect(contrast(tokens[front]?.[scheme], tokens[back]?.[scheme]), scheme).toBeGreaterThanOrEqual(ratio);
    }
  });
});

function contrast(one: string | undefined, other: string | undefined): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(hex: string | undefined): number {
  if (!hex) throw new Error("A colour of this pair is not in globals.css.");
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
