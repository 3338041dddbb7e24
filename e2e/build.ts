import { prepare } from "#bin/prepare.ts";

/** Once for all workers: they share the production build. */
export default function build(): Promise<void> {
  return prepare();
}
