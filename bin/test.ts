// npm test             everything; every check runs, whatever failed before it
// npm test -- unit e2e only these
import { type Check, checks, type Outcome } from "#bin/checks.ts";
import { type Count, sum } from "#bin/count.ts";
import { prepare } from "#bin/prepare.ts";
import { explain } from "#bin/refusal.ts";
import { installTestTools } from "#bin/test-tools.ts";

process.on("disconnect", () => process.exit(1));
for (const end of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(end, () => process.exit(1));

const wanted = choose(process.argv.slice(2));
if (wanted.some(({ name }) => name === "unit" || name === "e2e")) await installTestTools();
await prepare({ build: false }).catch((error) => console.error(explain(error)));

const counts: Count[] = [];
for (const check of wanted) counts.push(await report(check));
const { passed, failed } = sum(counts);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);

function choose(names: string[]): Check[] {
  const unknown = names.find((name) => !checks.some((check) => check.name === name));
  if (unknown) {
    console.error(`There is no check called ${unknown}, only ${checks.map(({ name }) => name).join(", ")}.`);
    process.exit(1);
  }
  return checks.filter(({ name }) => names.length === 0 || names.includes(name));
}

async function report({ name, run }: Check): Promise<Count> {
  const start = performance.now();
  const { passed, failed, output } = await run().catch(broken);
  if (failed > 0) console.log(`\n──── ${name} ────\n${output.trim()}\n`);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(
    `${failed > 0 ? "✗" : "✓"} ${name.padEnd(8)} ${passed} passed, ${failed} failed  (${seconds} s)`,
  );
  return { passed, failed };
}

function broken(error: unknown): Outcome {
  return { passed: 0, failed: 1, output: explain(error) };
}
