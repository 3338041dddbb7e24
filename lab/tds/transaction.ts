/** What the client is told of its transaction: a descriptor when it begins, the same when it ends. */
import type { ByteWriter } from "#lab/tds/bytes.ts";
import type { TransactionRequest } from "#lab/tds/requests.ts";
import { writeBinaryChange } from "#lab/tds/tokens.ts";

/** Only transactions begun by request are followed: what BEGIN TRAN in a batch does, no client has been seen to need. */
export function followTransaction() {
  let open: { name: string; descriptor: Buffer } | undefined;
  let last = 0n;

  function close(out: ByteWriter, how: "commit" | "rollback"): void {
    if (open === undefined) return;
    writeBinaryChange(out, how, undefined, open.descriptor);
    open = undefined;
  }

  return {
    done({ action, name }: TransactionRequest, out: ByteWriter): void {
      if (action === "begin" && open === undefined) {
        const descriptor = Buffer.alloc(8);
        descriptor.writeBigUInt64LE(++last);
        open = { name, descriptor };
        writeBinaryChange(out, "begin", descriptor);
      }
      if (action === "commit") close(out, "commit");
      // A rollback to a savepoint leaves the transaction open.
      if (action === "rollback" && (name === "" || name === open?.name)) close(out, "rollback");
    },
    reset: (out: ByteWriter) => close(out, "rollback"),
  };
}
