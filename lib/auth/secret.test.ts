import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { secret } from "#lib/auth/secret.ts";

const folder = fs.mkdtempSync(path.join(tmpdir(), "mirrordeck-secret-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const withData = (name: string) =>
  ({ MIRRORDECK_DATA: path.join(folder, name) }) as unknown as NodeJS.ProcessEnv;

describe("the secret", () => {
  it("is made once, and kept where only its owner reads it", () => {
    const made = secret({ env: withData("a") });
    expect(secret({ env: withData("a") })).toBe(made);
    expect(secret({ env: withData("b") })).not.toBe(made);
    const file = path.join(folder, "a", "secret");
    if (process.platform !== "win32") expect(fs.statSync(file).mode & 0o777).toBe(0o600);
    expect(fs.readdirSync(path.join(folder, "a"))).toEqual(["secret"]);
  });

  it("is the environment's where that names one", () => {
    const MIRRORDECK_SECRET = "x".repeat(32);
    expect(secret({ env: { ...withData("a"), MIRRORDECK_SECRET } })).toBe(MIRRORDECK_SECRET);
  });

  it("is refused when short", () => {
    expect(() => secret({ env: { ...withData("a"), MIRRORDECK_SECRET: "short" } })).toThrow("at least 32");
  });
});
