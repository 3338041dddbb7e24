import "server-only";

export { appOwnsAuditLog } from "#lib/db/audit-owner.ts";
export type { Db, Transaction } from "#lib/db/client.ts";
export { createDb, db } from "#lib/db/client.ts";
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
} from "#lib/db/generated/client.ts";
export { Prisma } from "#lib/db/generated/client.ts";
export type { Heard, Listener, Subscription } from "#lib/db/listen.ts";
export { createListener, listen, notify } from "#lib/db/listen.ts";
export { inTransaction } from "#lib/db/transaction.ts";
