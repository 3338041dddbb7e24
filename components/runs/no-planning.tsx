import { useTranslations } from "next-intl";
import { LinkButton } from "#components/ui/button.tsx";
import { Empty, Page } from "#components/ui/page.tsx";

/** In place of the wizard, for those who only read: a clear no, and where to read. */
export function NoPlanning({ poolId }: { poolId: string }) {
  const t = useTranslations("wizard");
  return (
    <Page title={t("title")} narrow>
      <Empty
        title={t("denied.title")}
        actions={
          <>
            <LinkButton href="/runs">{t("denied.toRuns")}</LinkButton>
            <LinkButton href={`/pools/${poolId}`}>{t("denied.toPool")}</LinkButton>
          </>
        }
      >
        {t("denied.body")}
      </Empty>
    </Page>
  );
}
