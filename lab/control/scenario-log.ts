/** The parts of a scenario about the log: who backs it up, where files can lie, what is shipped where. */
import { z } from "zod";

/** A database's own, wherever it stands in the scenario. */
export const logFields = {
  logBackupMinutes: z
    .int()
    .min(0)
    .max(10_080)
    .optional()
    .describe(
      "Its maintenance plan backs up the log this often where it serves; 0 = nobody does. Default 15.",
    ),
  filesApart: z.boolean().optional().describe("A copy whose files were restored to different points: 1411."),
};

export const instanceLogFields = {
  sharedDiskKbPerSecond: z
    .int()
    .min(0)
    .max(10_000_000)
    .nullable()
    .default(null)
    .describe("What the disks here harden for all mirrors together."),
  folders: z
    .array(z.string().min(3))
    .optional()
    .describe("The folders that exist; left out: every folder on the drives C to E."),
};

export const Share = z.strictObject({
  path: z.string().regex(/^\\\\[^\\]+\\[^\\]+/, "a share reads \\\\server\\share"),
  on: z
    .strictObject({ instance: z.string(), folder: z.string() })
    .nullable()
    .default(null)
    .describe("The instance on whose machine it lies, and its folder there."),
  readers: z.array(z.string()).nullable().default(null).describe("Instances that may read; null = all."),
  writers: z.array(z.string()).nullable().default(null).describe("Instances that may write; null = all."),
  down: z.boolean().default(false),
});

const minutes = z.int().min(1).max(10_080);

export const Shipping = z.strictObject({
  database: z.string().min(1),
  primaries: z
    .array(z.string())
    .min(1)
    .describe("Where the backup job is configured; both partners, if it is to survive a role switch."),
  secondary: z.string().nullable().default(null),
  secondaryDatabase: z.string().optional().describe("Default: the primary's name."),
  directory: z.string().optional().describe("Where the backup job writes; default: the share."),
  share: z.string(),
  destination: z.string().default("D:\\LogShip"),
  backupMinutes: minutes.default(15),
  copyMinutes: minutes.default(15),
  restoreMinutes: minutes.default(15),
  restoreDelayMinutes: z.int().min(0).default(0),
  retentionMinutes: minutes.default(4_320),
  thresholdMinutes: minutes.default(60),
  restoreAll: z.boolean().default(true),
  standby: z.boolean().default(false),
});
