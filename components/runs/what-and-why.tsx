"use client";
import { useTranslations } from "next-intl";
import { Card } from "#components/ui/card.tsx";
import { Checkbox, RadioCards } from "#components/ui/choice.tsx";
import { SelectField, TextAreaField, TextField } from "#components/ui/field.tsx";
import { stillToMove } from "#lib/mirroring/checks.ts";
import { names } from "#lib/mirroring/message.ts";
import { type DatabaseType, databaseTypes, type Pool } from "#lib/mirroring/pool.ts";
import { type Observations, type Session, servingSide, unclaimedSessions } from "#lib/mirroring/session.ts";
import { type Asked, mirroredSessions, situationOf } from "#lib/runbooks/plan.ts";
import { routeText } from "./route.tsx";
import type { Wish, WishedScope } from "./wish.ts";

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

function ScopeChoice({
  pool,
  observations,
  scope,
  onScope,
}: {
  pool: Pool;
  observations: Observations;
  scope: WishedScope;
  onScope: (scope: WishedScope) => void;
}) {
  const t = useTranslations("wizard.what");
  const sessions = mirroredSessions(pool, observations);
  const types = databaseTypes.filter((type) => sessions.some((session) => session.store.type === type));
  const first = sessions[0];
  const choose = (kind: string) => {
    if (kind === "type") onScope({ kind: "type", type: types[0] ?? pool.stores[0]?.type ?? "User" });
    else if (kind === "database" && first)
      onScope({ kind: "database", storeId: first.store.id, database: first.database });
    else onScope({ kind: "pool", leaveOut: [] });
  };
  return (
    <div className="space-y-3">
      <RadioCards
        name="scope"
        legend={t("scope")}
        options={[
          { value: "pool", label: t("pool"), hint: t("poolHint", { count: sessions.length }) },
          { value: "type", label: t("type"), hint: t("typeHint") },
          {
            value: "database",
            label: t("database"),
            hint: t("databaseHint"),
            disabled: sessions.length === 0,
          },
        ]}
        value={scope.kind}
        onValue={choose}
      />
      {scope.kind === "pool" && (
        <Unclaimed
          sessions={unclaimedSessions(pool, observations)}
          leaveOut={scope.leaveOut}
          onLeaveOut={(leaveOut) => onScope({ kind: "pool", leaveOut })}
        />
      )}
      {scope.kind === "type" && (
        <SelectField
          label={t("typeField")}
          value={scope.type}
          onChange={(event) => onScope({ kind: "type", type: event.target.value as DatabaseType })}
        >
          {withChosen(types, scope.type).map((type) => (
            <option key={type} value={type}>
              {t("typeOption", {
                type,
                databases: names(
                  sessions.filter((one) => one.store.type === type).map((one) => one.database),
                ),
              })}
            </option>
          ))}
        </SelectField>
      )}
      {scope.kind === "database" && (
        <SelectField
          label={t("databaseField")}
          value={optionOf(scope.storeId, scope.database)}
          onChange={(event) => {
            const chosen = sessions.find(
              (session) => optionOf(session.store.id, session.database) === event.target.value,
            );
            if (chosen) onScope({ kind: "database", storeId: chosen.store.id, database: chosen.database });
          }}
        >
          {sessions.map((session) => (
            <option
              key={optionOf(session.store.id, session.database)}
              value={optionOf(session.store.id, session.database)}
            >
              {t("databaseOption", { database: session.database, type: session.store.type })}
            </option>
          ))}
        </SelectField>
      )}
    </div>
  );
}

/** What is mirrored between the same servers and claimed by nobody: named, with a tick each. */
function Unclaimed({
  sessions,
  leaveOut,
  onLeaveOut,
}: {
  sessions: readonly Session[];
  leaveOut: readonly string[];
  onLeaveOut: (leaveOut: string[]) => void;
}) {
  const t = useTranslations("wizard.what");
  if (sessions.length === 0) return null;
  const out = (database: string) => leaveOut.some((name) => name.toLowerCase() === database.toLowerCase());
  return (
    <fieldset className="space-y-2 rounded-lg border border-warn-line bg-warn-soft px-4 py-3">
      <legend className="float-left mb-1 w-full text-sm font-medium">{t("unclaimed")}</legend>
      <p className="clear-both text-xs text-ink-soft">{t("unclaimedHint")}</p>
      {sessions.map((session) => (
        <Checkbox
          key={optionOf(session.store.id, session.database)}
          label={t("unclaimedOne", {
            database: session.database,
            server: servingSide(session)?.instance.name ?? t("nobody"),
          })}
          checked={!out(session.database)}
          onChange={(event) =>
            onLeaveOut(
              event.target.checked
                ? leaveOut.filter((name) => name.toLowerCase() !== session.database.toLowerCase())
                : [...leaveOut, session.database],
            )
          }
        />
      ))}
    </fieldset>
  );
}

/** The chosen type stays in the list even when none of its databases is seen at the moment. */
function withChosen(types: readonly DatabaseType[], chosen: DatabaseType): DatabaseType[] {
  return databaseTypes.filter((type) => type === chosen || types.includes(type));
}

function optionOf(storeId: string, database: string): string {
  return `${storeId}/${database}`;
}
