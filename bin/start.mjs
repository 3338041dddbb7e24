import { run } from "./bootstrap.mjs";

run("bin/launch.ts");
