"use server";
import { revalidatePath } from "next/cache";
import { z } from "zod";
import { roles } from "#lib/auth/actor.ts";
import * as people from "#lib/auth/change-people.ts";
import { operatorAction } from "#lib/auth/operator-action.ts";

const NewPerson = z.object({
  name: z.string().trim().min(1).max(100),
  email: z.string().trim().pipe(z.email().max(200)),
  role: z.enum(roles),
});
const SomePerson = z.object({ personId: z.string().min(1).max(100) });

export const addPerson = operatorAction("people:change", NewPerson, async (actor, form) => {
  const answer = await people.addPerson(actor, form);
  revalidatePath("/people");
  return answer;
});

export const changeRole = operatorAction(
  "people:change",
  SomePerson.extend({ role: z.enum(roles) }),
  async (actor, form) => {
    const answer = await people.changeRole(actor, form);
    revalidatePath("/people");
    return answer;
  },
);

export const makeLink = operatorAction("people:change", SomePerson, people.makeLink);

export const removePerson = operatorAction("people:change", SomePerson, async (actor, form) => {
  const answer = await people.removePerson(actor, form);
  revalidatePath("/people");
  return answer;
});
