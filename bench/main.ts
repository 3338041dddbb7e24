// npm run bench -- lab [--json]
import { runMeasurement } from "#bin/measurement.ts";

await runMeasurement(import.meta.dirname, "bench");
