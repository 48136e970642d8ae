// Two processes on two runtimes talk through named pipes.

import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { assertEquals, assertMatch } from "@std/assert";
import { lines, runProgram, RUNTIMES } from "./both_runtimes.ts";

const PROGRAM = "tests/host/programs/pipe_peer.ts";

for (const server of RUNTIMES) {
  for (const client of RUNTIMES) {
    for (const mode of ["bytes", "messages"]) {
      test(`${client}.exe talks to ${server}.exe through a pipe of ${mode}`, async () => {
        const name = `\\\\.\\pipe\\kernel32-io-${randomUUID()}`;
        const [served, visited] = await Promise.all([
          runProgram(server, [PROGRAM, "server", name, mode]),
          runProgram(client, [PROGRAM, "client", name, mode]),
        ]);
        assertEquals(served.code, 0, served.stderr + visited.stderr);
        assertEquals(visited.code, 0, visited.stderr + served.stderr);
        assertEquals(lines(served.stdout), lines(visited.stdout));
        assertMatch(visited.stdout, /^\d{5,} bytes, (no )?parts/);
      });
    }
  }
}
