"use client";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { TextField } from "#components/ui/field.tsx";

/**
 * Asks before something is done. `action` carries the verb and its target, never "OK"; `typed` is a name to be
 * typed first. There is no form, so Enter never means yes.
 */
export function ConfirmDialog({
  open,
  onOpenChange,
  title,
  action,
  danger = false,
  disabled = false,
  typed,
  busy = false,
  onConfirm,
  children,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  action: ReactNode;
  danger?: boolean;
  disabled?: boolean;
  typed?: { label: ReactNode; expected: string };
  busy?: boolean;
  onConfirm: () => void;
  children?: ReactNode;
}) {
  const t = useTranslations("common");
  const [given, setGiven] = useState("");
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        setGiven("");
        onOpenChange(next);
      }}
      title={title}
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>{t("cancel")}</Button>
          <Button
            tone={danger ? "danger" : "brand"}
            busy={busy}
            disabled={disabled || (typed !== undefined && given.trim() !== typed.expected)}
            onClick={onConfirm}
          >
            {action}
          </Button>
        </>
      }
    >
      <div className="space-y-4 text-sm">
        {children}
        {typed && (
          <TextField
            label={typed.label}
            value={given}
            onChange={(event) => setGiven(event.target.value)}
            autoComplete="off"
            spellCheck={false}
          />
        )}
      </div>
    </Dialog>
  );
}
