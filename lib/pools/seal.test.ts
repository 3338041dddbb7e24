import { afterEach, describe, expect, it, vi } from "vitest";
import { seal, unseal } from "#lib/pools/seal.ts";

const key = "a-key-of-this-installation-000001";
afterEach(() => void vi.unstubAllEnvs());

describe("a password at rest", () => {
  it.each(["secret", "", "pass wörd ü 日本", "x".repeat(128)])("opens again: %j", (password) => {
    vi.stubEnv("MIRRORDECK_KEY", key);
    expect(unseal(seal(password, "be1/looking"), "be1/looking")).toBe(password);
  });

  it("does not show the password, and never looks the same twice", () => {
    vi.stubEnv("MIRRORDECK_KEY", key);
    const once = seal("secret", "be1/looking");
    expect(once).not.toContain("secret");
    expect(Buffer.from(once.split(".")[3]!, "base64url").toString()).not.toContain("secret");
    expect(seal("secret", "be1/looking")).not.toBe(once);
  });

  it("does not open in another place, so a copied row is worth nothing", () => {
    vi.stubEnv("MIRRORDECK_KEY", key);
    expect(() => unseal(seal("secret", "be1/looking"), "be2/looking")).toThrow("be2/looking");
  });

  it("does not open with another key, and says what to do", () => {
    vi.stubEnv("MIRRORDECK_KEY", key);
    const sealed = seal("secret", "be1/acting");
    vi.stubEnv("MIRRORDECK_KEY", `${key}-other`);
    expect(() => unseal(sealed, "be1/acting")).toThrow("sealed with another key");
  });

  it.each([
    ["changed", (sealed: string) => `${sealed.slice(0, -2)}AA`],
    ["cut off", (sealed: string) => sealed.slice(0, 30)],
    ["not sealed at all", () => "secret"],
    ["empty", () => ""],
  ])("is refused when it was %s", (_how, spoil) => {
    vi.stubEnv("MIRRORDECK_KEY", key);
    expect(() => unseal(spoil(seal("secret-secret", "be1/looking")), "be1/looking")).toThrow("be1/looking");
  });

  it("is not sealed with a key that is too short", () => {
    vi.stubEnv("MIRRORDECK_KEY", "short");
    expect(() => seal("secret", "be1/looking")).toThrow("at least 32 characters");
  });
});
