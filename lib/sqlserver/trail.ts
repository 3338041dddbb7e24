import "server-only";

/** How far one connection came and what the server said on the way: errors of the driver alone do not tell. */
export interface Trail {
  reached: "nothing" | "network" | "prelogin" | "tls" | "login";
  /** `TLSv1.2`; null while plain: a server without encryption is spoken to in the clear by the driver. */
  tls: string | null;
  /** The certificate that the server showed. */
  certificate: { subject: string; validTo: string } | null;
  said: { number: number; severity: number; message: string }[];
  /** What a peer that is no SQL Server said first. */
  garbage: string | null;
}

export function newTrail(): Trail {
  return { reached: "nothing", tls: null, certificate: null, said: [], garbage: null };
}

/** The first bytes as a person can read them, for "this is not a SQL Server". */
export function readable(bytes: Uint8Array): string {
  return Array.from(bytes.subarray(0, 32), (byte) =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·",
  ).join("");
}
