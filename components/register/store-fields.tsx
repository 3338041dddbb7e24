"use client";
import { ArrowRight, Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ServerForm, StoreForm } from "#components/register/form-state.ts";
import { IconButton } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { SelectField, TextAreaField } from "#components/ui/field.tsx";
import { type DatabaseType, databasesOfType, databaseTypes } from "#lib/mirroring/pool.ts";

/** One DatabaseType on a pair of servers in their positions. */
export function StoreFields({
  store,
  place,
  servers,
  knownServers,
  errorOf,
  onChange,
  onRemove,
}: {
  store: StoreForm;
  place: number;
  servers: readonly ServerForm[];
  knownServers: readonly string[];
  errorOf: (field: string) => string | undefined;
  onChange: (change: Partial<StoreForm>) => void;
  onRemove: (() => void) | undefined;
}) {
  const t = useTranslations("register.store");
  const types = useTranslations("register.type");
  const databases = databasesOfType[store.type];
  const here = new Set(servers.map((server) => server.name.toLowerCase()));
  const elsewhere = knownServers.filter((name) => !here.has(name.toLowerCase()));

  const position = (field: "primary" | "mirror" | "witness") => (
    <SelectField
      label={t(field)}
      optional={field === "witness" ? t("witnessOptional") : undefined}
      value={store[field]}
      error={errorOf(field)}
      onChange={(event) => onChange({ [field]: event.target.value })}
    >
      <option value="">{field === "witness" ? t("noWitness") : t("choose")}</option>
      {servers.map((server, index) => (
        <option key={server.key} value={`#${server.key}`}>
          {server.name || t("serverNumbered", { place: index + 1 })}
        </option>
      ))}
      {elsewhere.length > 0 && (
        <optgroup label={t("elsewhere")}>
          {elsewhere.map((name) => (
            <option key={name} value={`=${name}`}>
              {name}
            </option>
          ))}
        </optgroup>
      )}
    </SelectField>
  );

  return (
    <Card
      headingLevel="h3"
      title={types(store.type)}
      description={databases.length > 0 ? t("holds", { databases: databases.join(", ") }) : t("holdsOther")}
      aside={
        onRemove && (
          <IconButton
            icon={Trash2}
            label={t("remove", { place, type: types(store.type) })}
            onClick={onRemove}
          />
        )
      }
    >
      <div className="grid items-start gap-4 sm:grid-cols-2 lg:grid-cols-[1.2fr_1fr_auto_1fr_1fr]">
        <SelectField
          label={t("type")}
          value={store.type}
          error={errorOf("type")}
          onChange={(event) => onChange({ type: event.target.value as DatabaseType })}
        >
          {databaseTypes.map((type) => (
            <option key={type} value={type}>
              {types(type)}
            </option>
          ))}
        </SelectField>
        {position("primary")}
        <ArrowRight aria-hidden className="mt-9 hidden size-5 text-ink-faint lg:block" />
        {position("mirror")}
        {position("witness")}
        {store.type === "Other" && (
          <div className="sm:col-span-2 lg:col-span-5">
            <TextAreaField
              label={t("databases")}
              hint={t("databasesHint")}
              error={errorOf("databases")}
              value={store.databases}
              onChange={(event) => onChange({ databases: event.target.value })}
              spellCheck={false}
            />
          </div>
        )}
      </div>
    </Card>
  );
}
