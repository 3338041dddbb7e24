import Link from "next/link";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Mark } from "#components/shell/mark.tsx";

/** Above every page: home, where one can go, how live it is, who one is. Sticks, so that the state is always seen. */
export function Header({
  navigation,
  live,
  menu,
}: {
  navigation: ReactNode;
  live?: ReactNode;
  menu: ReactNode;
}) {
  const t = useTranslations();
  return (
    <header className="sticky top-0 z-30 border-b border-line bg-card">
      <div className="mx-auto flex h-14 max-w-7xl items-center gap-3 px-4 sm:gap-6 sm:px-6">
        <Link
          href="/"
          aria-label={t("shell.home")}
          className="flex shrink-0 items-center gap-2.5 font-semibold tracking-tight"
        >
          <Mark className="size-7" />
          <span aria-hidden>{t("common.product")}</span>
        </Link>
        {navigation}
        <div className="ml-auto flex min-w-0 items-center gap-2 sm:gap-3">
          {live}
          {menu}
        </div>
      </div>
    </header>
  );
}
