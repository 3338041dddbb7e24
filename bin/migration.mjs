import { run } from "./bootstrap.mjs";

run("bin/migration.ts");
