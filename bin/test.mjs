import { run } from "./bootstrap.mjs";

run("bin/test.ts");
