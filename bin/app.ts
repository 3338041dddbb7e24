// The web server: a child of the launcher, which it tells when it serves, and with which it ends.
import { once } from "node:events";
import http from "node:http";
import next from "next";
import { project } from "#bin/prepare.ts";

const hostname = process.env.HOST ?? "127.0.0.1";
const port = Number(process.env.PORT);

const app = next({ dev: false, dir: project, hostname, port });
await app.prepare();
const handle = app.getRequestHandler();
const server = http.createServer((request, response) => void handle(request, response));
server.listen(port, hostname);
await once(server, "listening");
process.send?.({ kind: "ready" });

// Whoever works in this process stops at SIGTERM; a closed channel to the launcher means the same.
process.once("disconnect", () => process.emit("SIGTERM", "SIGTERM"));
process.on("SIGINT", () => {}); // Ctrl-C reaches the launcher too, and in its own time the launcher ends us
process.once("SIGTERM", () => {
  server.close(() => setTimeout(() => process.exit(0), 500));
  server.closeIdleConnections();
  setTimeout(() => server.closeAllConnections(), 500);
});
