import { getTranslations } from "next-intl/server";
import { LinkButton } from "#components/ui/button.tsx";
import { Page } from "#components/ui/page.tsx";

export default async function NotFound() {
  const t = await getTranslations("common.notFound");
  return (
    <Page title={t("title")} description={t("text")} narrow>
      <LinkButton href="/">{t("home")}</LinkButton>
    </Page>
  );
}
