import "server-only";

export { addPool, changePool, removePool } from "#lib/pools/change.ts";
export { InstanceDraft, type PoolDraft, Registration } from "#lib/pools/draft.ts";
export { type Editable, editable, knownInstances } from "#lib/pools/editable.ts";
export { type Imported, importRegisterFile } from "#lib/pools/import-file.ts";
export { instancesToWatch, poolById, poolsWithStores, targetOf, targetsOf } from "#lib/pools/register.ts";
export { type ReadRegister, readRegisterFile } from "#lib/pools/register-file.ts";
export { testLogin } from "#lib/pools/test-login.ts";
