"use client";
import { ChevronDown, LogOut } from "lucide-react";
import { useTranslations } from "next-intl";
import { type Theme, themes } from "#components/shell/theme.ts";
import { Menu, MenuChoice, MenuItem, MenuSeparator } from "#components/ui/menu.tsx";
import type { Actor } from "#lib/auth/actor.ts";
import { type Language, languageNames, languages } from "#lib/i18n/languages.ts";

/** Who is signed in and in which role; language, appearance, way out. */
export function UserMenu({
  actor,
  theme,
  onTheme,
  onLanguage,
  onSignOut,
}: {
  actor: Actor;
  theme: Theme;
  onTheme: (theme: Theme) => void;
  onLanguage: (language: Language) => void;
  onSignOut: () => void;
}) {
  const t = useTranslations();
  const themeNames = {
    system: t("shell.themeSystem"),
    light: t("shell.themeLight"),
    dark: t("shell.themeDark"),
  };
  return (
    <Menu
      button={
        <button
          type="button"
          aria-label={t("shell.openMenu", { name: actor.name })}
          className="flex min-h-10 items-center gap-2 rounded-full border border-line py-1 pr-2 pl-1 text-sm hover:bg-sunken"
        >
          {/* Drawn, not written: the initials are no part of the button's name. */}
          <span
            data-initials={initialsOf(actor.name)}
            className="grid size-8 place-items-center rounded-full bg-brand-soft text-xs font-semibold text-brand before:content-[attr(data-initials)]"
          />
          <span className="max-w-40 truncate max-md:hidden">{actor.name}</span>
          <ChevronDown aria-hidden className="size-4 text-ink-faint" />
        </button>
      }
    >
      <div className="px-2.5 pt-1.5 pb-1">
        <p className="font-semibold">{actor.name}</p>
        <p className="text-xs text-ink-soft">{t(`common.role.${actor.role}`)}</p>
        <p className="text-xs break-all text-ink-faint">{actor.email}</p>
      </div>
      <MenuSeparator />
      <MenuChoice
        label={t("shell.language")}
        value={actor.language}
        onValue={(value) => onLanguage(value as Language)}
        options={languages.map((language) => ({
          value: language,
          label: languageNames[language],
          lang: language,
        }))}
      />
      <MenuSeparator />
      <MenuChoice
        label={t("shell.theme")}
        value={theme}
        onValue={(value) => onTheme(value as Theme)}
        options={themes.map((value) => ({ value, label: themeNames[value] }))}
      />
      <MenuSeparator />
      <MenuItem icon={<LogOut aria-hidden className="size-4" />} onSelect={onSignOut}>
        {t("shell.signOut")}
      </MenuItem>
    </Menu>
  );
}

function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  return [words[0], words.length > 1 ? words.at(-1) : undefined]
    .map((word) => word?.[0]?.toUpperCase() ?? "")
    .join("");
}
