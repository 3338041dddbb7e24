"use client";
import { Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { type FormEvent, type ReactNode, useState } from "react";
import {
  emptyServer,
  type FormState,
  nextKey,
  registrationOf,
  type ServerForm,
  type StoreForm,
} from "#components/register/form-state.ts";
import { PoolFields } from "#components/register/pool-fields.tsx";
import { ServerCard } from "#components/register/server-card.tsx";
import { StoreFields } from "#components/register/store-fields.tsx";
import { Button } from "#components/ui/button.tsx";
import { RefusalAlert, useFieldErrors } from "#components/ui/refusal.tsx";
import type { ActionResult, Refusal } from "#lib/auth/refusal.ts";
import type { InstanceDraft, Registration } from "#lib/pools/draft.ts";
import type { Finding } from "#lib/sqlserver/test-connection.ts";

export type TestLogin = (asked: {
  instance: InstanceDraft;
  which: "looking" | "acting";
}) => Promise<ActionResult<Finding[]>>;

/** A pool in three parts: its servers, itself, and which databases live where. One page, so that nothing is out of sight. */
export function RegisterForm({
  initial,
  knownServers,
  refusal,
  busy,
  submit,
  onSubmit,
  onTest,
}: {
  initial: FormState;
  /** Servers that other pools brought; they can be named, not changed, here. */
  knownServers: readonly string[];
  refusal: Refusal | null;
  busy: boolean;
  submit: ReactNode;
  onSubmit: (registration: Registration) => void;
  onTest: TestLogin;
}) {
  const t = useTranslations("register");
  const [form, setForm] = useState(initial);
  const errorOf = useErrorsIn(refusal);
  const { servers, stores } = form;

  const setServer = (key: string, change: Partial<ServerForm>) =>
    setForm((old) => ({ ...old, servers: changed(old.servers, key, change) }));
  const setStore = (key: string, change: Partial<StoreForm>) =>
    setForm((old) => ({ ...old, stores: changed(old.stores, key, change) }));

  function send(event: FormEvent) {
    event.preventDefault();
    onSubmit(registrationOf(form));
  }

  return (
    <form onSubmit={send} noValidate className="space-y-8">
      <RefusalAlert refusal={refusal} />
      <Part title={t("part.servers")} text={t("part.serversText")}>
        {servers.map((server, index) => (
          <ServerCard
            key={server.key}
            server={server}
            place={index + 1}
            errorOf={(field) => errorOf(`instances.${index}.${field}`)}
            onChange={(change) => setServer(server.key, change)}
            onRemove={
              servers.length > 1
                ? () =>
                    setForm((old) => ({
                      ...old,
                      servers: old.servers.filter(({ key }) => key !== server.key),
                    }))
                : undefined
            }
            onTest={onTest}
          />
        ))}
        <Button
          icon={Plus}
          onClick={() => setForm((old) => ({ ...old, servers: [...old.servers, likeTheLast(old.servers)] }))}
        >
          {t("server.add")}
        </Button>
      </Part>
      <Part title={t("part.pool")} text={t("part.poolText")}>
        <PoolFields
          pool={form.pool}
          errorOf={(field) => errorOf(`pool.${field}`)}
          onChange={(change) => setForm((old) => ({ ...old, pool: { ...old.pool, ...change } }))}
        />
      </Part>
      <Part title={t("part.stores")} text={t("part.storesText")} error={errorOf("pool.stores")}>
        {stores.map((store, index) => (
          <StoreFields
            key={store.key}
            store={store}
            place={index + 1}
            servers={servers}
            knownServers={knownServers}
            errorOf={(field) => errorOf(`pool.stores.${index}.${field}`)}
            onChange={(change) => setStore(store.key, change)}
            onRemove={
              stores.length > 1
                ? () =>
                    setForm((old) => ({ ...old, stores: old.stores.filter(({ key }) => key !== store.key) }))
                : undefined
            }
          />
        ))}
        <Button
          icon={Plus}
          onClick={() => setForm((old) => ({ ...old, stores: [...old.stores, nextStore(old.stores)] }))}
        >
          {t("store.add")}
        </Button>
      </Part>
      <div className="flex flex-wrap items-center justify-end gap-3 border-t border-line pt-6">
        <Button type="submit" tone="brand" size="l" busy={busy}>
          {submit}
        </Button>
      </div>
    </form>
  );
}

function Part({
  title,
  text,
  error,
  children,
}: {
  title: string;
  text: string;
  error?: string | undefined;
  children: ReactNode;
}) {
  return (
    <section className="space-y-4">
      <div>
        <h2 className="text-lg font-semibold">{title}</h2>
        <p className="max-w-prose text-sm text-ink-soft">{text}</p>
        {error && <p className="text-sm text-bad">{error}</p>}
      </div>
      {children}
    </section>
  );
}

/** An entry of a list (`databases.3`) is shown where the list is typed. */
function useErrorsIn(refusal: Refusal | null): (path: string) => string | undefined {
  const errorOf = useFieldErrors(refusal);
  const names = Object.keys(refusal?.fields ?? {});
  return (path) => {
    const name = names.find(
      (candidate) => candidate === path || /^\d+$/.test(candidate.replace(`${path}.`, "")),
    );
    return name && errorOf(name);
  };
}

function changed<Row extends { key: string }>(
  rows: readonly Row[],
  key: string,
  change: Partial<Row>,
): Row[] {
  return rows.map((row) => (row.key === key ? { ...row, ...change } : row));
}

/** The next server mostly has the same logins; its password is typed again. */
function likeTheLast(servers: readonly ServerForm[]): ServerForm {
  const fresh = emptyServer(nextKey(servers));
  const last = servers.at(-1);
  if (!last) return fresh;
  const { looking, acting, ownActing, tlsMinimum, trust, ca } = last;
  return { ...fresh, looking, acting, ownActing, tlsMinimum, trust, ca };
}

/** The next store mostly lives on the same pair. */
function nextStore(stores: readonly StoreForm[]): StoreForm {
  const { primary = "", mirror = "", witness = "" } = stores.at(-1) ?? {};
  return { key: nextKey(stores), type: "Application", databases: "", primary, mirror, witness };
}
