"use client";
import { useTranslations } from "next-intl";
import { routeText } from "#components/runs/route.tsx";
import { ScopeChoice } from "#components/runs/scope-choice.tsx";
import type { Wish } from "#components/runs/wish.ts";
import { Card } from "#components/ui/card.tsx";
import { Checkbox, RadioCards } from "#components/ui/choice.tsx";
import { TextAreaField, TextField } from "#components/ui/field.tsx";
import { stillToMove } from "#lib/mirroring/checks.ts";
import { names } from "#lib/mirroring/message.ts";
import type { Pool } from "#lib/mirroring/pool.ts";
import type { Observations, Session } from "#lib/mirroring/session.ts";
import { type Asked, situationOf } from "#lib/runbooks/plan.ts";

/** Stage 1: which databases, in which direction, and why. */
export function WhatAndWhy({
  pool,
  observations,
  wish,
  onWish,
  error,
}: {
  pool: Pool;
  observations: Observations;
  wish: Wish;
  onWish: (next: Wish) => void;
  error: (field: string) => string | undefined;
}) {
  const t = useTranslations("wizard.what");
  const ask = (change: Partial<Wish["asked"]>) => onWish({ ...wish, asked: { ...wish.asked, ...change } });
  return (
    <Card title={t("title")} description={t("description")}>
      <div className="grid max-w-3xl gap-6">
        <DirectionChoice
          pool={pool}
          observations={observations}
          asked={wish.asked}
          onToward={(toward) => ask({ toward })}
        />
        <ScopeChoice
          pool={pool}
          observations={observations}
          scope={wish.asked.scope}
          onScope={(scope) => ask({ scope })}
        />
        <fieldset className="space-y-2">
          <legend className="mb-1.5 text-sm font-medium">{t("options")}</legend>
          <Checkbox
            label={t("waitForRedo")}
            hint={t("waitForRedoHint")}
            checked={wish.asked.options.waitForRedo}
            onChange={(event) => ask({ options: { waitForRedo: event.target.checked } })}
          />
        </fieldset>
        <TextAreaField
          name="reason"
          label={t("reason")}
          hint={t("reasonHint")}
          error={error("reason")}
          required
          maxLength={500}
          value={wish.reason}
          onChange={(event) => onWish({ ...wish, reason: event.target.value })}
        />
        <TextField
          name="ticket"
          label={t("ticket")}
          hint={t("ticketHint")}
          optional={t("optional")}
          error={error("ticket")}
          maxLength={100}
          value={wish.ticket}
          onChange={(event) => onWish({ ...wish, ticket: event.target.value })}
        />
      </div>
    </Card>
  );
}

function DirectionChoice({
  pool,
  observations,
  asked,
  onToward,
}: {
  pool: Pool;
  observations: Observations;
  asked: Asked;
  onToward: (toward: Asked["toward"]) => void;
}) {
  const t = useTranslations("wizard.what");
  const position = useTranslations("runs.position");
  const option = (toward: Asked["toward"]) => {
    const situation = situationOf(pool, { ...asked, toward }, observations, new Set());
    const { sessions } = situation;
    const left = stillToMove(situation).length;
    const hint = sessions.length === 0 ? t("nothing") : t("left", { left, of: sessions.length });
    return {
      value: toward,
      label: (
        <>
          <span className="font-semibold">
            {names(routesToward(sessions.length > 0 ? sessions : pool.stores, toward))}
          </span>{" "}
          <span className="text-xs font-normal text-ink-faint">
            {t("toward", { position: position(toward) })}
          </span>
        </>
      ),
      hint,
    };
  };
  return (
    <RadioCards
      name="toward"
      legend={t("direction")}
      options={[option("Mirror"), option("Primary")]}
      value={asked.toward}
      onValue={(value) => onToward(value as Asked["toward"])}
    />
  );
}

/** `BE1 → BE2` for each pair in scope. */
function routesToward(on: readonly (Session | Pool["stores"][number])[], toward: Asked["toward"]): string[] {
  const routes = on.map(({ primary, mirror }) => {
    const [a, b] = [nameOf(primary), nameOf(mirror)];
    return routeText(toward === "Mirror" ? { from: a, to: b } : { from: b, to: a });
  });
  return [...new Set(routes)];
}

function nameOf(partner: Session["primary"] | Pool["stores"][number]["primary"]): string {
  return "instance" in partner ? partner.instance.name : partner.name;
}
