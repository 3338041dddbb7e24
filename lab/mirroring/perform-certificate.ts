/**
 * Certificates of endpoints: made here, written to a file, read on the partner as that partner's login. The database
 * master key that protects the private key is not simulated.
 */
import type { CommandContext, EndpointChange } from "#lab/mirroring/commands.ts";
import { holds, requireLogin } from "#lab/mirroring/endpoint-rights.ts";
import { sameName } from "#lab/mirroring/find.ts";
import { certificateNamed } from "#lab/mirroring/handshake.ts";
import { refuse } from "#lab/mirroring/messages.ts";
import type { Certificate, Fleet, Instance } from "#lab/mirroring/model.ts";

const YEAR_MS = 365 * 86_400_000;

export type CertificateChange = Extract<
  EndpointChange,
  { does: "make-certificate" | "read-certificate" | "write-certificate" | "drop-certificate" }
>;

export function isCertificateChange(change: EndpointChange): change is CertificateChange {
  return change.does.endsWith("-certificate");
}

export function changeCertificate(
  fleet: Fleet,
  instance: Instance,
  change: CertificateChange,
  context: CommandContext,
): void {
  if (!holds(fleet, context)) refuse(15247);
  instance.certificates ??= [];
  const known = certificateNamed(instance, change.name);
  switch (change.does) {
    case "make-certificate": {
      if (known) refuse(15232, change.name);
      const startsAt = change.startsAt ?? fleet.now;
      const thumbprint = thumbprintOf(fleet, instance, change.name);
      const expiresAt = change.expiresAt ?? startsAt + YEAR_MS;
      const made = { name: change.name, subject: change.subject, thumbprint, startsAt, expiresAt };
      add(instance, { ...made, privateKey: true, login: change.owner ?? context.login });
      return;
    }
    case "write-certificate":
      if (!known) refuse(15151, "find", "certificate", change.name);
      fleet.certificateFiles = (fleet.certificateFiles ?? []).filter(
        (file) => !isFile(file, instance, change.path),
      );
      fleet.certificateFiles.push({ on: instance.name, path: change.path, certificate: { ...known } });
      return;
    case "read-certificate": {
      const file = fleet.certificateFiles?.find((one) => isFile(one, instance, change.path));
      if (!file) refuse(15208);
      const twice = instance.certificates.some(
        ({ thumbprint }) => thumbprint === file.certificate.thumbprint,
      );
      if (known || twice) refuse(15232, change.name);
      const login = change.owner ?? context.login;
      requireLogin(instance, login);
      add(instance, { ...file.certificate, name: change.name, privateKey: false, login });
      return;
    }
    case "drop-certificate": {
      if (!known) refuse(15151, "drop", "certificate", change.name);
      if (instance.endpoint?.certificate && sameName(instance.endpoint.certificate, known.name))
        refuse(15559, known.name);
      instance.certificates = instance.certificates.filter((one) => one !== known);
    }
  }
}

function add(instance: Instance, certificate: Omit<Certificate, "certificateId">): void {
  const known = instance.certificates ?? [];
  const certificateId = Math.max(255, ...known.map((one) => one.certificateId)) + 1;
  instance.certificates = [...known, { ...certificate, certificateId }];
}

/** A share is one place for all; `C:\…` is a place on one machine. */
function isFile(file: { on: string; path: string }, instance: Instance, path: string): boolean {
  return sameName(file.path, path) && (path.startsWith("\\\\") || sameName(file.on, instance.name));
}

function thumbprintOf(fleet: Fleet, instance: Instance, name: string): string {
  let hash = BigInt(fleet.seed) + BigInt(fleet.now);
  for (const character of `certificate ${instance.name} ${name}`) {
    hash = BigInt.asUintN(160, hash * 309485009821345068724781371n + BigInt(character.codePointAt(0) ?? 0));
  }
  return hash.toString(16).toUpperCase().padStart(40, "0");
}
