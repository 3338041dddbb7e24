import { useTranslations } from "next-intl";
import { LinkButton } from "#components/ui/button.tsx";
import { Page } from "#components/ui/page.tsx";
import type { Role } from "#lib/auth/actor.ts";

/** In place of a page that this role does not see. */
export function NotAllowed({ role }: { role: Role }) {
  const t = useTranslations("common");
  const text = t("notAllowed.text", { role: t(`role.${role}`) });
  return (
    <Page title={t("notAllowed.title")} description={text} narrow>
      <LinkButton href="/">{t("notFound.home")}</LinkButton>
    </Page>
  );
}
