/** A fresh door behind a fresh port, for each test of the file that calls this. */
import { afterEach, beforeAll, beforeEach } from "vitest";
import {
  type Certificate,
  type Listening,
  type ListenOptions,
  listen,
  makeCertificate,
} from "#lab/tds/server.ts";
import { openTestDoor, type TestDoor } from "#lab/tds/testing/door.ts";

export interface Served {
  certificate: Certificate;
  door: TestDoor;
  server: Listening;
}

export function serveEachTest(options: Partial<ListenOptions> = {}): Served {
  const served = {} as Served;

  beforeAll(async () => {
    served.certificate = await makeCertificate();
  });
  beforeEach(async () => {
    served.door = openTestDoor();
    served.server = await listen(served.door, { port: 0, certificate: served.certificate, ...options });
  });
  afterEach(() => served.server.stop());

  return served;
}
