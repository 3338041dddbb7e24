import "./globals.css";
import type { Metadata, Viewport } from "next";
import { cookies } from "next/headers";
import { NextIntlClientProvider } from "next-intl";
import { getLocale, getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { Frame, OwnMenu } from "#app/frame.tsx";
import { Live } from "#app/live.tsx";
import { StreamIndicator } from "#app/stream-indicator.tsx";
import { Header } from "#components/shell/header.tsx";
import { Navigation } from "#components/shell/navigation.tsx";
import { SimulationBand } from "#components/shell/simulation-band.tsx";
import { themeCookie, themeFrom } from "#components/shell/theme.ts";
import { Alert } from "#components/ui/alert.tsx";
import { Clock } from "#components/ui/clock.tsx";
import { Page } from "#components/ui/page.tsx";
import { currentActorOrAway } from "#lib/auth/current-actor.ts";
import { demoIsOn } from "#lib/auth/demo-people.ts";

export const viewport: Viewport = { width: "device-width", initialScale: 1, colorScheme: "light dark" };

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations();
  const name = demoIsOn() ? `${t("shell.simulation")} · ${t("common.product")}` : t("common.product");
  return {
    title: {
      template: demoIsOn() ? `${t("shell.simulation")} · %s · ${t("common.product")}` : `%s · ${name}`,
      default: name,
    },
    description: t("auth.signIn.lead"),
    robots: { index: false, follow: false },
  };
}

/** Around every page: language, clock, header. */
export default async function RootLayout({ children }: { children: ReactNode }) {
  const found = await currentActorOrAway();
  const actor = found === "away" ? null : found;
  const theme = themeFrom((await cookies()).get(themeCookie)?.value);
  const t = await getTranslations("shell");

  const page = (
    <>
      <a
        href="#content"
        className="sr-only z-50 rounded-md bg-brand-fill font-medium text-on-brand focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:px-4 focus:py-2"
      >
        {t("skip")}
      </a>
      {demoIsOn() && <SimulationBand />}
      {actor && (
        <Header
          navigation={<Navigation role={actor.role} />}
          live={<StreamIndicator />}
          menu={<OwnMenu actor={actor} theme={theme} />}
        />
      )}
      <main id="content" tabIndex={-1} className={actor ? "outline-none max-sm:pb-20" : "outline-none"}>
        {found === "away" ? <Away /> : children}
      </main>
    </>
  );

  return (
    <html lang={await getLocale()} className={theme}>
      <body>
        <NextIntlClientProvider>
          {actor ? (
            <Live serverNow={Date.now()}>
              <Frame>{page}</Frame>
            </Live>
          ) : (
            <Clock serverNow={Date.now()}>
              <Frame>{page}</Frame>
            </Clock>
          )}
        </NextIntlClientProvider>
      </body>
    </html>
  );
}

// In place of every page while the database does not answer.
async function Away() {
  const t = await getTranslations("common.away");
  return (
    <Page title={t("title")} narrow>
      <Alert tone="bad">{t("text")}</Alert>
    </Page>
  );
}
