/** redirect(), notFound() and the like are how Next answers, not failures: it knows them by a digest of its own. */
export function isAnswerOfNext(error: unknown): boolean {
  return typeof (error as { digest?: unknown } | null)?.digest === "string";
}
