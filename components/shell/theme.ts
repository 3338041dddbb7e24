/** The appearance: a class on <html> and a cookie, so that the first paint is already right. */
export const themes = ["system", "light", "dark"] as const;

export type Theme = (typeof themes)[number];

export const themeCookie = "mirrordeck-theme";

export function themeFrom(value: string | undefined): Theme {
  return themes.find((theme) => theme === value) ?? "system";
}

/** In the browser: shows it at once and keeps it for a year. */
export function applyTheme(theme: Theme): void {
  document.documentElement.classList.remove(...themes);
  document.documentElement.classList.add(theme);
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in browsers still in use
  document.cookie = `${themeCookie}=${theme}; path=/; max-age=${365 * 24 * 60 * 60}; samesite=lax`;
}
