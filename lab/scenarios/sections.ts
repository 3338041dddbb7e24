/** The whole table. */
import { setup } from "#lab/scenarios/a-setup.ts";
import { manual } from "#lab/scenarios/b-manual.ts";
import { automatic } from "#lab/scenarios/c-automatic.ts";
import { quorum } from "#lab/scenarios/d-quorum.ts";
import { forcedService } from "#lab/scenarios/e-forced.ts";
import type { Row } from "#lab/scenarios/row.ts";

export const sections: Record<string, Row[]> = {
  "A: setting up": setup,
  "B: manual failover": manual,
  "C: automatic failover": automatic,
  "D: quorum": quorum,
  "E: forced service": forcedService,
};
