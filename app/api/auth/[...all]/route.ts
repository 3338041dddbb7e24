import { auth } from "#lib/auth/auth.ts";

/** Sign in, sign out, who am I: better-auth's own addresses, as far as lib/auth/watch-sign-ins.ts opens them. */
async function answer(request: Request): Promise<Response> {
  return auth().handler(request);
}

export { answer as GET, answer as POST };
