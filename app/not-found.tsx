import { getTranslations } from "next-intl/server";
import { LinkButton } from "#components/ui/button.tsx";
import { Empty, Page } from "#components/ui/page.tsx";

export default async function NotFound() {
  const t = await getTranslations("common.notFound");
  return (
    <Page title={t("title")} narrow>
      <Empty title={t("text")} actions={<LinkButton href="/">{t("home")}</LinkButton>} />
    </Page>
  );
}
