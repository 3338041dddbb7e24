import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { connection } from "next/server";
import { getTranslations } from "next-intl/server";
import { SignInForm } from "#app/sign-in/sign-in-form.tsx";
import { Door } from "#components/shell/door.tsx";
import { Alert } from "#components/ui/alert.tsx";
import { currentActor } from "#lib/auth/current-actor.ts";
import { demoIsOn, demoPeople } from "#lib/auth/demo-people.ts";
import { safeNext } from "#lib/auth/sign-in-path.ts";
import { db } from "#lib/db/index.ts";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("auth.signIn"))("title") };
}

export default async function SignInPage({
  searchParams,
}: {
  searchParams: Promise<{ next?: string | string[] }>;
}) {
  await connection();
  const next = safeNext((await searchParams).next);
  if (await currentActor()) redirect(next);
  const t = await getTranslations("auth.signIn");
  const nobody = (await db().authUser.count()) === 0;

  return (
    <Door title={t("title")} lead={t("lead")}>
      {nobody && (
        <Alert tone="info" title={t("nobody")}>
          {t("nobodyText")}
        </Alert>
      )}
      <SignInForm next={next} demo={demoIsOn() ? demoSignIns() : []} />
    </Door>
  );
}

function demoSignIns() {
  return demoPeople.map(({ role, email, password }) => ({ role, email, password }));
}
