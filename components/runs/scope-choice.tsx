"use client";
import { useTranslations } from "next-intl";
import type { WishedScope } from "#components/runs/wish.ts";
import { Checkbox, RadioCards } from "#components/ui/choice.tsx";
import { SelectField } from "#components/ui/field.tsx";
import { names } from "#lib/mirroring/message.ts";
import { type DatabaseType, databaseTypes, type Pool } from "#lib/mirroring/pool.ts";
import { type Observations, type Session, servingSide, unclaimedSessions } from "#lib/mirroring/session.ts";
import { mirroredSessions } from "#lib/runbooks/plan.ts";

/** The whole pool, one DatabaseType, or one database; of the whole pool, also what nobody claimed. */
export function ScopeChoice({
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
