export type SignInTrouble = "wrong" | "tooMany" | "untrusted" | "unreachable";

/** Asks for a sign-in cookie; answers what went wrong, or nothing. Who has no language yet keeps this page's. */
export async function signIn(form: { email: string; password: string }): Promise<SignInTrouble | undefined> {
  const answer = await fetch("/api/auth/sign-in/email", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(form),
  }).catch(() => null);
  if (!answer) return "unreachable";
  if (answer.ok) return keepLanguage(await answer.json());
  const known: Record<number, SignInTrouble> = {
    400: "wrong",
    401: "wrong",
    403: "untrusted",
    429: "tooMany",
  };
  return known[answer.status] ?? "unreachable";
}

async function keepLanguage({ user }: { user?: { language?: string } }): Promise<undefined> {
  if (user?.language !== "") return;
  const language = document.documentElement.lang;
  await fetch("/api/language", { method: "POST", body: JSON.stringify({ language }) }).catch(() => {});
}
