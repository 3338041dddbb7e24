/** An error whose message is the whole story: it is printed alone, without a stack trace. */
export function refusal(message: string): Error {
  return Object.assign(new Error(message), { kind: "refused" });
}

/** What to print of an error before the program ends. */
export function explain(error: unknown): string {
  const { kind, message, stack } = error as Error & { kind?: string };
  return kind === "refused" ? message : (stack ?? String(error));
}
