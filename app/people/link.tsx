"use client";
import { useTranslations } from "next-intl";
import { Button } from "#components/ui/button.tsx";
import { CodeBlock } from "#components/ui/code-block.tsx";
import { Dialog } from "#components/ui/dialog.tsx";

/** A one-time link, shown once, under the address at which this dashboard is open. */
export function LinkDialog({ name, path, onClose }: { name: string; path: string; onClose: () => void }) {
  const t = useTranslations("people");
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t("linkTitle", { name })}
      description={t("linkText")}
      footer={
        <Button tone="brand" onClick={onClose}>
          {t("done")}
        </Button>
      }
    >
      <CodeBlock wrap label={t("link", { name })} code={new URL(path, window.location.origin).href} />
    </Dialog>
  );
}
