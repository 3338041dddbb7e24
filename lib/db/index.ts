import "server-only";

export { appOwnsAuditLog } from "./audit-owner.ts";
export type { Db, Transaction } from "./client.ts";
export { createDb, db } from "./client.ts";
export type {
  AuditEntry,
  AuthAccount,
  AuthUser,
  AuthVerification,
  Instance,
  Invitation,
  Lease,
  Pool,
  PoolStore,
  Run,
  RunEvent,
  SignIn,
  Store,
} from "./generated/client.ts";
export { Prisma } from "./generated/client.ts";
export type { Heard, Listener, Subscription } from "./listen.ts";
export { createListener, listen, notify } from "./listen.ts";
export { inTransaction } from "./transaction.ts";
