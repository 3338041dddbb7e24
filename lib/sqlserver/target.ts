/** Where an instance is and who asks. Passwords are open here: a target is made for one use and never stored. */
export interface Target {
  id: string;
  /** What people say: `BE1\rtc`. */
  name: string;
  server: string;
  port: number | null;
  /** Asked of SQL Browser (UDP 1434) when no port is given. */
  namedInstance: string | null;
  tls: { minimum: TlsVersion; trust: boolean; ca: string | null };
  which: "looking" | "acting";
  login: Login;
  /** Why nobody may be sent there with this login: its sealed password does not open. */
  unreadable?: string;
}

export interface Login {
  type: "sql" | "ntlm";
  user: string;
  password: string;
  domain?: string;
}

/** SQL Server 2008 R2 and 2012 before their updates speak only 1.0, which Node refuses unless asked. */
export const tlsVersions = ["1.0", "1.1", "1.2", "1.3"] as const;
export type TlsVersion = (typeof tlsVersions)[number];
