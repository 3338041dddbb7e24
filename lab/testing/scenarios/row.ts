/** What a row of the scenario table says. The tables are in the files beside, one a section. */
import type { LabOptions } from "#lab/mirroring/model.ts";
import type { Stage } from "#lab/testing/scenarios/stage.ts";

/** Base0: witness, FULL. Base1: no witness. Base2: no witness, OFF. Unmirrored: `db` ONLINE on A, RESTORING on B. */
export type Base = "base0" | "base1" | "base2" | "unmirrored";

/** The number of the error that a statement was refused with. */
export type Answer = number | "done" | "waiting";

export type Step = (stage: Stage) => Promise<Answer | undefined>;

/** What the instances say, a line each as `picture.ts` renders it; an instance that is not named says what it said before. */
export interface Picture {
  A?: string;
  B?: string;
  W?: string;
}

export interface Row {
  id: string;
  is: string;
  base?: Base;
  options?: Partial<LabOptions>;
  /** What is different about the fleet from its start. */
  fleet?: (scenario: ScenarioFile) => void;
  given?: Step[];
  /** After `given`; what is not named is as in the base. */
  before?: Picture;
  event: Step[];
  /** What each statement of the event answers. */
  answers?: Answer[];
  /** What is not named is as before. */
  after?: Picture;
  /** What queries show afterwards: where, what is asked, the rows. */
  shows?: [instance: string, query: string, rows: Record<string, unknown>[]][];
}

/** A scenario file as written: loose, because a row changes it before it is read. */
export interface ScenarioFile {
  // biome-ignore lint/suspicious/noExplicitAny: the lab reads it strictly, and refuses what is wrong
  instances: any[];
  // biome-ignore lint/suspicious/noExplicitAny: as above
  sessions: any[];
  // biome-ignore lint/suspicious/noExplicitAny: as above
  [field: string]: any;
}
