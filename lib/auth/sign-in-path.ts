/** Set by proxy.ts: the path of the page asked for, which a server component cannot know otherwise. */
export const pathHeader = "x-mirrordeck-path";

export function signInPath(next: string | null | undefined): string {
  const path = safeNext(next);
  return path === "/" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(path)}`;
}

/** Where to go after sign-in: a path of this dashboard, never another host (`//evil`, `/\evil`). */
export function safeNext(next: unknown): string {
  if (typeof next !== "string" || !/^\/(?![/\\])/.test(next) || /[\t\r\n]/.test(next)) return "/";
  return next;
}
