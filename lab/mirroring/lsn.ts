/**
 * A log position in KB as a log sequence number: the number of the virtual log file, the 512-byte block in it, the slot.
 * Later positions are always larger numbers, and no two positions share one.
 */
export function lsn(kb: number): bigint {
  const whole = BigInt(Math.floor(kb));
  const file = FIRST_FILE + whole / FILE_KB;
  const block = (whole % FILE_KB) * 2n + 16n;
  return file * 1_000_000_000_000_000n + block * 100_000n + 1n;
}

/** As messages name it. */
export function shownLsn(kb: number): string {
  return String(lsn(kb));
}

const FIRST_FILE = 40n;
const FILE_KB = 65_536n;
