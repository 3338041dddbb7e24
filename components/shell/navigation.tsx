"use client";
import { Database, ListChecks, type LucideIcon, ScrollText, Users } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import type { Actor } from "#lib/auth/actor.ts";
import { may } from "#lib/auth/permissions.ts";

/** Where this person may go: in the header, on a phone as a bar in reach of the thumb. */
export function Navigation({ role }: { role: Actor["role"] }) {
  const t = useTranslations("shell");
  const path = usePathname();
  return (
    <nav
      aria-label={t("navigation")}
      className="max-sm:fixed max-sm:inset-x-0 max-sm:bottom-0 max-sm:z-30 max-sm:border-t max-sm:border-line max-sm:bg-card max-sm:pb-[env(safe-area-inset-bottom)] sm:h-full"
    >
      <ul className="flex sm:h-full sm:gap-1">
        {placesFor(role).map(({ href, name, icon: Icon }) => (
          <li key={href} className="max-sm:flex-1">
            <Link
              href={href}
              aria-current={isHere(path, href) ? "page" : undefined}
              className="flex h-full items-center gap-2 border-transparent px-3 font-medium text-ink-soft transition-colors hover:text-ink aria-[current]:border-brand aria-[current]:text-ink max-sm:flex-col max-sm:gap-0.5 max-sm:border-t-2 max-sm:py-2 max-sm:text-xs sm:border-b-2 sm:text-sm"
            >
              <Icon aria-hidden className="size-5 sm:hidden" />
              {t(name)}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

type Place = { href: string; name: "pools" | "runs" | "audit" | "people"; icon: LucideIcon };

function placesFor(role: Actor["role"]): Place[] {
  const audit = may(role, "audit:read") || may(role, "audit:read-own-runs");
  const places: (Place | false)[] = [
    { href: "/", name: "pools", icon: Database },
    { href: "/runs", name: "runs", icon: ListChecks },
    audit && { href: "/audit", name: "audit", icon: ScrollText },
    may(role, "people:change") && { href: "/people", name: "people", icon: Users },
  ];
  return places.filter((place) => place !== false);
}

function isHere(path: string, href: string): boolean {
  if (href === "/") return path === "/" || path.startsWith("/pools");
  return path === href || path.startsWith(`${href}/`);
}
