/** `BE1\rtc` → `be1-rtc`, `Köln Süd` → `koln-sud`: an id that can stand in an address. */
export function slug(name: string): string {
  const plain = name.replaceAll("ß", "ss").normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return (
    plain
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "")
      .slice(0, 60) || "unnamed"
  );
}

/** The slug, or with a number behind it when another name has taken it. */
export function freeSlug(name: string, isTaken: (id: string) => boolean): string {
  const wanted = slug(name);
  if (!isTaken(wanted)) return wanted;
  for (let number = 2; ; number++) if (!isTaken(`${wanted}-${number}`)) return `${wanted}-${number}`;
}
