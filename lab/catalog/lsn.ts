export { lsn } from "#lab/mirroring/lsn.ts";
