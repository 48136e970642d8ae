// Two processes on two runtimes talk through named pipes.

import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { assertEquals, assertMatch } from "@std/assert";
import { lines, runProgram, RUNTIMES } from "./both_runtimes.ts";

const ABANDONED = "tests/host/programs/pipe_abandoned.ts";
const STORM = "tests/host/programs/pipe_storm.ts";
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

for (const server of RUNTIMES) {
  const other = RUNTIMES.find((runtime) => runtime !== server)!;
  test(`rude clients on ${server}.exe take nothing from polite ones on ${other}.exe, served by ${server}.exe`, async () => {
    const name = `\\\\.\\pipe\\kernel32-io-${randomUUID()}`;
    const [served, polite, rude] = await Promise.all([
      runProgram(server, [STORM, "server", name]),
      runProgram(other, [STORM, "polite", name]),
      runProgram(server, [STORM, "rude", name]),
    ]);
    for (const { code, stderr } of [served, polite, rude]) {
      assertEquals(
        code,
        0,
        served.stderr + polite.stderr + rude.stderr + stderr,
      );
    }
    assertEquals(lines(served.stdout), [
      "all served, some left, long messages refused",
    ]);
    assertEquals(lines(polite.stdout), ["960 answers"]);
    assertEquals(lines(rude.stdout), ["rude"]);
  });
}

for (const runtime of RUNTIMES) {
  test(`${runtime}.exe that is ended while all of a pipe waits leaves nothing`, async () => {
    const name = `\\\\.\\pipe\\kernel32-io-${randomUUID()}`;
    for (let i = 0; i < 2; i++) {
      const { stdout, stderr } = await runProgram(runtime, [ABANDONED, name]);
      assertEquals([lines(stdout), stderr], [["all wait"], ""]);
    }
  });
}
