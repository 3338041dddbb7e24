/** Endpoints: the ones that every server has for its clients, and the one for mirroring. */
import { may } from "#lab/catalog/access.ts";
import { principalId } from "#lab/catalog/principal-id.ts";
import { columns, type Row, type View, type Viewing } from "#lab/catalog/view.ts";
import { sameName } from "#lab/mirroring/find.ts";
import { certificateNamed, grantsOn } from "#lab/mirroring/handshake.ts";
import type { Authentication, Endpoint, Instance } from "#lab/mirroring/model.ts";

const inherited = `
      name sysname !
      endpoint_id int !
      principal_id int
      protocol tinyint !
      protocol_desc nvarchar(60)
      type tinyint !
      type_desc nvarchar(60)
      state tinyint
      state_desc nvarchar(60)
      is_admin_endpoint bit !`;

export const endpointViews: View[] = [
  {
    name: "sys.endpoints",
    columns: columns(inherited),
    rows: (viewing) => [...clientEndpoints(), ...mirroringEndpoint(viewing)],
  },
  {
    name: "sys.tcp_endpoints",
    columns: columns(`${inherited}
      port int !
      is_dynamic_port bit !
      ip_address nvarchar(45)`),
    rows: (viewing) => [
      ...clientEndpoints().filter((row) => row.protocol === 2),
      ...mirroringEndpoint(viewing),
    ],
  },
  {
    name: "sys.database_mirroring_endpoints",
    columns: columns(`${inherited}
      role tinyint
      role_desc nvarchar(60)
      is_encryption_enabled bit !
      connection_auth tinyint !
      connection_auth_desc nvarchar(60)
      certificate_id int !
      encryption_algorithm tinyint !
      encryption_algorithm_desc nvarchar(60)`),
    rows: mirroringEndpoint,
  },
];

export function endpointAlgorithm(endpoint: Endpoint | null): { code: number; desc: string } {
  const name = !endpoint || endpoint.encryption === "DISABLED" ? "NONE" : endpoint.algorithm;
  // SUPPORTED also talks plainly: its list begins with NONE.
  const desc =
    endpoint?.encryption === "SUPPORTED" && name !== "NONE"
      ? `NONE, ${name.replace(",", ", ")}`
      : name.replace(",", ", ");
  return { code: Math.max(0, ALGORITHMS.indexOf(desc)), desc };
}

/** CONNECT ON ENDPOINT: public's on the clients' endpoints, and what was granted on the mirroring endpoint. */
export function endpointGrants(
  instance: Instance,
): { endpointId: number; grantee: number; state: "G" | "D" }[] {
  const clients = [2, 3, 4, 5].map((endpointId) => ({ endpointId, grantee: PUBLIC, state: "G" as const }));
  const { endpoint } = instance;
  const given = grantsOn(instance).flatMap(({ login, state }) => {
    const known = instance.logins.find(({ name }) => sameName(name, login));
    const grantee = known ? principalId(instance, known) : sameName(login, "public") ? PUBLIC : null;
    if (!endpoint || grantee === null) return [];
    return [
      {
        endpointId: endpoint.endpointId,
        grantee,
        state: state === "GRANT" ? ("G" as const) : ("D" as const),
      },
    ];
  });
  return [...clients, ...given];
}

const PUBLIC = 2;

function clientEndpoints(): Row[] {
  const one = (id: number, name: string, protocol: number, description: string, admin = false): Row => ({
    name,
    endpoint_id: id,
    principal_id: 1,
    protocol,
    protocol_desc: description,
    type: 2,
    type_desc: "TSQL",
    state: 0,
    state_desc: "STARTED",
    is_admin_endpoint: admin,
    port: 0,
    is_dynamic_port: protocol === 2 && admin,
  });
  return [
    one(1, "Dedicated Admin Connection", 2, "TCP", true),
    one(2, "TSQL Local Machine", 4, "SHARED_MEMORY"),
    one(3, "TSQL Named Pipes", 3, "NAMED_PIPES"),
    one(4, "TSQL Default TCP", 2, "TCP"),
    one(5, "TSQL Default VIA", 5, "VIA"),
  ];
}

/** Visible to whoever holds some right on it: for a looking login that is VIEW ANY DEFINITION. */
function mirroringEndpoint({ instance, login }: Viewing): Row[] {
  const { endpoint } = instance;
  if (!endpoint || !(may(login, "VIEW ANY DEFINITION") || may(login, "ALTER ANY ENDPOINT"))) return [];
  const algorithm = endpointAlgorithm(endpoint);
  return [
    {
      name: endpoint.name,
      endpoint_id: endpoint.endpointId,
      principal_id: endpointOwnerId(instance),
      protocol: 2,
      protocol_desc: "TCP",
      type: 4,
      type_desc: "DATABASE_MIRRORING",
      state: ["STARTED", "STOPPED", "DISABLED"].indexOf(endpoint.state),
      state_desc: endpoint.state,
      is_admin_endpoint: false,
      port: endpoint.port,
      is_dynamic_port: false,
      role: ["NONE", "PARTNER", "WITNESS", "ALL"].indexOf(endpoint.role),
      role_desc: endpoint.role,
      is_encryption_enabled: endpoint.encryption !== "DISABLED",
      connection_auth: AUTHENTICATIONS.indexOf(endpoint.authentication) + 1,
      connection_auth_desc: endpoint.authentication,
      certificate_id: certificateId(instance),
      encryption_algorithm: algorithm.code,
      encryption_algorithm_desc: algorithm.desc,
    },
  ];
}

export function endpointOwnerId(instance: Instance): number {
  const owner = instance.logins.find(({ name }) => sameName(name, instance.endpoint?.owner ?? "sa"));
  return owner ? principalId(instance, owner) : 1;
}

/** 0 with Windows authentication. */
function certificateId(instance: Instance): number {
  const { endpoint } = instance;
  if (!endpoint?.authentication.includes("CERTIFICATE")) return 0;
  return certificateNamed(instance, endpoint.certificate ?? "")?.certificateId ?? 256;
}

const AUTHENTICATIONS: Authentication[] = [
  "NTLM",
  "KERBEROS",
  "NEGOTIATE",
  "CERTIFICATE",
  "NTLM, CERTIFICATE",
  "KERBEROS, CERTIFICATE",
  "NEGOTIATE, CERTIFICATE",
  "CERTIFICATE, NTLM",
  "CERTIFICATE, KERBEROS",
  "CERTIFICATE, NEGOTIATE",
];
const ALGORITHMS = [
  "NONE",
  "RC4",
  "AES",
  "NONE, RC4",
  "NONE, AES",
  "RC4, AES",
  "AES, RC4",
  "NONE, RC4, AES",
  "NONE, AES, RC4",
];
