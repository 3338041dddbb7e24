import "server-only";
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

/** What sign-in cookies are signed with: MIRRORDECK_SECRET, else a file that is made at the first start. */
export function secret({ env = process.env }: { env?: NodeJS.ProcessEnv } = {}): string {
  if (env.MIRRORDECK_SECRET) return longEnough(env.MIRRORDECK_SECRET);
  const folder = path.resolve(/* turbopackIgnore: true */ env.MIRRORDECK_DATA ?? ".data");
  const file = path.join(/* turbopackIgnore: true */ folder, "secret");
  if (!fs.existsSync(file)) makeSecret(folder, file);
  return longEnough(fs.readFileSync(file, "utf8").trim());
}

// Written beside and then linked: two programs that start at once see one whole secret, never half of one.
function makeSecret(folder: string, file: string) {
  fs.mkdirSync(folder, { recursive: true });
  const draft = `${file}.${process.pid}.${randomBytes(4).toString("hex")}`;
  fs.writeFileSync(draft, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
  try {
    fs.linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    fs.unlinkSync(draft);
  }
}

function longEnough(value: string): string {
  if (value.length >= 32) return value;
  throw new Error("The secret for sign-ins must have at least 32 characters: see MIRRORDECK_SECRET.");
}
