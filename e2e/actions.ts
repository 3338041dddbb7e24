import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Page } from "@playwright/test";
import { project } from "#bin/prepare.ts";

/** What a server action answers when it is asked by hand, with anything, instead of by a button. */
export async function ask(page: Page, action: string, at: string, given: unknown): Promise<Answer> {
  const origin = new URL(page.url()).origin;
  const response = await page.request.post(at, {
    headers: {
      "next-action": (await idOf(action)) ?? "",
      "content-type": "text/plain;charset=UTF-8",
      origin,
    },
    data: JSON.stringify([given]),
  });
  const answer = (await response.text()).split("\n").find((line) => line.startsWith("1:{"));
  return { status: response.status(), ...(answer ? JSON.parse(answer.slice(2)) : {}) };
}

/** `ok` is missing when no action was asked at all. */
export type Answer = {
  status: number;
  ok?: boolean;
  value?: Record<string, string>;
  refusal?: { key: string; fields?: Record<string, string> };
};

/** Next names actions by a hash; the build writes down which is which. */
async function idOf(action: string): Promise<string | undefined> {
  const file = path.join(project, ".next", "server", "server-reference-manifest.json");
  const { node } = JSON.parse(await readFile(file, "utf8")) as {
    node: Record<string, { exportedName: string }>;
  };
  return Object.keys(node).find((id) => node[id]?.exportedName === action);
}
