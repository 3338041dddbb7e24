import { run } from "./bootstrap.mjs";

run("lab/main.ts");
