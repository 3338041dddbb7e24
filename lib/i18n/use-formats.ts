import { useLocale, useTimeZone } from "next-intl";
import { useMemo } from "react";
import { type Formats, formatsFor } from "#lib/i18n/formats.ts";
import type { Language } from "#lib/i18n/languages.ts";

/** The reader's formats, for components on either side: `const { moment, kilobytes } = useFormats()`. */
export function useFormats(): Formats {
  const language = useLocale() as Language;
  const timeZone = useTimeZone() ?? "UTC";
  return useMemo(() => formatsFor(language, timeZone), [language, timeZone]);
}
