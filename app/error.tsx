"use client";
import { RotateCw } from "lucide-react";
import { useTranslations } from "next-intl";
import { Alert } from "#components/ui/alert.tsx";
import { Button } from "#components/ui/button.tsx";
import { Page } from "#components/ui/page.tsx";

/** In place of a page that failed. A page only looks, so nothing was changed by it. */
export default function PageFailed({
  error,
  reset,
}: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  const t = useTranslations("common");
  return (
    <Page title={t("error.title")} narrow>
      <Alert
        tone="bad"
        title={t("error.text")}
        actions={
          <Button icon={RotateCw} onClick={reset}>
            {t("retry")}
          </Button>
        }
      >
        {error.digest && t("error.reference", { digest: error.digest })}
      </Alert>
    </Page>
  );
}
