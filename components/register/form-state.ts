import type { DatabaseType } from "#lib/mirroring/pool.ts";
import type { InstanceDraft, LoginDraft, PoolDraft, Registration } from "#lib/pools/draft.ts";
import type { TlsVersion } from "#lib/sqlserver/target.ts";

/** The form as it is typed: text everywhere, and servers by key, so that a store follows a server that is renamed. */
export interface FormState {
  pool: PoolForm;
  servers: ServerForm[];
  stores: StoreForm[];
}

export interface PoolForm {
  name: string;
  title: string;
  product: string;
  /** One a line. */
  frontEnds: string;
  fileShare: string;
  chatPool: string;
  chatSecondary: string;
  chatServers: string;
}

export interface ServerForm {
  key: string;
  name: string;
  server: string;
  port: string;
  namedInstance: string;
  tlsMinimum: TlsVersion;
  trust: boolean;
  ca: string;
  looking: LoginForm;
  acting: LoginForm;
  /** Off: the looking login acts too. */
  ownActing: boolean;
  /** It stands in the register already: an empty password keeps the known one. */
  known: boolean;
}

export interface LoginForm {
  type: "sql" | "ntlm";
  user: string;
  password: string;
  domain: string;
}

/** A server of this form by its key, or one of the register by its name: `#2`, `=BE1`. Empty: none. */
export type ServerChoice = string;

export interface StoreForm {
  key: string;
  type: DatabaseType;
  databases: string;
  primary: ServerChoice;
  mirror: ServerChoice;
  witness: ServerChoice;
}

export function emptyForm(): FormState {
  return {
    pool: {
      name: "",
      title: "",
      product: "",
      frontEnds: "",
      fileShare: "",
      chatPool: "",
      chatSecondary: "",
      chatServers: "",
    },
    servers: [emptyServer("1"), emptyServer("2")],
    stores: [{ key: "1", type: "User", databases: "", primary: "#1", mirror: "#2", witness: "" }],
  };
}

export function emptyServer(key: string): ServerForm {
  const login: LoginForm = { type: "sql", user: "", password: "", domain: "" };
  return {
    key,
    name: "",
    server: "",
    port: "",
    namedInstance: "",
    tlsMinimum: "1.2",
    trust: false,
    ca: "",
    looking: login,
    acting: login,
    ownActing: true,
    known: false,
  };
}

/** A key that no row of the list has. */
export function nextKey(rows: readonly { key: string }[]): string {
  return String(1 + Math.max(0, ...rows.map(({ key }) => Number(key))));
}

export function formOf(pool: PoolDraft, instances: readonly InstanceDraft[]): FormState {
  const servers = instances.map((instance, index) => serverOf(instance, String(index + 1)));
  const choice = (name: string | null) => {
    const found = servers.find((server) => server.name.toLowerCase() === name?.toLowerCase());
    return found ? `#${found.key}` : "";
  };
  return {
    pool: {
      name: pool.name,
      title: pool.title,
      product: pool.product,
      frontEnds: pool.frontEnds.join("\n"),
      fileShare: pool.fileShare ?? "",
      chatPool: pool.persistentChat?.pool ?? "",
      chatSecondary: pool.persistentChat?.secondaryPool ?? "",
      chatServers: pool.persistentChat?.servers.join("\n") ?? "",
    },
    servers,
    stores: pool.stores.map((store, index) => ({
      key: String(index + 1),
      type: store.type,
      databases: store.databases.join("\n"),
      primary: choice(store.primary),
      mirror: choice(store.mirror),
      witness: choice(store.witness),
    })),
  };
}

/** What is sent: the schema at the other end judges it, so nothing is corrected here. */
export function registrationOf({ pool, servers, stores }: FormState): Registration {
  const nameOf = (choice: ServerChoice) =>
    choice.startsWith("#")
      ? (servers.find((server) => `#${server.key}` === choice)?.name ?? "")
      : choice.slice(1);
  const chat = pool.chatPool.trim() !== "" || lines(pool.chatServers).length > 0;
  return {
    pool: {
      name: pool.name,
      title: pool.title,
      product: pool.product,
      frontEnds: lines(pool.frontEnds),
      fileShare: pool.fileShare,
      persistentChat: chat
        ? { pool: pool.chatPool, secondaryPool: pool.chatSecondary, servers: lines(pool.chatServers) }
        : null,
      stores: stores.map((store) => ({
        type: store.type,
        databases: store.type === "Other" ? lines(store.databases) : [],
        primary: nameOf(store.primary),
        mirror: nameOf(store.mirror),
        witness: nameOf(store.witness),
      })),
    },
    instances: servers.map(draftOf),
  };
}

export function draftOf(server: ServerForm): InstanceDraft {
  return {
    name: server.name,
    server: server.server,
    port: server.port.trim() === "" ? null : Number(server.port),
    namedInstance: server.namedInstance,
    tls: { minimum: server.tlsMinimum, trust: server.trust, ca: server.ca },
    looking: loginDraft(server.looking),
    acting: server.ownActing ? loginDraft(server.acting) : null,
  };
}

function serverOf(draft: InstanceDraft, key: string): ServerForm {
  return {
    key,
    name: draft.name,
    server: draft.server,
    port: draft.port === null ? "" : String(draft.port),
    namedInstance: draft.namedInstance ?? "",
    tlsMinimum: draft.tls.minimum,
    trust: draft.tls.trust,
    ca: draft.tls.ca ?? "",
    looking: loginForm(draft.looking),
    acting: loginForm(draft.acting ?? draft.looking),
    ownActing: draft.acting !== null,
    known: true,
  };
}

function loginForm({ type, user, domain }: LoginDraft): LoginForm {
  return { type, user, password: "", domain: domain ?? "" };
}

function loginDraft({ type, user, password, domain }: LoginForm): LoginDraft {
  return { type, user, domain: type === "ntlm" ? domain : null, password: password === "" ? null : password };
}

function lines(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean);
}
