// node bin/walls.ts             holds the code to walls.ts (exit code 1: something climbs over)
// node bin/walls.ts --picture   draws the table
import { checkWalls } from "#bin/walls-check.ts";
import { picture } from "#bin/walls-picture.ts";

if (process.argv.includes("--picture")) console.log(picture());
else {
  const { files, broken } = await checkWalls();
  for (const line of broken) console.error(line);
  console.log(`${files} files, ${broken.length} over a wall`);
  process.exitCode = broken.length > 0 ? 1 : 0;
}
process.channel?.unref();
