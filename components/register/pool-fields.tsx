"use client";
import { useTranslations } from "next-intl";
import type { PoolForm } from "#components/register/form-state.ts";
import { Card } from "#components/ui/card.tsx";
import { TextAreaField, TextField } from "#components/ui/field.tsx";

/** The pool itself, and what guided steps fill in: Front Ends, file share, Persistent Chat. */
export function PoolFields({
  pool,
  errorOf,
  onChange,
}: {
  pool: PoolForm;
  errorOf: (field: string) => string | undefined;
  onChange: (change: Partial<PoolForm>) => void;
}) {
  const t = useTranslations("register.pool");
  const common = useTranslations("common");
  const text = (field: keyof PoolForm, sent: string = field) => ({
    label: t(field),
    value: pool[field],
    error: errorOf(sent),
    onChange: (event: { target: { value: string } }) => onChange({ [field]: event.target.value }),
    autoComplete: "off",
    spellCheck: false,
  });
  const optional = common("optional");

  return (
    <Card>
      <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
        <TextField {...text("name")} hint={t("nameHint")} />
        <TextField {...text("title")} hint={t("titleHint")} optional={optional} />
        <TextField {...text("product")} hint={t("productHint")} optional={optional} list="products" />
        <datalist id="products">
          {["Lync Server 2013", "Skype for Business Server 2015", "Skype for Business Server 2019"].map(
            (product) => (
              <option key={product} value={product} />
            ),
          )}
        </datalist>
      </div>
      <details className="mt-4 rounded-lg border border-line px-4 py-3">
        <summary className="cursor-pointer text-sm font-medium">{t("more")}</summary>
        <div className="mt-4 grid gap-4 sm:grid-cols-2">
          <TextAreaField {...text("frontEnds")} hint={t("onePerLine")} optional={optional} />
          <TextField {...text("fileShare")} hint={t("fileShareHint")} optional={optional} />
          <TextField {...text("chatPool", "persistentChat.pool")} optional={optional} />
          <TextField {...text("chatSecondary", "persistentChat.secondaryPool")} optional={optional} />
          <TextAreaField
            {...text("chatServers", "persistentChat.servers")}
            hint={t("onePerLine")}
            optional={optional}
          />
        </div>
      </details>
    </Card>
  );
}
