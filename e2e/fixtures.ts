import { test as base, type Page } from "@playwright/test";
import { type Stack, startStack } from "#bin/stack.ts";

export { expect } from "@playwright/test";

/** A story of the example pools: `page` opens at the app of this worker, whose lab `stack.control` steers. */
export const test = storyOf();

/** Stories that need another fleet, or none (`--no-demo`), have an app of their own. */
export function storyOf(...args: string[]) {
  return base.extend<object, { stack: Stack }>({
    stack: [
      // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from this pattern what a fixture needs.
      async ({}, use) => {
        const stack = await startStack({ args });
        await use(stack);
        await stack.stop();
      },
      { scope: "worker", timeout: 120_000 },
    ],
    baseURL: ({ stack }, use) => use(stack.url),
  });
}

/** Signs in as one of the demo's people. */
export async function signIn(page: Page, stack: Stack, role: "oncall" | "admin" | "auditor"): Promise<void> {
  const person = stack.signIns?.find((each) => each.role === role);
  if (!person) throw new Error(`The demo has nobody with the role ${role}.`);
  const answer = await page.request.post("/api/auth/sign-in/email", {
    data: { email: person.email, password: person.password },
    headers: { origin: stack.url },
  });
  if (!answer.ok()) throw new Error(`${person.email} may not sign in: ${await answer.text()}`);
}
