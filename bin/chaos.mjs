import { run } from "./bootstrap.mjs";

run("chaos/main.ts");
