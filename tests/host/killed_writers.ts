// Programs that are killed while they write, and what they must have left: a few times in a test, as often as there is time in a soak.

import { randomInt } from "node:crypto";
import { appendFileSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { createInterface } from "node:readline";
import { assert, assertEquals } from "@std/assert";
import { tempFolder } from "../support/temp_folder.ts";
import {
  type BothRuntimes,
  REPOSITORY,
  RUN,
  windows,
} from "./both_runtimes.ts";

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
  runtime: BothRuntimes,
  program: readonly string[],
  count: number,
): Promise<string[]> {
  const run = await windows.spawn(runtime, [...RUN[runtime], ...program], {
    cwd: REPOSITORY,
    stdout: "pipe",
  });
  const lines: string[] = [];
  let killed: Promise<unknown> | undefined;
  for await (const line of createInterface(run.process.stdout!)) {
    if (lines.push(line) >= count) killed ??= run.kill();
  }
  await (killed ?? run.ended);
  assert(killed !== undefined, `It ended by itself: ${lines.join("\n")}`);
  return lines;
}

/** Returns how many records the log had, all of which were right, and how many bytes were cut off. */
export function foundInLog(line: string): { found: number; cut: number } {
  const [, found, cut] =
    /^(\d+) records, right: true; (\d+) bytes cut off$/.exec(line) ?? [];
  assert(cut !== undefined, line);
  return { found: Number(found), cut: Number(cut) };
}

/**
 * Kills the log of examples/write_ahead_log.ts again and again, and leaves something torn behind it. It must have all that it has
 * promised, in order, and cut the rest off.
 *
 * @param path The log, which exists. A last run of the example says what the last kill has left.
 * @returns How many records the log must have, and how many bytes it must cut off.
 */
export async function killLog(
  runtime: BothRuntimes,
  path: string,
  kills: number,
): Promise<{ promised: number; torn: number }> {
  let [promised, torn] = [0, 0];
  for (let i = 0; i < kills; i++) {
    const [first, ...numbers] = await linesUntilKilled(
      runtime,
      ["examples/write_ahead_log.ts", windows.path(path), "forever"],
      randomInt(2, 300),
    );
    const { found, cut } = foundInLog(first!);
    assert(found >= promised, `${found} of ${promised} records`);
    assert(cut >= torn, `${cut} of ${torn} bytes cut off`);
    promised = Number(numbers.at(-1)) + 1;
    const bytes = TORN[i % TORN.length]!;
    appendFileSync(path, bytes);
    torn = bytes.length;
  }
  return { promised, torn };
}

/** Kills a program that replaces a file by writeFileAtomic(): the file must be whole, and the last one that it was said to be or the next. */
export async function killAtomicWriter(
  runtime: BothRuntimes,
  kills: number,
): Promise<void> {
  using folder = tempFolder();
  const path = folder.file("a.bin");
  const length = 300_000;
  for (let i = 0; i < kills; i++) {
    const lines = await linesUntilKilled(
      runtime,
      [
        "tests/support/programs/atomic_writer.ts",
        windows.path(path),
        String(length),
        "count",
      ],
      randomInt(1, 40),
    );
    const content = readFileSync(path);
    assertEquals(content.length, length);
    const last = Number(lines.at(-1));
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
}
