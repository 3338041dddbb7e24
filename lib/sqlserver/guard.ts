import "server-only";
import type { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import type { Trail } from "#lib/sqlserver/trail.ts";

/**
 * Tedious reads the server's answer in a stream whose 'error' nobody listens to: one byte of nonsense from any
 * instance would end the process, and everybody's monitor with it. So both ways of failing are led to the connection.
 */
export function guardAgainstNonsense(
  connection: EventEmitter,
  trail: Trail,
  socket: () => Socket | undefined,
): void {
  const driver = connection as unknown as { createTokenStreamParser?: MakeParser };
  const make = driver.createTokenStreamParser;
  if (!make) throw new Error("This version of tedious reads answers in a way that Mirrordeck does not know.");
  driver.createTokenStreamParser = function (this: unknown, message, handler) {
    const fail = (error: Error) => {
      trail.garbage ??= error.message;
      // A login awaits the parser, a request awaits the socket.
      if (trail.reached !== "login" && parser.listenerCount("error") > 0) parser.emit("error", error);
      else socket()?.destroy(error);
    };
    const parser = make.call(this, message, carefully(handler, fail));
    parser.parser.on("error", fail);
    return parser;
  };
}

type Handler = Record<string | symbol, unknown>;
type MakeParser = (
  this: unknown,
  message: unknown,
  handler: Handler,
) => EventEmitter & { parser: EventEmitter };

function carefully(handler: Handler, fail: (error: Error) => void): Handler {
  return new Proxy(handler, {
    get(target, name) {
      const value = target[name];
      if (typeof value !== "function") return value;
      return (...tokens: unknown[]) => {
        try {
          return value.apply(target, tokens);
        } catch (error) {
          fail(error as Error);
        }
      };
    },
  });
}
