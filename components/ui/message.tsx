import { useTranslations } from "next-intl";

/** A sentence kept as key and values, in the reader's language. */
export function Message({ of }: { of: { key: string; values: Record<string, string | number> } }) {
  return useTranslations()(of.key, of.values);
}
