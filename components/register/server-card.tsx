"use client";
import { Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ServerForm } from "#components/register/form-state.ts";
import { LoginFields } from "#components/register/login-fields.tsx";
import type { TestLogin } from "#components/register/register-form.tsx";
import { TestButton } from "#components/register/test-button.tsx";
import { IconButton } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Checkbox } from "#components/ui/choice.tsx";
import { SelectField, TextAreaField, TextField } from "#components/ui/field.tsx";
import type { TlsVersion } from "#lib/sqlserver/target.ts";

/** One SQL Server: where it is, how far it is trusted, who looks and who acts. */
export function ServerCard({
  server,
  place,
  errorOf,
  onChange,
  onRemove,
  onTest,
}: {
  server: ServerForm;
  place: number;
  errorOf: (field: string) => string | undefined;
  onChange: (change: Partial<ServerForm>) => void;
  onRemove: (() => void) | undefined;
  onTest: TestLogin;
}) {
  const t = useTranslations("register.server");
  const text = (field: "name" | "server" | "port" | "namedInstance") => ({
    label: t(field),
    value: server[field],
    error: errorOf(field),
    onChange: (event: { target: { value: string } }) => onChange({ [field]: event.target.value }),
    autoComplete: "off",
    spellCheck: false,
  });

  return (
    <Card
      headingLevel="h3"
      title={server.name || t("numbered", { place })}
      aside={
        onRemove && (
          <IconButton
            icon={Trash2}
            label={t("remove", { name: server.name || t("numbered", { place }) })}
            onClick={onRemove}
          />
        )
      }
    >
      <div className="space-y-6">
        <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
          <TextField {...text("name")} hint={t("nameHint")} readOnly={server.known} />
          <TextField {...text("server")} hint={t("serverHint")} />
          <TextField {...text("port")} inputMode="numeric" hint={t("portHint")} />
          <TextField {...text("namedInstance")} hint={t("namedInstanceHint")} />
        </div>
        <div className="grid gap-6 lg:grid-cols-2">
          <LoginFields
            which="looking"
            login={server.looking}
            known={server.known}
            errorOf={(field) => errorOf(`looking.${field}`)}
            onChange={(looking) => onChange({ looking })}
          />
          <div className="space-y-4">
            <Checkbox
              label={t("ownActing")}
              hint={t("ownActingHint")}
              checked={server.ownActing}
              onChange={(event) => onChange({ ownActing: event.target.checked })}
            />
            {server.ownActing && (
              <LoginFields
                which="acting"
                login={server.acting}
                known={server.known}
                errorOf={(field) => errorOf(`acting.${field}`)}
                onChange={(acting) => onChange({ acting })}
              />
            )}
          </div>
        </div>
        <details
          open={Boolean(errorOf("tls.ca") || errorOf("tls.minimum"))}
          className="rounded-lg border border-line px-4 py-3"
        >
          <summary className="cursor-pointer text-sm font-medium">
            {t("encryption", { minimum: server.tlsMinimum })}
          </summary>
          <div className="mt-4 grid gap-4 sm:grid-cols-2">
            <div className="space-y-4">
              <SelectField
                label={t("tlsMinimum")}
                hint={t("tlsMinimumHint")}
                value={server.tlsMinimum}
                onChange={(event) => onChange({ tlsMinimum: event.target.value as TlsVersion })}
              >
                {tlsVersions.map((version) => (
                  <option key={version} value={version}>{`TLS ${version}`}</option>
                ))}
              </SelectField>
              <Checkbox
                label={t("trust")}
                hint={t("trustHint")}
                checked={server.trust}
                onChange={(event) => onChange({ trust: event.target.checked })}
              />
            </div>
            <TextAreaField
              label={t("ca")}
              hint={t("caHint")}
              error={errorOf("tls.ca")}
              rows={5}
              value={server.ca}
              onChange={(event) => onChange({ ca: event.target.value })}
              className="font-mono text-xs"
              spellCheck={false}
            />
          </div>
        </details>
        <TestButton server={server} onTest={onTest} />
      </div>
    </Card>
  );
}

const tlsVersions = ["1.0", "1.1", "1.2", "1.3"] as const satisfies readonly TlsVersion[];
