// npm run win -- [--arm64] [--serial] [--env NAME=VALUE]... deno|bun|node|PROGRAM ARGS...

import { constants } from "node:os";
import { onInterruption } from "./interruption.ts";
import { provision } from "./windows/mod.ts";

const USAGE =
  `Usage: npm run win -- [--arm64] [--serial] [--env NAME=VALUE]... PROGRAM ARGS...

Runs a Windows program here: deno, bun or node (pinned versions), or an executable's path. The working directory is
the caller's. Of the caller's environment the program gets CI, COLORTERM, FORCE_COLOR, NO_COLOR and TERM (on
Windows: all of it), and what --env names. With --arm64 the program is one for arm64, which Linux emulates: a start
takes about half a minute. With --serial a serial device is plugged in under Wine, which acts upon the lines that
tools/windows/serial_device.pl names; its port stands in KERNEL32_IO_SERIAL_PORT.`;

const words = process.argv.slice(2);
const isArm64 = words[0] === "--arm64";
if (isArm64) words.shift();
const env: Record<string, string> = {};
const isSerial = words[0] === "--serial";
if (isSerial) words.shift();
while (words[0] === "--env") {
  const [, variable = ""] = words.splice(0, 2);
  const at = variable.indexOf("=");
  if (at < 1) {
    fail(
      `--env takes NAME=VALUE, not ${JSON.stringify(variable)}.\n\n${USAGE}`,
    );
  }
  env[variable.slice(0, at)] = variable.slice(at + 1);
}
const [program, ...args] = words;
if (program === undefined) fail(USAGE);

try {
  const windows = await provision(isArm64 ? { arch: "arm64" } : {});
  await using session = await windows.session();
  const device = isSerial ? await session.serialDevice() : undefined;
  if (device !== undefined) env["KERNEL32_IO_SERIAL_PORT"] = device.port;
  const run = await windows.spawn(program, args, {
    // npm starts scripts in the package's folder and names here the folder where it was called.
    cwd: process.env["INIT_CWD"] ?? process.cwd(),
    env,
    stdin: "inherit",
  });
  onInterruption(async (signal) => {
    await run.kill();
    process.exit(128 + constants.signals[signal]);
  });
  const { code } = await run.ended;
  process.exitCode = code;
} catch (error) {
  fail(error instanceof Error ? describe(error) : String(error));
}

function describe(error: Error): string {
  return error.cause instanceof Error
    ? `${error.message}\n${describe(error.cause)}`
    : error.message;
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}
