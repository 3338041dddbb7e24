import { glob, readFile } from "node:fs/promises";
import path from "node:path";
import type { APIRequestContext, BrowserContext } from "@playwright/test";
import type { Permission } from "#lib/auth/permissions.ts";
import type { ActionResult } from "#lib/auth/refusal.ts";

const project = path.resolve(import.meta.dirname, "..");

/** Everything that can be asked, by `file#export`, and the right that it needs: read from the code, so that none is forgotten. */
export async function actionsInCode(): Promise<Map<string, Permission>> {
  const actions = new Map<string, Permission>();
  for await (const file of glob("app/**/actions.ts", { cwd: project })) {
    const code = await readFile(path.join(project, file), "utf8");
    const exported = [...code.matchAll(/^export const (\w+) = operatorAction\(\s*"([^"]+)"/gm)];
    if (exported.length !== code.match(/^export\b/gm)?.length)
      throw new Error(`${file} exports something that this story cannot read.`);
    for (const [, name, permission] of exported) actions.set(nameOf(file, name!), permission as Permission);
  }
  return actions;
}

/** A request as a browser sent it: its address below the app's, its headers without the sender's cookies, its form. */
export type Asked = { path: string; headers: Record<string, string>; form: Buffer };

/** What the pages of somebody ask for from now on, by the name in the code; the last one of each counts. */
export async function recordActions(context: BrowserContext): Promise<Map<string, Asked>> {
  const manifest = path.join(project, ".next", "server", "server-reference-manifest.json");
  const known = JSON.parse(await readFile(manifest, "utf8")).node as Record<
    string,
    { filename: string; exportedName: string }
  >;
  const asked = new Map<string, Asked>();
  context.on("request", (request) => {
    const { cookie: _, ...headers } = request.headers();
    const action = known[headers["next-action"] ?? ""];
    if (!action) return;
    const { pathname, search } = new URL(request.url());
    const form = request.postDataBuffer() ?? Buffer.alloc(0);
    asked.set(nameOf(action.filename, action.exportedName), { path: `${pathname}${search}`, headers, form });
  });
  return asked;
}

/** The same request word for word, with the cookies of somebody else. */
export async function askAgain(
  as: APIRequestContext,
  url: string,
  { path: where, headers, form }: Asked,
): Promise<ActionResult<unknown>> {
  const answer = await as.post(`${url}${where}`, { headers: { ...headers, origin: url }, data: form });
  const text = await answer.text();
  const result = text.match(/^\w+:(\{"ok":.*\})$/m)?.[1];
  if (!answer.ok() || !result) throw new Error(`No answer of an action, but ${answer.status()}: ${text}`);
  return JSON.parse(result) as ActionResult<unknown>;
}

function nameOf(file: string, name: string): string {
  return `${file.replaceAll(path.sep, "/")}#${name}`;
}
