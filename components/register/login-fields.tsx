"use client";
import { useTranslations } from "next-intl";
import type { LoginForm } from "#components/register/form-state.ts";
import { SelectField, TextField } from "#components/ui/field.tsx";

export function LoginFields({
  which,
  login,
  known,
  errorOf,
  onChange,
}: {
  which: "looking" | "acting";
  login: LoginForm;
  known: boolean;
  errorOf: (field: string) => string | undefined;
  onChange: (login: LoginForm) => void;
}) {
  const t = useTranslations("register.login");
  const text = (field: "user" | "domain" | "password") => ({
    label: t(field),
    value: login[field],
    error: errorOf(field),
    onChange: (event: { target: { value: string } }) => onChange({ ...login, [field]: event.target.value }),
    spellCheck: false,
  });

  return (
    <fieldset className="space-y-4">
      <legend className="text-sm font-semibold">{t(which)}</legend>
      <p className="text-xs text-ink-faint">{t(`${which}Hint`)}</p>
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField
          label={t("type")}
          value={login.type}
          onChange={(event) => onChange({ ...login, type: event.target.value as LoginForm["type"] })}
        >
          <option value="sql">{t("sql")}</option>
          <option value="ntlm">{t("ntlm")}</option>
        </SelectField>
        {login.type === "ntlm" && <TextField {...text("domain")} autoComplete="off" />}
        <TextField {...text("user")} autoComplete="off" />
        <TextField
          {...text("password")}
          type="password"
          autoComplete="new-password"
          hint={known ? t("keep") : undefined}
        />
      </div>
    </fieldset>
  );
}
