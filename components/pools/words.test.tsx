import { NextIntlClientProvider } from "next-intl";
import type { ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { Fleet } from "#components/pools/fleet.tsx";
import { PoolView } from "#components/pools/pool-view.tsx";
import { Clock } from "#components/ui/clock.tsx";
import checksDe from "#lib/i18n/messages/de/checks.json" with { type: "json" };
import poolsDe from "#lib/i18n/messages/de/pools.json" with { type: "json" };
import checks from "#lib/i18n/messages/en/checks.json" with { type: "json" };
import pools from "#lib/i18n/messages/en/pools.json" with { type: "json" };
import {
  allWell,
  noon,
  poolOf,
  retell,
  type Situation,
  silence,
  switched,
  tell,
  unasked,
} from "#lib/mirroring/situations.fixture.ts";

const well = allWell(poolOf(["User", "CentralMgmt"]));
const lookingOnly = retell(tell(well, "BE2", { mirroring: null }), "BE2", (said) => ({
  ...said,
  sysadmin: false,
}));
const twoClaim = (confirmed: boolean) =>
  tell(well, "BE2", {
    databases: ["rtcxds"],
    fact: { state: "ONLINE", roleFirstHeardAt: confirmed ? 0 : noon },
    mirroring: { role: "PRINCIPAL", roleSequence: 4 },
  });

describe("a pool's page says", () => {
  const cases: [string, Situation, string[]][] = [
    [
      "that all is well",
      well,
      ["OK", "Yes", "BE1 sees BE2", "BE2 sees WIT", "SYNCHRONIZED", "hosts the Central Management store"],
    ],
    ["who is principal of what, in words", well, ["rtcxds: BE1 principal, BE2 mirror; SYNCHRONIZED"]],
    [
      "the position apart from the role",
      switched(well, ["rtcxds"]),
      ["Position Primary", "rtcxds: BE1 mirror, BE2 principal", "SPLIT"],
    ],
    [
      "that a mirror is inferred, not seen",
      lookingOnly,
      ["mirror (inferred)", "told by BE1", "What BE2 sees of WIT is hidden from this login"],
    ],
    [
      "since when a server is silent, and why",
      silence(well, "BE2", "login"),
      ["no answer", "login refused, since 11:59:58 UTC", "Refuses the login"],
    ],
    [
      "that a login may not see, which is not the same as not mirrored",
      silence(lookingOnly, "BE1"),
      ["hidden", "Not mirrored, or this login may not see it."],
    ],
    [
      "that a database is not mirrored",
      tell(well, "BE1", { databases: ["lis"], mirroring: null }),
      ["not mirrored"],
    ],
    [
      "that a database is absent",
      retell(well, "BE2", (said) => ({
        ...said,
        databases: said.databases.filter(({ name }) => name !== "lis"),
      })),
      ["no such database"],
    ],
    ["that nobody was asked yet", unasked(well, "BE1"), ["not asked yet"]],
    [
      "that two servers claim the same role",
      twoClaim(true),
      ["SPLIT-BRAIN", "claims principal", "Both servers say so."],
    ],
    ["that a switch is under way", twoClaim(false), ["SWITCHING", "rtcxds: BE1 switching, BE2 switching"]],
    [
      "where the two sides disagree",
      tell(well, "BE2", { databases: ["xds"], mirroring: { state: "SYNCHRONIZING" } }),
      ["The sides disagree", "BE2:", "SYNCHRONIZING"],
    ],
    [
      "each partner's own view of a link",
      tell(well, "BE1", { mirroring: { state: "DISCONNECTED", witnessState: "UNKNOWN" } }),
      ["BE1 does not see BE2", "BE2 sees BE1", "BE1 says UNKNOWN of WIT", "BE2 sees WIT"],
    ],
    [
      "queues with their units",
      tell(well, "BE1", { databases: ["xds"], fact: { sendQueueKb: 3584 } }),
      ["Unsent 3.5 MB"],
    ],
    [
      "that there is no witness",
      allWell(poolOf(["User"], ["BE1", "BE2", null])),
      ["this pair switches only by hand"],
    ],
  ];
  it.each(cases)("%s", (_, { pool, observations }, words) => {
    const text = textOf(<PoolView pool={pool} observations={observations} now={noon} />);
    for (const word of words) expect(text).toContain(word);
  });

  it("nothing as true that is old", () => {
    const text = textOf(
      <PoolView pool={well.pool} observations={well.observations} now={noon + 60_000} />,
      noon + 60_000,
    );
    expect(text).toContain("STALE");
    expect(text).toContain("stale, 1 min ago");
    expect(text).toContain("Unknown: the facts are too old.");
    expect(text).not.toContain("Yes");
  });

  it("the same in German", () => {
    const text = textOf(
      <PoolView pool={well.pool} observations={well.observations} now={noon} />,
      noon,
      "de",
    );
    expect(text).toContain("rtcxds: BE1 Prinzipal, BE2 Spiegel; SYNCHRONIZED");
    expect(text).not.toMatch(/pools\.|checks\./);
  });
});

describe("all pools at a glance", () => {
  const exposed = { ...tell(well, "BE1", { mirroring: { state: "DISCONNECTED" } }) };
  const second = { ...poolOf(["Monitoring"], ["MON1", "MON2", null]), id: "aachen", title: "Aachen" };
  const observations = new Map([...exposed.observations, ...allWell(second).observations]);
  const fleet = (filter: string, pools = [second, exposed.pool], mayAdd = true) =>
    textOf(
      <Fleet
        pools={pools}
        observations={observations}
        now={noon}
        filter={filter}
        onFilter={() => {}}
        mayAdd={mayAdd}
      />,
    );

  it("puts the worst first", () => {
    expect(fleet("").indexOf("Munich")).toBeLessThan(fleet("").indexOf("Aachen"));
  });

  it("finds a pool by server, database or verdict", () => {
    expect(fleet("mon2")).toContain("Aachen");
    expect(fleet("mon2")).not.toContain("Munich");
    expect(fleet("exposed rtcxds")).toContain("1 of 2 pools");
    expect(fleet("nowhere")).toContain("No pool matches “nowhere”.");
  });

  it("leads an admin of an empty register to the first pool, and others nowhere", () => {
    expect(fleet("", [])).toContain("Add a pool");
    expect(fleet("", [], false)).not.toContain("Add a pool");
  });
});

/** What a reader of the page reads, icons and markup left out. */
function textOf(element: ReactNode, now = noon, language: "en" | "de" = "en"): string {
  const messages = language === "en" ? { pools, checks } : { pools: poolsDe, checks: checksDe };
  const page = (
    <NextIntlClientProvider locale={language} messages={messages} timeZone="UTC">
      <Clock serverNow={now}>{element}</Clock>
    </NextIntlClientProvider>
  );
  const labels = (html: string) => html.replaceAll(/aria-label="([^"]*)"/g, ">$1<");
  return labels(renderToStaticMarkup(page))
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll("&amp;", "&")
    .replaceAll(/\s+/g, " ");
}
