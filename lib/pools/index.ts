import "server-only";

export { addPool, changePool, removePool } from "./change.ts";
export { InstanceDraft, type PoolDraft, Registration } from "./draft.ts";
export { type Editable, editable, knownInstances } from "./editable.ts";
export { type Imported, importRegisterFile } from "./import-file.ts";
export { instancesToWatch, poolById, poolsWithStores, targetOf, targetsOf } from "./register.ts";
export { type ReadRegister, readRegisterFile } from "./register-file.ts";
export { testLogin } from "./test-login.ts";
