import type { BrowserContext, Request } from "@playwright/test";
import { expect, signIn, test } from "#e2e/fixtures.ts";
import { labOf } from "#e2e/lab.ts";
import { hasTsql, tsql } from "#e2e/tsql.ts";

if (hasTsql)
  test("eight tabs on a pool hear of a switch over one event stream", async ({ context, stack }) => {
    const streams = countStreams(context);
    const first = await context.newPage();
    await signIn(first, stack, "auditor");
    const tabs = [first, ...(await Promise.all(Array.from({ length: 7 }, () => context.newPage())))];
    for (const tab of tabs) await tab.goto("/pools/munich");
    for (const tab of tabs) await expect(tab.getByText("Live", { exact: true })).toBeVisible();

    await tsql(await labOf(stack).portOf("BE1"), "ALTER DATABASE [rgsconfig] SET PARTNER FAILOVER");
    for (const tab of tabs)
      await expect(tab.getByRole("row", { name: "rgsconfig" }).getByRole("cell").nth(1)).toHaveText(
        /principal/,
      );
    expect(streams).toEqual({ open: 1, most: 1 });

    await test.step("the tab that reads the stream is closed, and another one takes its place", async () => {
      await first.close();
      await tsql(await labOf(stack).portOf("BE2"), "ALTER DATABASE [rgsconfig] SET PARTNER FAILOVER");
      for (const tab of tabs.slice(1))
        await expect(tab.getByRole("row", { name: "rgsconfig" }).getByRole("cell").nth(0)).toHaveText(
          /principal/,
        );
      expect(streams).toEqual({ open: 1, most: 1 });
    });
  });

/** How many event streams the browser has open, and how many it ever had at once. A closed tab's are over. */
function countStreams(context: BrowserContext): { open: number; most: number } {
  const open = new Set<Request>();
  const streams = { open: 0, most: 0 };
  const count = () => {
    streams.open = open.size;
    streams.most = Math.max(streams.most, open.size);
  };
  const over = (request: Request) => {
    open.delete(request);
    count();
  };
  context.on("request", (request) => {
    if (!request.url().includes("/api/events")) return;
    open.add(request);
    request
      .frame()
      .page()
      .once("close", () => over(request));
    count();
  });
  context.on("requestfinished", over);
  context.on("requestfailed", over);
  return streams;
}
