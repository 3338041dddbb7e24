"use client";
import { Eye, EyeOff } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ComponentProps, type ReactNode, useState } from "react";
import { IconButton } from "#components/ui/button.tsx";
import { Field, Input } from "#components/ui/field.tsx";

type Given = { label: ReactNode; hint?: ReactNode; error?: ReactNode };

/** A password, which one may look at while typing: nobody types a long one blindly at night. */
export function PasswordField({
  label,
  hint,
  error,
  ...rest
}: Given & Omit<ComponentProps<"input">, "type">) {
  const t = useTranslations("auth.signIn");
  const [shown, setShown] = useState(false);
  return (
    <Field label={label} hint={hint} error={error}>
      {(wired) => (
        <div className="relative">
          <Input {...rest} {...wired} type={shown ? "text" : "password"} required className="pr-11" />
          <IconButton
            icon={shown ? EyeOff : Eye}
            label={shown ? t("hidePassword") : t("showPassword")}
            onClick={() => setShown(!shown)}
            className="absolute top-0.5 right-0.5"
          />
        </div>
      )}
    </Field>
  );
}
