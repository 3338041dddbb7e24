import { acceptInvitation } from "#lib/auth/invitations.ts";
import { refuse } from "#lib/auth/refusal.ts";
import { db } from "#lib/db/index.ts";

/** Uses a one-time link up. Not a server action: those are for people who are signed in. */
export async function POST(
  request: Request,
  { params }: { params: Promise<{ token: string }> },
): Promise<Response> {
  const { token } = await params;
  const form: unknown = await request.json().catch(() => null);
  if (typeof form !== "object" || form === null)
    return Response.json(refuse("auth.refusal.form"), { status: 400 });
  const answer = await acceptInvitation(db(), token, form);
  return Response.json(answer, { status: answer.ok ? 200 : 422 });
}
