import "server-only";
import { headers } from "next/headers";
import { cache } from "react";
import type { Actor } from "#lib/auth/actor.ts";
import { isAnswerOfNext } from "#lib/auth/answer-of-next.ts";
import { auth } from "#lib/auth/auth.ts";
import { actorFrom } from "#lib/auth/people.ts";

/** Who is signed in, by this request's cookie; looked up once a request. Role and language are as of now. */
export const currentActor = cache(async (): Promise<Actor | null> => {
  const asked = await headers(); // first: it keeps the page from being rendered while building, without a database
  const found = await auth().api.getSession({ headers: asked });
  return found ? actorFrom(found.user) : null;
});

/** For the frame around the pages, which must show even when the database is away. */
export const currentActorOrAway = cache(async (): Promise<Actor | null | "away"> => {
  try {
    return await currentActor();
  } catch (error) {
    if (isAnswerOfNext(error)) throw error;
    console.error("Nobody can be recognised:", error);
    return "away";
  }
});
