import "server-only";
import { appendAudit } from "#lib/audit/append.ts";
import type { Actor } from "#lib/auth/actor.ts";
import { type Refused, refuse } from "#lib/auth/refusal.ts";
import { type Db, db } from "#lib/db/index.ts";
import type { InstanceDraft } from "#lib/pools/draft.ts";
import { folded, instanceProblems } from "#lib/pools/problems.ts";
import { keptPassword, type PasswordMissing } from "#lib/pools/write.ts";
import { type Finding, type Target, testConnection } from "#lib/sqlserver/index.ts";

/** What the test button asks: an instance as it stands in the form, saved or not, as one of its logins. */
export async function testLogin(
  draft: InstanceDraft,
  which: Target["which"],
  actor: Actor,
  client: Db = db(),
): Promise<Finding[] | Refused> {
  const [problem] = instanceProblems([draft]);
  if (problem) {
    const field = problem.path.slice(1).join(".");
    return refuse(
      "register.refusal.problems",
      { count: 1 },
      { [field]: `register.problem.${problem.problem}` },
    );
  }
  const target = await targetOfDraft(draft, which, client);
  if (!target)
    return refuse(
      "register.refusal.problems",
      { count: 1 },
      { [`${which}.password`]: "register.problem.password-again" },
    );
  const findings = await testConnection(target);
  const verdict = findings.some((finding) => finding.verdict === "bad") ? "failed" : "done";
  const values = { instance: draft.name, server: draft.server, user: target.login.user };
  await appendAudit(client, {
    actor,
    origin: "wizard",
    action: "register.audit.tested",
    values,
    outcome: verdict,
  });
  return findings;
}

async function targetOfDraft(
  draft: InstanceDraft,
  which: Target["which"],
  client: Db,
): Promise<Target | null> {
  const login = draft[which] ?? draft.looking;
  const place = draft[which] ? which : "looking";
  const rows = await client.instance.findMany();
  const known = rows.find((row) => folded(row.name) === folded(draft.name));
  try {
    const password = login.password ?? keptPassword(draft, place, known);
    const { name, server, port, namedInstance, tls } = draft;
    const domain = login.domain ? { domain: login.domain } : {};
    return {
      id: known?.id ?? "new",
      name,
      server,
      port,
      namedInstance,
      tls,
      which,
      login: { type: login.type, user: login.user, password, ...domain },
    };
  } catch (error) {
    if ((error as PasswordMissing).kind === "password-missing") return null;
    throw error;
  }
}
