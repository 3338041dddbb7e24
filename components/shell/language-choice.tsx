"use client";
import { createContext, type ReactNode, useContext } from "react";
import type { Language } from "#lib/i18n/languages.ts";

type Choose = (language: Language) => void;

const Choice = createContext<Choose>(() => {});

/** Lets the frame say what choosing a language does, so that what is seen need not know. */
export function LanguageChoice({ onChoose, children }: { onChoose: Choose; children: ReactNode }) {
  return <Choice value={onChoose}>{children}</Choice>;
}

export function useLanguageChoice(): Choose {
  return useContext(Choice);
}
