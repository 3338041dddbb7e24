import type { Metadata } from "next";
import { connection } from "next/server";
import { getLocale, getTranslations } from "next-intl/server";
import { WelcomeForm } from "#app/welcome/[token]/welcome-form.tsx";
import { Door } from "#components/shell/door.tsx";
import { LinkButton } from "#components/ui/button.tsx";
import { readInvitation } from "#lib/auth/invitations.ts";
import { db } from "#lib/db/index.ts";
import { isLanguage } from "#lib/i18n/languages.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("auth.welcome");
  // The address is a secret: it must not travel on as a referrer.
  return { title: t("passwordTitle"), referrer: "no-referrer", robots: { index: false } };
}

/** Behind a one-time link: the first admin, or a person's password. */
export default async function WelcomePage({ params }: { params: Promise<{ token: string }> }) {
  await connection();
  const { token } = await params;
  const invitation = await readInvitation(db(), token);
  const t = await getTranslations("auth.welcome");
  const locale = await getLocale();

  if (!invitation) {
    return (
      <Door title={t("goneTitle")} lead={t("goneText")}>
        <LinkButton href="/sign-in" tone="brand" className="w-full">
          {t("toSignIn")}
        </LinkButton>
      </Door>
    );
  }
  const { person } = invitation;
  return (
    <Door
      title={person ? t("passwordTitle") : t("firstTitle")}
      lead={person ? t("passwordText", { name: person.name }) : t("firstText")}
    >
      <WelcomeForm token={token} person={person} language={isLanguage(locale) ? locale : "en"} />
    </Door>
  );
}
