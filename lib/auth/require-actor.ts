import "server-only";
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import type { Actor } from "#lib/auth/actor.ts";
import { currentActor } from "#lib/auth/current-actor.ts";
import { pathHeader, signInPath } from "#lib/auth/sign-in-path.ts";

/** For pages: who is signed in. Anybody else goes to the sign-in page, and comes back here after it. */
export async function requireActor(): Promise<Actor> {
  const actor = await currentActor();
  if (actor) return actor;
  redirect(signInPath((await headers()).get(pathHeader)));
}
