/**
 * What two instances ask of each other when a mirroring connection is opened: encryption and authentication that go
 * together, CONNECT on each other's endpoint, certificates in date. Whoever turns a peer away writes it in its own error
 * log alone: the peer only hears nothing (1418, 1474).
 */
import { sameName } from "#lab/mirroring/find.ts";
import type {
  Certificate,
  Endpoint,
  Fleet,
  Instance,
  Milliseconds,
  WindowsAuthentication,
} from "#lab/mirroring/model.ts";

export interface Rejection {
  /** The instance whose error log names the reason. */
  by: Instance;
  number: number;
  text: string;
}

/** Null when the two would connect. Both endpoints' states and the network between them are asked elsewhere. */
export function whyNoHandshake(fleet: Fleet, near: Instance, far: Instance): Rejection | null {
  if (!near.endpoint || !far.endpoint) return null;
  const plain = encryptionMismatch(near.endpoint, far.endpoint);
  if (plain) return { by: far, number: 28033, text: handshake(`${plain} State 59.`) };
  const method = agreedMethod(near.endpoint, far.endpoint);
  if (method === null) {
    const text = "There is no compatible authentication protocol. State 21.";
    return { by: far, number: 28032, text: handshake(text) };
  }
  return admits(fleet, far, near, method) ?? admits(fleet, near, far, method);
}

/** What an encrypted connection between these two uses: with both lists in another order the accepting side wins. */
export function agreedAlgorithm(opening: Endpoint, accepting: Endpoint): "NONE" | "RC4" | "AES" {
  if (opening.encryption === "DISABLED" || accepting.encryption === "DISABLED") return "NONE";
  const offered = algorithms(opening);
  return algorithms(accepting).find((name) => offered.includes(name)) ?? "NONE";
}

/** May this account come in? The instance's own account always may: partners that share one need no grant. */
export function mayConnect(instance: Instance, account: string | undefined): boolean {
  const { endpoint, serviceAccount, logins } = instance;
  if (account === undefined || serviceAccount === undefined || sameName(account, serviceAccount)) return true;
  const login = logins.find(({ name }) => sameName(name, account));
  if (!endpoint || !login) return false;
  const granted = grantsOn(instance).filter(
    (grant) => sameName(grant.login, login.name) || sameName(grant.login, "public"),
  );
  if (login.sysadmin || sameName(endpoint.owner ?? "sa", login.name)) return true;
  return granted.length > 0 && granted.every(({ state }) => state === "GRANT");
}

/** Where a fleet does not tell accounts apart, everybody may connect. */
export function grantsOn({
  endpoint,
  serviceAccount,
}: Instance): { login: string; state: "GRANT" | "DENY" }[] {
  if (endpoint?.connect) return endpoint.connect;
  return endpoint && serviceAccount === undefined ? [{ login: "public", state: "GRANT" }] : [];
}

/** When a certificate begins to be valid: a connection that waits for it may then be opened. */
export function dueCertificates(fleet: Fleet): Milliseconds[] {
  return fleet.instances.flatMap(({ certificates = [] }) => certificates.map(({ startsAt }) => startsAt));
}

function encryptionMismatch(near: Endpoint, far: Endpoint): string | null {
  const both = [near.encryption, far.encryption];
  const text = "There is no compatible encryption algorithm.";
  if (both.includes("DISABLED")) return both.includes("REQUIRED") ? text : null;
  const named = algorithms(near).length > 0 && algorithms(far).length > 0;
  return named && agreedAlgorithm(near, far) === "NONE" ? text : null;
}

function algorithms({ algorithm }: Endpoint): ("RC4" | "AES")[] {
  return algorithm.split(",").filter((name): name is "RC4" | "AES" => name === "RC4" || name === "AES");
}

type Method = "WINDOWS" | "CERTIFICATE";

/** The first of the accepting side's methods that the other side has too. */
function agreedMethod(near: Endpoint, far: Endpoint): Method | null {
  const [mine, theirs] = [methods(near), methods(far)];
  for (const method of theirs) {
    if (method === "CERTIFICATE" ? mine.includes(method) : mine.some((own) => windowsFits(own, method)))
      return method === "CERTIFICATE" ? method : "WINDOWS";
  }
  return null;
}

function methods({ authentication }: Endpoint): (WindowsAuthentication | "CERTIFICATE")[] {
  return authentication.split(", ") as (WindowsAuthentication | "CERTIFICATE")[];
}

function windowsFits(one: string, other: string): boolean {
  if (one === "CERTIFICATE") return false;
  return one === other || one === "NEGOTIATE" || other === "NEGOTIATE";
}

/** Does `host` let `guest` in? */
function admits(fleet: Fleet, host: Instance, guest: Instance, method: Method): Rejection | null {
  if (method === "CERTIFICATE") return certificateProblem(fleet, host, guest);
  if (mayConnect(host, guest.serviceAccount)) return null;
  return noPermission(host, guest.serviceAccount ?? "");
}

function certificateProblem(fleet: Fleet, host: Instance, guest: Instance): Rejection | null {
  const shown = guest.endpoint?.certificate;
  // A fleet whose endpoints name no certificate does not simulate them.
  if (shown === undefined || host.endpoint?.certificate === undefined) return null;
  const theirs = certificateNamed(guest, shown);
  const known = host.certificates?.find(
    (one) => theirs !== undefined && one.thumbprint === theirs.thumbprint,
  );
  const invalid = (reason: string): Rejection => ({
    by: host,
    number: 28035,
    text: handshake(
      `The certificate used by the peer is invalid due to the following reason: ${reason}. State 88.`,
    ),
  });
  if (!theirs?.privateKey || !known) return invalid("Certificate not found");
  if (fleet.now < theirs.startsAt) return invalid("Certificate not yet valid");
  if (fleet.now >= theirs.expiresAt) return invalid("Certificate expired");
  const login = host.logins.find(({ name }) => sameName(name, known.login));
  const granted = login && mayConnect({ ...host, serviceAccount: "" }, known.login);
  return granted ? null : noPermission(host, known.login);
}

export function certificateNamed({ certificates = [] }: Instance, name: string): Certificate | undefined {
  return certificates.find((one) => sameName(one.name, name));
}

function noPermission(by: Instance, account: string): Rejection {
  const reason = handshake(
    `The login '${account}' does not have CONNECT permission on the endpoint. State 84.`,
  );
  return {
    by,
    number: 28048,
    text: `Database Mirroring login attempt by user '${account}.' failed with error: '${reason}'.`,
  };
}

function handshake(reason: string): string {
  return `Connection handshake failed. ${reason}`;
}
