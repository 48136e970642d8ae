// Programs that are killed while they write, and what they must have left: a few times in a test, as often as there is time in a soak.

import { randomInt } from "node:crypto";
import {
  appendFileSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname } from "node:path";
import { createInterface } from "node:readline";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { tempFolder } from "../support/temp_folder.ts";
import type { Windows } from "../../tools/windows/mod.ts";
import {
  type BothRuntimes,
  lines,
  LONGEST_RUN,
  REPOSITORY,
  RUN,
} from "./runtimes.ts";

/** What a crash may leave behind the last record of a log. */
const TORN: readonly Uint8Array[] = [
  new Uint8Array(0),
  new Uint8Array(5000),
  // A sum and a length, without data.
  Uint8Array.of(1, 2, 3, 4, 100, 0, 0, 0),
  // A length beyond the end.
  new Uint8Array(20).fill(255),
];

/** Runs a program, and kills it after so many lines. Returns all that it printed before it was dead. */
export async function linesUntilKilled(
  windows: Windows,
  runtime: BothRuntimes,
  program: readonly string[],
  count: number,
): Promise<string[]> {
  const run = await windows.spawn(runtime, [...RUN[runtime], ...program], {
    cwd: REPOSITORY,
    stdout: "pipe",
  });
  const printed: string[] = [];
  let killed: Promise<unknown> | undefined;
  for await (const line of createInterface(run.process.stdout!)) {
    if (printed.push(line) >= count) killed ??= run.kill();
  }
  await (killed ?? run.ended);
  assert(killed !== undefined, `It ended by itself: ${printed.join("\n")}`);
  return printed;
}

const LOG = "examples/write_ahead_log.ts";

/**
 * Kills the log of examples/write_ahead_log.ts again and again, and leaves something torn behind it. Opened again, it must have all
 * that it has promised, in order, and cut the rest off. It grows by some 300 KB with each kill. Returns how many records were promised.
 */
export async function killLog(
  windows: Windows,
  runtime: BothRuntimes,
  kills: number,
): Promise<number> {
  using folder = tempFolder();
  const path = folder.file("log");
  writeFileSync(path, "");
  let [promised, torn] = [0, 0];
  const check = (line: string) => {
    const [, found, cut] =
      /^(\d+) records, right: true; (\d+) bytes cut off$/.exec(line) ?? [];
    assert(cut !== undefined, line);
    assert(Number(found) >= promised, `${line}; promised: ${promised}`);
    assert(Number(cut) >= torn, `${line}; torn: ${torn}`);
  };
  for (let i = 0; i < kills; i++) {
    const [first, ...numbers] = await linesUntilKilled(
      windows,
      runtime,
      [LOG, windows.path(path), "forever"],
      randomInt(2, 300),
    );
    check(first!);
    promised = Number(numbers.at(-1)) + 1;
    const bytes = TORN[i % TORN.length]!;
    appendFileSync(path, bytes);
    torn = bytes.length;
  }
  const program = [...RUN[runtime], LOG, windows.path(path)];
  const { stdout, stderr } = await windows.run(runtime, program, {
    cwd: REPOSITORY,
    stdout: "pipe",
    stderr: "pipe",
    timeout: LONGEST_RUN,
  });
  const [first, last] = lines(stdout);
  assertMatch(
    last ?? "",
    /^1000 records more, by 63 writes in \d+ ms$/,
    stdout + stderr,
  );
  check(first!);
  return promised;
}

/**
 * Kills a program that replaces a file by writeFileAtomic(): the file must be whole, and the last one that it was said to be or the
 * next. Returns how often it was said to be replaced.
 */
export async function killAtomicWriter(
  windows: Windows,
  runtime: BothRuntimes,
  kills: number,
): Promise<number> {
  using folder = tempFolder();
  const path = folder.file("a.bin");
  const length = 300_000;
  let promised = 0;
  for (let i = 0; i < kills; i++) {
    const numbers = await linesUntilKilled(
      windows,
      runtime,
      [
        "tests/host/programs/atomic_writer.ts",
        windows.path(path),
        String(length),
      ],
      randomInt(1, 40),
    );
    const content = readFileSync(path);
    assertEquals(content.length, length);
    promised += numbers.length;
    const last = Number(numbers.at(-1));
    const value = content[0]!;
    assert(
      [last, last + 1].some((n) => n % 251 + 1 === value),
      `${value} after ${last}`,
    );
    assert(content.every((byte) => byte === value));
    for (const name of readdirSync(dirname(path))) {
      assert(
        name === basename(path) || /^a\.bin\.[0-9a-f-]{13}\.tmp$/.test(name),
        name,
      );
    }
  }
  return promised;
}
