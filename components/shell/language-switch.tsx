"use client";
import { useLocale, useTranslations } from "next-intl";
import { useLanguageChoice } from "#components/shell/language-choice.tsx";
import { classes } from "#components/ui/classes.ts";
import { languageNames, languages } from "#lib/i18n/languages.ts";

/** EN | DE, before anybody is signed in. */
export function LanguageSwitch() {
  const t = useTranslations("shell");
  const locale = useLocale();
  const choose = useLanguageChoice();
  return (
    <fieldset className="flex rounded-full border border-line bg-card p-0.5 text-xs font-medium">
      <legend className="sr-only">{t("language")}</legend>
      {languages.map((language) => (
        <button
          key={language}
          type="button"
          lang={language}
          aria-pressed={language === locale}
          onClick={() => choose(language)}
          className={classes(
            "min-h-7 rounded-full px-3 uppercase transition-colors",
            language === locale ? "bg-brand-soft text-brand" : "text-ink-soft hover:text-ink",
          )}
        >
          {language}
          <span className="sr-only"> {languageNames[language]}</span>
        </button>
      ))}
    </fieldset>
  );
}
