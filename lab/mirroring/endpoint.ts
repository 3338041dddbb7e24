/** The endpoint of an instance as its peers meet it: its address, its role, and what it does when it begins to listen. */
import { copyOn, findInstance, log, sameName } from "#lab/mirroring/find.ts";
import { type Rejection, whyNoHandshake } from "#lab/mirroring/handshake.ts";
import type { Connection, Endpoint, Fleet, Instance, InstanceName } from "#lab/mirroring/model.ts";

/** Where it listens, or null: a STARTED endpoint whose port another process holds does not. */
export function portOf({ endpoint }: Instance): number | null {
  return endpoint?.state === "STARTED" && !endpoint.blocked ? endpoint.port : null;
}

/** `TCP://be1.contoso.com:5022`, or null where it reads otherwise. */
export function parseAddress(address: string): { host: string; port: number } | null {
  const match = /^tcp:\/\/([^:/\s]+):(\d{1,5})\/?$/i.exec(address.trim());
  const port = Number(match?.[2]);
  return match?.[1] && port > 0 && port < 65_536 ? { host: match[1], port } : null;
}

/** The instance whose endpoint has this address, listening or not. */
export function instanceAt(fleet: Fleet, address: { host: string; port: number }): Instance | undefined {
  const { host, port } = address;
  return fleet.instances.find((one) => sameName(one.host, host) && one.endpoint?.port === port);
}

export function mayAct(endpoint: Endpoint | null, as: "PARTNER" | "WITNESS"): boolean {
  return endpoint !== null && (endpoint.role === as || endpoint.role === "ALL");
}

/** Why a session's two instances cannot be connected although bytes pass. Nobody may be there to write it down. */
export function whyNoSession(
  fleet: Fleet,
  { guid, from, to }: Connection,
): (Omit<Rejection, "by"> & { by: Instance | null }) | null {
  const [near, far] = [findInstance(fleet, from), findInstance(fleet, to)];
  if (!near?.endpoint || !far?.endpoint) return null;
  const strange = [
    [near, far],
    [far, near],
  ].find(([self, other]) => !reaches(fleet, guid, self!, other!));
  if (strange) {
    const text = `The server network address of ${strange[1]!.name} is out of date.`;
    return { by: null, number: 1418, text };
  }
  const misfit = [
    [near, far],
    [far, near],
  ].find(([self, other]) => !mayAct(self!.endpoint, partOf(fleet, guid, self!.name, other!.name)))?.[0];
  if (misfit) {
    const text = "Connection handshake failed. The role of the endpoint does not fit. State 97.";
    return { by: misfit, number: 28083, text };
  }
  return whyNoHandshake(fleet, near, far);
}

/** It begins to listen, unless its port is taken on that machine: then it is STARTED all the same. */
export function listenOnPort(fleet: Fleet, instance: Instance): void {
  const { endpoint } = instance;
  if (!endpoint) return;
  const taken =
    endpoint.state === "STARTED" &&
    fleet.instances.some(
      (one) =>
        one !== instance &&
        one.power !== "stopped" &&
        sameName(one.host, instance.host) &&
        portOf(one) === endpoint.port,
    );
  if (taken || endpoint.blocked) endpoint.blocked = taken;
  if (endpoint.state !== "STARTED") {
    log(fleet, instance, 9691, "The Database Mirroring endpoint has stopped listening for connections.");
  } else if (taken) {
    const address = `[ 'any' <ipv4> ${endpoint.port}]`;
    log(
      fleet,
      instance,
      26023,
      `Server TCP provider failed to listen on ${address}. Tcp port is already in use.`,
    );
  } else {
    log(fleet, instance, 9690, "The Database Mirroring endpoint is now listening for connections.");
  }
}

/** Who has left the session since is still the partner to the other side. */
function partOf(fleet: Fleet, guid: string, self: InstanceName, other: InstanceName): "PARTNER" | "WITNESS" {
  const witness = copyOn(fleet, other, guid)?.mirroring.witness ?? null;
  return witness !== null && sameName(witness, self) ? "WITNESS" : "PARTNER";
}

/** The address that this side keeps still leads to the other. A witness keeps none: it is called. */
function reaches(fleet: Fleet, guid: string, self: Instance, other: Instance): boolean {
  const mirroring = copyOn(fleet, self.name, guid)?.mirroring;
  if (!mirroring) return true;
  const kept = sameName(mirroring.partner, other.name) ? mirroring.partnerAddress : mirroring.witnessAddress;
  const address = kept === null ? null : parseAddress(kept);
  return address === null || address.port === other.endpoint?.port;
}
