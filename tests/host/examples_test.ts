// Every program in examples/ is run on both runtimes, as its first lines say, and
// must print what it promises.

import { createHash } from "node:crypto";
import { Buffer } from "node:buffer";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Run, RunResult } from "../../tools/windows/mod.ts";
import { tempFolder } from "../support/temp_folder.ts";
import {
  type BothRuntimes,
  lines,
  REPOSITORY,
  RUN,
  runProgram,
  RUNTIMES,
  session,
  windows,
} from "./both_runtimes.ts";
import { killLog } from "./killed_writers.ts";

function run(
  runtime: BothRuntimes,
  example: string,
  ...args: string[]
): Promise<RunResult> {
  return runProgram(runtime, [`examples/${example}`, ...args]);
}

/** Runs an example that is to succeed, and returns the lines that it printed. */
async function linesOf(
  runtime: BothRuntimes,
  example: string,
  ...args: string[]
): Promise<string[]> {
  const { code, stdout, stderr } = await run(runtime, example, ...args);
  assertEquals(code, 0, stdout + stderr);
  return lines(stdout);
}

/** Starts the program that plays a device, and waits until the device is there. */
async function startDriver(
  runtime: BothRuntimes,
  path: string,
  behaviour: "listen" | "hang-up",
): Promise<{ run: Run; received: Promise<string | undefined> }> {
  const program = ["tests/host/programs/driver.ts", path, behaviour];
  const driver = await windows.spawn(
    runtime,
    [...RUN[runtime], ...program],
    { cwd: REPOSITORY, stdout: "pipe" },
  );
  let output = "";
  const ready = new Promise<void>((resolve, reject) => {
    driver.process.stdout!.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (output.startsWith("ready")) resolve();
    });
    driver.ended.then(({ code }) => {
      reject(new Error(`The driver ended with code ${code}: ${output}`));
    }, reject);
  });
  await ready;
  return { run: driver, received: driver.ended.then(() => lines(output)[1]) };
}

/** Starts an example, and gives its lines as they come. Its `kill()` ends it at once. */
async function startExample(
  runtime: BothRuntimes,
  example: string,
  ...args: string[]
): Promise<{ run: Run; lines: AsyncIterableIterator<string> }> {
  const run = await windows.spawn(
    runtime,
    [...RUN[runtime], `examples/${example}`, ...args],
    { cwd: REPOSITORY, stdout: "pipe" },
  );
  const { stdout } = run.process;
  return { run, lines: createInterface(stdout!)[Symbol.asyncIterator]() };
}

const MIB = 2 ** 20;

/** A source that is no whole number of sectors, and what its image is to have. */
function imageFiles() {
  const folder = mkdtempSync(join(tmpdir(), "kernel32-io-image-"));
  const [source, image] = [join(folder, "source"), join(folder, "image")];
  const bytes = Uint8Array.from(
    { length: 3 * MIB + 777 },
    (_, i) => (i * 31 + (i >> 13)) % 251,
  );
  writeFileSync(source, bytes);
  return {
    bytes,
    image,
    source: windows.path(source),
    target: windows.path(image),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

const EXAMPLES: Record<
  string,
  Record<string, (runtime: BothRuntimes) => unknown>
> = {
  "append.ts": {
    "puts each line behind the last": async (runtime) => {
      const [first, second, third, refusal] = await linesOf(
        runtime,
        "append.ts",
      );
      assertEquals([first, second, third], ["first", "second", "third"]);
      assertMatch(refusal!, /open for appending/);
    },
  },
  "disk_image.ts": {
    "images an odd number of bytes, and compares them": async (runtime) => {
      using files = imageFiles();
      const output = await linesOf(
        runtime,
        "disk_image.ts",
        files.source,
        files.target,
        "2",
      );
      assertEquals(output, [
        "4 of 4 blocks to copy",
        `SHA-256 ${sha256(files.bytes)}`,
      ]);
      assertEquals(sha256(readFileSync(files.image)), sha256(files.bytes));
      assert(!existsSync(`${files.image}.blocks`));
    },
    "goes on where an interrupted run was": async (runtime) => {
      using files = imageFiles();
      const { bytes, source, target, image } = files;
      // The blocks that are listed are not read again: those of the source differ.
      const other = new Uint8Array(MIB).fill(7);
      const begun = Buffer.concat([other, other, bytes.subarray(0, MIB)]);
      const torn = `${2 * MIB} 0123`;
      const listed = [0, MIB].map((at) => `\n${at} ${sha256(other)}`).join("");
      writeFileSync(image, begun);
      writeFileSync(
        `${image}.blocks`,
        `${bytes.length} bytes of ${source}${listed}\n${torn}`,
      );
      const output = await linesOf(runtime, "disk_image.ts", source, target);
      const expected = Buffer.concat([other, other, bytes.subarray(2 * MIB)]);
      assertEquals(output, [
        "2 of 4 blocks to copy",
        `SHA-256 ${sha256(expected)}`,
      ]);
      assertEquals(sha256(readFileSync(image)), sha256(expected));
    },
  },
  "errors.ts": {
    "distinguishes failures": async (runtime) => {
      const [inUse, room, mistake] = await linesOf(runtime, "errors.ts");
      assertEquals(inUse, "The file is in use: CreateFileW 32");
      assertMatch(room!, /^16777216 bytes written/);
      assertMatch(mistake!, /^true truncate needs write: true/);
    },
    "accounts for every byte on a full disk": async (runtime) => {
      const disk = await session.smallDisk({ bytes: 3 << 20 });
      if (disk === undefined) {
        console.log("no small disk can be made in passing on this system");
        return;
      }
      const output = await linesOf(runtime, "errors.ts", disk);
      assertMatch(
        output[1]!,
        /^The disk is full: ERROR_(HANDLE_)?DISK_FULL$/,
      );
      assertEquals(output[2], "What was written is there: true");
    },
  },
  "follow_log.ts": {
    "prints what is there, and lines when they are complete": async (
      runtime,
    ) => {
      using folder = tempFolder();
      const log = folder.file("log.txt");
      writeFileSync(log, "first\nsec");
      const path = windows.path(log);
      const { run, lines } = await startExample(runtime, "follow_log.ts", path);
      try {
        assertEquals((await lines.next()).value, "first");
        appendFileSync(log, "ond\r\n");
        assertEquals((await lines.next()).value, "second");
      } finally {
        await run.kill();
      }
    },
  },
  "inspect.ts": {
    "says what files, folders and missing devices offer": async (runtime) => {
      const output = await linesOf(
        runtime,
        "inspect.ts",
        "README.md",
        "docs",
        "\\\\.\\no such device",
      );
      const folder = output.indexOf("docs");
      const [file, directory] = [
        output.slice(1, folder),
        output.slice(folder + 1, -2),
      ];
      const answer = (lines: string[], name: string) =>
        lines.find((line) => line.startsWith(`  ${name} `))!.slice(20);
      for (const lines of [file, directory]) {
        assertEquals(lines.length, 11);
        assertEquals(answer(lines, "type"), "disk");
        assertMatch(answer(lines, "sectors"), /^\d+ bytes, physically \d+$/);
        assertMatch(answer(lines, "volume"), /^\w+/);
        assertMatch(answer(lines, "pipe"), /^not offered: ERROR_/);
        assertMatch(answer(lines, "reparse point"), /^not offered: ERROR_/);
      }
      assertMatch(answer(file, "attributes"), /of a file$/);
      assertEquals(
        answer(file, "size"),
        `${readFileSync(join(REPOSITORY, "README.md")).length} bytes`,
      );
      assertMatch(answer(directory, "attributes"), /of a folder$/);
      assertEquals(output.slice(-2), [
        "\\\\.\\no such device",
        "  not offered: ERROR_FILE_NOT_FOUND",
      ]);
    },
    "says what a pipe carries": async (runtime) => {
      const path = `\\\\.\\pipe\\kernel32-io-${process.pid}-${runtime}-i`;
      const driver = await startDriver(runtime, path, "listen");
      try {
        const output = await linesOf(runtime, "inspect.ts", path);
        assertEquals(output[1], "  type              pipe");
        const sizes = /^ {2}pipe +bytes, buffers of \d+ and \d+, 1 instances/;
        assertMatch(output.at(-2)!, sizes);
      } finally {
        await driver.run.kill();
      }
    },
  },
  "packet.ts": {
    "sends the bytes of a packed structure": async (runtime) => {
      const path = `\\\\.\\pipe\\kernel32-io-${process.pid}-${runtime}`;
      const driver = await startDriver(runtime, path, "listen");
      try {
        const output = await linesOf(runtime, "packet.ts", path);
        assertEquals(output, ["22 bytes sent"]);
        assertEquals(
          await driver.received,
          // id, length, name, samples
          "0700" + "16000000" + "766f6c7461676500" + "0100ffff00010080",
        );
      } finally {
        await driver.run.kill();
      }
    },
    "shows the Win32 error inside its own when the device hangs up": async (
      runtime,
    ) => {
      const path = `\\\\.\\pipe\\kernel32-io-${process.pid}-${runtime}-up`;
      const driver = await startDriver(runtime, path, "hang-up");
      try {
        const { code, stdout } = await run(runtime, "packet.ts", path);
        assertEquals(code, 1, stdout);
        const [message, cause, numbers] = lines(stdout);
        assertEquals(message, `${path} did not take the packet`);
        assertMatch(cause!, /^ {2}because WriteFile failed for '.+': /);
        assertMatch(
          numbers!,
          /^ {2}WriteFile: (109, ERROR_BROKEN_PIPE|232, ERROR_NO_DATA)$/,
        );
      } finally {
        await driver.run.kill();
      }
    },
    "shows the Win32 error inside its own when there is no device": async (
      runtime,
    ) => {
      const { code, stdout } = await run(runtime, "packet.ts");
      assertEquals(code, 1);
      const [message, , numbers] = lines(stdout);
      assertMatch(message!, /^There is no device at /);
      assertEquals(numbers, "  CreateFileW: 2, ERROR_FILE_NOT_FOUND");
    },
  },
  "pipe_rpc.ts": {
    "answers calls beside each other, and ends those that take too long":
      async (
        runtime,
      ) => {
        assertEquals(await linesOf(runtime, "pipe_rpc.ts"), [
          "42",
          "3",
          "fail: on purpose",
          "TimeoutError",
        ]);
      },
  },
  "pipe_server.ts": {
    "serves clients one beside the other, whatever a rude one does": async (
      runtime,
    ) => {
      const output = await linesOf(runtime, "pipe_server.ts");
      const answers = output.filter((line) => !line.startsWith("A client"));
      assertEquals(answers, ["ONE", "TWO", "THREE"]);
    },
  },
  "serial_terminal.ts": {
    "lists ports": async (runtime) => {
      const { code, stdout } = await run(runtime, "serial_terminal.ts");
      assertEquals(code, 0);
      for (const line of lines(stdout).filter((line) => line !== "")) {
        assertMatch(line, /^COM\d+ \\Device\\/);
      }
      const absent = await run(runtime, "serial_terminal.ts", "COM4099");
      assertEquals(absent.code, 1);
      assertMatch(absent.stdout, /There is no such port now/);
    },
    "sends a file in blocks": async (runtime) => {
      await using device = await session.serialDevice();
      if (device === undefined) {
        console.log("no serial port can be made in passing on this system");
        return;
      }
      const file = "mod.ts";
      const { length } = readFileSync(join(REPOSITORY, file));
      const args = [device.port, "115200", file];
      const output = await linesOf(runtime, "serial_terminal.ts", ...args);
      const steps = output[0]!.split("\r");
      assertEquals(steps.length, Math.ceil(length / 1024) + 1);
      const all = `[${"#".repeat(40)}] ${length} of ${length} bytes`;
      assertEquals(steps.at(-1), all);
      assertMatch(output[1]!, /^\d+ bytes a second$/);
    },
  },
  "streams.ts": {
    "brings back what it compressed": async (runtime) => {
      assertEquals(await linesOf(runtime, "streams.ts"), [
        "2188890 bytes became less: true",
        "true line 99999 of the log",
      ]);
    },
  },
  "two_signatures.ts": {
    "writes bytes and what is at an address": async (runtime) => {
      assertEquals(await linesOf(runtime, "two_signatures.ts"), [
        "7 bytes from an array",
        "7 bytes from an address",
        '"bytes, address"',
      ]);
    },
  },
  "unbuffered.ts": {
    "ends the file where its bytes end": async (runtime) => {
      assertEquals(await linesOf(runtime, "unbuffered.ts"), [
        "1014 bytes",
        "64 sectors written",
        "64 sectors in the file behind them",
      ]);
    },
  },
  "write_ahead_log.ts": {
    "has what it promised after it was killed, and cuts off what is torn": (
      runtime,
    ) => killLog(windows, runtime, 4),
  },
};

test("every example is run", () => {
  const names = readdirSync(join(REPOSITORY, "examples"));
  assertEquals(names.sort(), Object.keys(EXAMPLES).sort());
  assert(names.length >= 5);
});

for (const runtime of RUNTIMES) {
  for (const [example, promises] of Object.entries(EXAMPLES)) {
    for (const [promise, proof] of Object.entries(promises)) {
      test(`examples/${example} ${promise}, on ${runtime}.exe`, async () => {
        await proof(runtime);
      });
    }
  }
}
