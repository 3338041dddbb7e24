import "server-only";
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import type { Actor } from "./actor.ts";
import { currentActor } from "./current-actor.ts";
import { pathHeader, signInPath } from "./sign-in-path.ts";

/** For pages: who is signed in. Anybody else goes to the sign-in page, and comes back here after it. */
export async function requireActor(): Promise<Actor> {
  const actor = await currentActor();
  if (actor) return actor;
  redirect(signInPath((await headers()).get(pathHeader)));
}
