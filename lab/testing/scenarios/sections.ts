/** The whole table. */
import { setup } from "#lab/testing/scenarios/a-setup.ts";
import { manual } from "#lab/testing/scenarios/b-manual.ts";
import { automatic } from "#lab/testing/scenarios/c-automatic.ts";
import { quorum } from "#lab/testing/scenarios/d-quorum.ts";
import { forcedService } from "#lab/testing/scenarios/e-forced.ts";
import { pause } from "#lab/testing/scenarios/f-pause.ts";
import { removing } from "#lab/testing/scenarios/g-removing.ts";
import { shipping } from "#lab/testing/scenarios/i-shipping.ts";
import type { Row } from "#lab/testing/scenarios/row.ts";

export const sections: Record<string, Row[]> = {
  "A: setting up": setup,
  "B: manual failover": manual,
  "C: automatic failover": automatic,
  "D: quorum": quorum,
  "E: forced service": forcedService,
  "F: pause, safety, time-out, log": pause,
  "G: removing, restoring, seeing": removing,
  "I: log shipping": shipping,
};
