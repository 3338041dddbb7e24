// npm run migration -- NAME   writes prisma/migrations/<time>_NAME from what changed in prisma/schema.prisma
// npm run migration           says whether the migrations and the schema agree (exit code 1: they do not)
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { temporaryPostgres } from "#bin/postgres-temporary.ts";
import { difference } from "#prisma/difference.ts";
import { schemaEngine } from "#prisma/schema-engine.ts";

const [name] = process.argv.slice(2);
const server = await temporaryPostgres();
try {
  const sql = await difference(await schemaEngine(server.newDatabase));
  if (sql === null) console.log("The migrations lead to prisma/schema.prisma.");
  else if (name) console.log(`Wrote ${await write(name, sql)}: read it before you commit it.`);
  else {
    console.error(`The migrations do not lead to prisma/schema.prisma. What is missing:\n\n${sql}`);
    process.exitCode = 1;
  }
} finally {
  await server.stop();
}
process.channel?.unref();

async function write(name: string, sql: string): Promise<string> {
  const time = new Date().toISOString().replace(/\D/g, "").slice(0, 14);
  const folder = path.join("prisma", "migrations", `${time}_${name.replace(/\W+/g, "_")}`);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, "migration.sql"), sql);
  return folder;
}
