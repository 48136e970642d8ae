// Programs with serial ports, as a whole: on both runtimes with a device behind a pseudo-terminal, and on the strict kernel.

import { execFile } from "node:child_process";
import process from "node:process";
import { test } from "node:test";
import { promisify } from "node:util";
import { assertEquals, assertMatch } from "@std/assert";
import {
  lines,
  REPOSITORY,
  runProgram,
  RUNTIMES,
  session,
} from "./both_runtimes.ts";

const run = promisify(execFile);

const IDLE = "tests/host/programs/serial_idle.ts";
const TERMINAL = "tests/host/programs/serial_terminal.ts";

for (const runtime of RUNTIMES) {
  test(`${runtime}.exe ends while a port is open, and not while a read waits`, async (context) => {
    await using device = await session.serialDevice();
    if (device === undefined) return context.skip("no serial port");
    const idle = await runProgram(runtime, [IDLE, device.port]);
    assertEquals([lines(idle.stdout), idle.code], [["open OK"], 0]);
    const waits = await runProgram(runtime, [IDLE, device.port, "later"]);
    assertEquals(
      [lines(waits.stdout), waits.code],
      [["open OK", "came ok"], 0],
    );
  });
}

/** Runs examples/serial_terminal.ts on the strict kernel, and returns the lines that it prints. */
async function terminal(
  device: string,
  args: string[],
  input = "",
): Promise<string[]> {
  const words = ["--import", "tsx", TERMINAL, device, ...args];
  const running = run(process.execPath, words, { cwd: REPOSITORY });
  running.child.stdin!.end(input);
  // An exit code other than 0 is an error that has the same members.
  const { stdout, stderr } = await running.catch((error) => error);
  assertEquals(stderr, "");
  return stdout.trimEnd().split(/[\r\n]+/);
}

test("examples/serial_terminal.ts prints what a device says, and its line's errors", async () => {
  const [good, noisy] = await Promise.all([
    terminal("good", ["COM7"], "AT\nhello\n"),
    terminal("noisy", ["COM7"], "AT\n"),
  ]);
  assertEquals(good, ["OK", "hello", "11 bytes sent"]);
  assertEquals(noisy[0], "OK");
  assertMatch(noisy[1]!, /^FramingError: A byte had no stop bit/);
  assertEquals(noisy.at(-2), "?");
});

test("examples/serial_terminal.ts sends a block again that is not acknowledged", async () => {
  const args = ["COM7", "9600", "C:\\firmware.bin"];
  const [slow, deaf] = await Promise.all([
    terminal("slow", args),
    terminal("deaf", args),
  ]);
  assertEquals(slow.length, 8, slow.join("\n"));
  assertEquals(slow[5], `[${"#".repeat(40)}] 5000 of 5000 bytes`);
  assertEquals(slow[7], "6083 bytes sent");
  assertEquals(
    deaf,
    ["The device does not acknowledge, 3 times", "3102 bytes sent"],
  );
});
