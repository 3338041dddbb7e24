// npm run chaos -- wire [--seed N] [--cases N] [--json]
import { runMeasurement } from "#bin/measurement.ts";

await runMeasurement(import.meta.dirname, "chaos");
