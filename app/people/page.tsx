import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { People } from "#app/people/people.tsx";
import { NotAllowed } from "#components/shell/not-allowed.tsx";
import { listPeople } from "#lib/auth/people.ts";
import { may } from "#lib/auth/permissions.ts";
import { requireActor } from "#lib/auth/require-actor.ts";
import { db } from "#lib/db/index.ts";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("people"))("title") };
}

/** Who may sign in and in which role, for admins. */
export default async function PeoplePage() {
  const actor = await requireActor();
  if (!may(actor.role, "people:change")) return <NotAllowed role={actor.role} />;
  const people = await listPeople(db());
  return (
    <People
      self={actor.id}
      people={people.map(({ since, ...person }) => ({ ...person, since: since.getTime() }))}
    />
  );
}
