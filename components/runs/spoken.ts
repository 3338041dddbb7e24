import { useTranslations } from "next-intl";
import type { Message } from "#lib/mirroring/message.ts";

/**
 * A kept sentence in the reader's language. Values that are themselves names of something (a phase, a check, a step)
 * are said in that language too; what has no word here is shown as it was written.
 */
export function useSpoken(): (message: { key: string; values: Message["values"] }) => string {
  const t = useTranslations();
  const word = (key: string, otherwise: string) => (t.has(key) ? t(key) : otherwise);
  return ({ key, values }) => {
    const said = Object.entries(values).flatMap(([name, value]) =>
      typeof value === "number" || typeof value === "string"
        ? [[name, speak(name, value, values, word)]]
        : [],
    );
    return t.has(key) ? t(key, Object.fromEntries(said)).trim() : key;
  };
}

/** The name of a step by its id: `finish-1:switch-first:user-be1` is told by its middle. */
export function stepName(id: string): string {
  return id.replace(/^(finish|return)-\d+:/, "").replace(/:.*$/, "");
}

type Word = (key: string, otherwise: string) => string;

function speak(name: string, value: string | number, values: Message["values"], word: Word): string | number {
  const text = String(value);
  switch (name) {
    case "phase":
      return word(`runs.phase.${text}`, text);
    case "outcome":
      // A statement's outcome is chosen from by the sentence itself; a run's is one of its phases.
      return "found" in values ? word(`runs.phase.${text}`, text) : text;
    case "verdict":
      return word(`runs.verdict.${text}`, text);
    case "choice":
      return word(`runs.choice.${text}`, text);
    case "check":
      return word(`checks.${text}.title`, text);
    case "runbook":
      return word(`runbooks.${text}.title`, text);
    case "step":
      return word(`runs.stepName.${stepName(text)}`, text);
    case "change":
      return text.slice(text.indexOf("/") + 1);
    case "ticket":
      return text || "–";
    default:
      return value;
  }
}
