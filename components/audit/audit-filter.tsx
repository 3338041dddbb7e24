import { Search } from "lucide-react";
import Form from "next/form";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Button } from "#components/ui/button.tsx";
import { SelectField, TextField } from "#components/ui/field.tsx";

export interface AuditWish {
  text: string;
  pool: string;
  actor: string;
  outcome: string;
}

/** What to look for; it stands in the address, so a filter can be kept as a bookmark. */
export function AuditFilter({
  wish,
  pools,
}: {
  wish: AuditWish;
  pools: readonly { id: string; title: string }[];
}) {
  const t = useTranslations("audit.filter");
  const outcomes = useTranslations("audit.outcome");
  const filtered = Object.values(wish).some(Boolean);
  return (
    <search aria-label={t("label")}>
      <Form
        action="/audit"
        key={JSON.stringify(wish)}
        className="grid items-end gap-3 sm:grid-cols-2 lg:grid-cols-[2fr_1fr_1fr_1fr_auto]"
      >
        <TextField name="text" type="search" label={t("text")} defaultValue={wish.text} maxLength={200} />
        <SelectField name="pool" label={t("pool")} defaultValue={wish.pool}>
          <option value="">{t("anyPool")}</option>
          {pools.map((pool) => (
            <option key={pool.id} value={pool.id}>
              {pool.title}
            </option>
          ))}
        </SelectField>
        <TextField
          name="actor"
          label={t("actor")}
          defaultValue={wish.actor}
          maxLength={100}
          placeholder={t("anyActor")}
        />
        <SelectField name="outcome" label={t("outcome")} defaultValue={wish.outcome}>
          <option value="">{t("anyOutcome")}</option>
          {(["done", "refused", "failed"] as const).map((outcome) => (
            <option key={outcome} value={outcome}>
              {outcomes(outcome)}
            </option>
          ))}
        </SelectField>
        <div className="flex items-center gap-3">
          <Button type="submit" icon={Search}>
            {t("apply")}
          </Button>
          {filtered && (
            <Link
              href="/audit"
              className="text-sm font-medium whitespace-nowrap text-brand underline underline-offset-2"
            >
              {t("clear")}
            </Link>
          )}
        </div>
      </Form>
    </search>
  );
}
