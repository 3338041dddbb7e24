/** CREATE, ALTER and DROP ENDPOINT, who owns it, and who may connect to it. */
import type { CommandContext, EndpointChange, EndpointSettings } from "#lab/mirroring/commands.ts";
import { listenOnPort } from "#lab/mirroring/endpoint.ts";
import { holds, requireLogin } from "#lab/mirroring/endpoint-rights.ts";
import { sameName } from "#lab/mirroring/find.ts";
import { certificateNamed, grantsOn } from "#lab/mirroring/handshake.ts";
import { refuse } from "#lab/mirroring/messages.ts";
import type { Endpoint, Fleet, Instance } from "#lab/mirroring/model.ts";
import {
  type CertificateChange,
  changeCertificate,
  isCertificateChange,
} from "#lab/mirroring/perform-certificate.ts";
import { breakConnections } from "#lab/mirroring/transport.ts";

export function changeEndpoint(
  fleet: Fleet,
  instance: Instance,
  change: EndpointChange,
  context: CommandContext,
): void {
  if (isCertificateChange(change)) changeCertificate(fleet, instance, change, context);
  else changeEndpointItself(fleet, instance, change, context);
}

function changeEndpointItself(
  fleet: Fleet,
  instance: Instance,
  change: Exclude<EndpointChange, CertificateChange>,
  context: CommandContext,
): void {
  switch (change.does) {
    case "create":
      create(fleet, instance, change, context);
      break;
    case "alter":
      alter(fleet, instance, change, context);
      break;
    case "drop":
      drop(fleet, instance, change.name, context);
      break;
    case "own":
      own(instance, change, context);
      break;
    case "connect":
      connect(instance, change, context);
      break;
  }
}

type Change<D> = Extract<EndpointChange, { does: D }>;

function create(fleet: Fleet, instance: Instance, change: Change<"create">, context: CommandContext): void {
  if (!holds(fleet, context, "CREATE ENDPOINT", "ALTER ANY ENDPOINT")) refuse(15247);
  if (instance.endpoint) refuse(7862);
  const owner = change.owner ?? context.login;
  requireLogin(instance, owner);
  requireCertificate(instance, change.settings);
  instance.endpoint = {
    name: change.name,
    endpointId: 65_536 + fleet.instances.indexOf(instance),
    // An endpoint is made STOPPED unless one says otherwise.
    state: "STOPPED",
    port: 5022,
    role: "ALL",
    encryption: "REQUIRED",
    algorithm: defaultAlgorithm(instance),
    authentication: "NEGOTIATE",
    owner,
    connect: [],
    ...change.settings,
  };
  listenOnPort(fleet, instance);
}

/** What it is changed to takes effect at once: it begins anew, and every connection over it breaks. */
function alter(fleet: Fleet, instance: Instance, change: Change<"alter">, context: CommandContext): void {
  const endpoint = ownEndpoint(fleet, instance, change.name, context, "alter");
  const { settings } = change;
  if (Object.keys(settings).length === 0) refuse(7863);
  requireCertificate(instance, settings);
  const same = Object.entries(settings).every(([key, value]) => endpoint[key as keyof Endpoint] === value);
  const onlyState = Object.keys(settings).every((key) => key === "state");
  Object.assign(endpoint, settings);
  if (endpoint.authentication.indexOf("CERTIFICATE") < 0) delete endpoint.certificate;
  if (same && onlyState) return;
  listenOnPort(fleet, instance);
  if (!onlyState && fleet.options.endpointChange !== "unnoticed") breakConnections(fleet, instance.name);
}

function drop(fleet: Fleet, instance: Instance, name: string, context: CommandContext): void {
  ownEndpoint(fleet, instance, name, context, "drop");
  instance.endpoint = null;
  listenOnPort(fleet, instance);
}

/** A new owner: what was granted under the old one is gone. Open connections last until they are next opened. */
function own(instance: Instance, { name, login }: Change<"own">, context: CommandContext): void {
  const endpoint = instance.endpoint;
  if (!endpoint || !sameName(endpoint.name, name) || !isOwner(instance, context, endpoint))
    refuse(15151, "find", "endpoint", name);
  requireLogin(instance, login);
  endpoint.owner = login;
  endpoint.connect = [];
}

function connect(instance: Instance, change: Change<"connect">, context: CommandContext): void {
  const { endpoint } = instance;
  if (!endpoint || !sameName(endpoint.name, change.name) || !isOwner(instance, context, endpoint))
    refuse(15151, "find", "endpoint", change.name);
  for (const login of change.logins) requireLogin(instance, login);
  const others = grantsOn(instance).filter(
    (grant) => !change.logins.some((login) => sameName(login, grant.login)),
  );
  const { verb } = change;
  const given = verb === "REVOKE" ? [] : change.logins.map((login) => ({ login, state: verb }));
  endpoint.connect = [...others, ...given];
}

function ownEndpoint(
  fleet: Fleet,
  instance: Instance,
  name: string,
  context: CommandContext,
  verb: string,
): Endpoint {
  const { endpoint } = instance;
  if (!endpoint || !sameName(endpoint.name, name)) refuse(15151, verb, "endpoint", name);
  if (!holds(fleet, context, "ALTER ANY ENDPOINT") && !isOwner(instance, context, endpoint))
    refuse(15151, verb, "endpoint", name);
  return endpoint;
}

function isOwner({ logins }: Instance, context: CommandContext, endpoint: Endpoint): boolean {
  const login = logins.find(({ name }) => sameName(name, context.login));
  return login?.sysadmin === true || sameName(endpoint.owner ?? "sa", context.login);
}

function requireCertificate(instance: Instance, { certificate }: EndpointSettings): void {
  if (certificate === undefined) return;
  if (!certificateNamed(instance, certificate)?.privateKey) refuse(15151, "find", "certificate", certificate);
}

/** RC4 until SQL Server 2014, AES since: two defaults that do not talk to each other. */
function defaultAlgorithm({ version }: Instance): Endpoint["algorithm"] {
  return Number.parseInt(version, 10) >= 13 ? "AES" : "RC4";
}
