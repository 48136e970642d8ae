// Programs with serial ports, as a whole: on both runtimes with a device behind a pseudo-terminal, and on the strict kernel.

import { spawnSync } from "node:child_process";
import process from "node:process";
import { test } from "node:test";
import { assertEquals, assertMatch } from "@std/assert";
import {
  lines,
  REPOSITORY,
  runProgram,
  RUNTIMES,
  session,
} from "./both_runtimes.ts";

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
function terminal(device: string, args: string[], input = ""): string[] {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", "tsx", TERMINAL, device, ...args],
    { cwd: REPOSITORY, encoding: "utf8", input, timeout: 60_000 },
  );
  assertEquals(stderr, "");
  return stdout.trimEnd().split(/[\r\n]+/);
}

test("examples/serial_terminal.ts prints what a device says, and its line's errors", () => {
  assertEquals(
    terminal("good", ["COM7"], "AT\nhello\n"),
    ["OK", "hello", "11 bytes sent"],
  );
  const noisy = terminal("noisy", ["COM7"], "AT\n");
  assertEquals(noisy[0], "OK");
  assertMatch(noisy[1]!, /^FramingError: A byte had no stop bit/);
  assertEquals(noisy.at(-2), "?");
});

test("examples/serial_terminal.ts sends a block again that is not acknowledged", () => {
  const bar = `[${"#".repeat(40)}] 5000 of 5000 bytes`;
  for (const [device, sent] of [["good", 5049], ["slow", 6083]] as const) {
    const output = terminal(device, ["COM7", "9600", "C:\\firmware.bin"]);
    assertEquals(output.length, 8, output.join("\n"));
    assertEquals(output[5], bar);
    assertEquals(output[7], `${sent} bytes sent`);
  }
  assertEquals(
    terminal("deaf", ["COM7", "9600", "C:\\firmware.bin"]),
    ["The device does not acknowledge, 3 times", "3102 bytes sent"],
  );
});
