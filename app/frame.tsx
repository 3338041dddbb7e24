"use client";
import { useRouter } from "next/navigation";
import { type ReactNode, useState } from "react";
import { LanguageChoice } from "#components/shell/language-choice.tsx";
import { applyTheme, type Theme } from "#components/shell/theme.ts";
import { UserMenu } from "#components/shell/user-menu.tsx";
import type { Actor } from "#lib/auth/actor.ts";
import type { Language } from "#lib/i18n/languages.ts";

/** What the switches around the pages do. */
export function Frame({ children }: { children: ReactNode }) {
  const choose = useChooseLanguage();
  return <LanguageChoice onChoose={choose}>{children}</LanguageChoice>;
}

export function OwnMenu({ actor, theme: initial }: { actor: Actor; theme: Theme }) {
  const [theme, setTheme] = useState(initial);
  const choose = useChooseLanguage();
  return (
    <UserMenu
      actor={actor}
      theme={theme}
      onTheme={(next) => {
        applyTheme(next);
        setTheme(next);
      }}
      onLanguage={choose}
      onSignOut={signOut}
    />
  );
}

function useChooseLanguage() {
  const router = useRouter();
  return async (language: Language) => {
    await fetch("/api/language", { method: "POST", body: JSON.stringify({ language }) });
    router.refresh();
  };
}

async function signOut() {
  await fetch("/api/auth/sign-out", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  });
  // A whole new page: nothing of what this person saw may stay in memory.
  window.location.assign("/sign-in");
}
