import { NextIntlClientProvider } from "next-intl";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { emptyForm, emptyServer, formOf, nextKey, registrationOf } from "#components/register/form-state.ts";
import { RegisterForm } from "#components/register/register-form.tsx";
import type { Refusal } from "#lib/auth/refusal.ts";
import { messagesIn } from "#lib/i18n/catalogue.ts";
import { Registration } from "#lib/pools/draft.ts";

describe("the form for a pool", () => {
  it.each(["en", "de"] as const)("is said whole in %s, every field with its label", async (language) => {
    const html = await rendered(language, null);
    const fields = html.match(/<(input|select|textarea)/g)!.length;
    expect(html.match(/<label/g)).toHaveLength(fields);
  });

  it("shows what is wrong at its field, also of an entry in a list", async () => {
    const fields = {
      "instances.1.looking.password": "register.problem.password-again",
      "pool.frontEnds.2": "register.problem.too-long",
    };
    const html = await rendered("en", { key: "register.refusal.problems", values: { count: 2 }, fields });
    expect(html).toContain("2 things are not right yet");
    expect(html.match(/aria-invalid="true"/g)).toHaveLength(2);
    expect(html).toContain("This is too long.");
  });

  it("sends what was typed, in the shape that the register asks for", () => {
    const form = emptyForm();
    Object.assign(form.servers[0]!, {
      name: "BE1\\rtc",
      server: "be1",
      port: "1433",
      looking: { type: "ntlm", user: "u", password: "p", domain: "D" },
      ownActing: false,
    });
    Object.assign(form.servers[1]!, {
      name: "BE2",
      server: "be2",
      looking: { type: "sql", user: "u", password: "p", domain: "left over" },
    });
    form.servers.push({ ...emptyServer(nextKey(form.servers)), name: "W", server: "w" });
    Object.assign(form.pool, { name: "pool1", frontEnds: "fe1\n\n fe2 ", chatPool: "chat" });
    Object.assign(form.stores[0]!, { witness: "=WIT" });
    const sent = registrationOf(form);
    expect(sent).toMatchObject({
      pool: {
        frontEnds: ["fe1", "fe2"],
        persistentChat: { pool: "chat", servers: [] },
        stores: [{ type: "User", primary: "BE1\\rtc", mirror: "BE2", witness: "WIT", databases: [] }],
      },
      instances: [
        { name: "BE1\\rtc", port: 1433, looking: { type: "ntlm", domain: "D" }, acting: null },
        { name: "BE2", port: null, looking: { type: "sql", domain: null } },
        { name: "W", looking: { password: null } },
      ],
    });
  });

  it("comes back from the register as it went in, without its passwords", () => {
    const form = emptyForm();
    Object.assign(form.servers[0]!, { name: "A", server: "a", port: "1" });
    Object.assign(form.servers[1]!, { name: "B", server: "b", namedInstance: "rtc" });
    Object.assign(form.pool, { name: "pool1", title: "One" });
    for (const server of form.servers) for (const login of [server.looking, server.acting]) login.user = "u";
    const { pool, instances } = Registration.parse(registrationOf(form));
    const again = Registration.parse(registrationOf(formOf(pool, instances)));
    expect(again).toEqual({ pool, instances });
  });
});

async function rendered(language: "en" | "de", refusal: Refusal | null): Promise<string> {
  const fail = (error: unknown) => {
    throw error;
  };
  return renderToStaticMarkup(
    <NextIntlClientProvider
      locale={language}
      messages={await messagesIn(language)}
      timeZone="UTC"
      onError={fail}
    >
      <RegisterForm
        initial={emptyForm()}
        knownServers={["WIT"]}
        refusal={refusal}
        busy={false}
        submit="Send"
        onSubmit={() => {}}
        onTest={async () => ({ ok: true, value: [] })}
      />
    </NextIntlClientProvider>,
  );
}
