import { type RefObject, useEffect } from "react";

/** `/` goes to the filter, j and k from pool to pool, unless somebody is typing. */
export function useFleetKeys(
  box: RefObject<HTMLInputElement | null>,
  list: RefObject<HTMLUListElement | null>,
): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (event.key === "/") {
        event.preventDefault();
        box.current?.focus();
      }
      if (event.key === "j" || event.key === "k") step(list.current, event.key === "j" ? 1 : -1);
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, [box, list]);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest("input, textarea, select, [contenteditable], [role=dialog]") !== null
  );
}

function step(list: HTMLUListElement | null, by: 1 | -1): void {
  const links = [...(list?.querySelectorAll<HTMLElement>("[data-pool-link]") ?? [])];
  const here = links.indexOf(document.activeElement as HTMLElement);
  const next = here === -1 ? (by === 1 ? 0 : links.length - 1) : here + by;
  links[Math.min(links.length - 1, Math.max(0, next))]?.focus();
}
