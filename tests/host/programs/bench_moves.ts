// bench_moves.ts FOLDER LIBRARY
//
// Has every way of the bench do its work once, small, and prints a line of JSON for each: what it did, and what was wrong with it.

import {
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import process from "node:process";
import type { Candidate, Contestant } from "../../../bench/contestant.ts";
import { WAYS as GATHER } from "../../../bench/experiments/gather.ts";
import { WAYS as OVERLAPPED } from "../../../bench/experiments/overlapped.ts";
import { WAYS as TRANSFER } from "../../../bench/experiments/transfer.ts";
import { alignedMemory, FILLING } from "../../../bench/memory.ts";
import type { OverlappedTask } from "../../../bench/overlapped/task.ts";
import { WAYS as RECORDS } from "../../../bench/records/ways.ts";
import { RUNTIME } from "../../../bench/runtime.ts";
import type {
  Experiment,
  Operation,
  Pattern,
  Point,
  Way,
} from "../../../bench/schema.ts";
import { WAYS as STREAMS } from "../../../bench/streaming/ways.ts";
import { WAYS as TEXT } from "../../../bench/text/ways.ts";
import type { WholeFileTask } from "../../../bench/whole_file.ts";

/** What was tried, and what was wrong. */
export interface Tried {
  readonly experiment: Experiment;
  readonly operation: Operation;
  readonly pattern: Pattern;
  readonly way: Way;
  readonly problem?: string;
}

const LAP = 4;
const BYTES = 4096;
const PATTERNS: readonly Pattern[] = [
  ...["buffered", "sequential", "unbuffered", "write-through"] as const,
  ...["unbuffered write-through", "preallocated"] as const,
];

const [folder = "", library = ""] = process.argv.slice(2);
const path = join(folder, "moves.bin");

for (const pattern of PATTERNS) {
  await tryTransfers(pattern, ["write", "append", "rewrite", "rewrite at"]);
  await tryTransfers(pattern, ["read", "read at"]);
}
for (const pattern of ["buffered", "unbuffered"] as const) {
  const operations = ["rewrite at", "read at"] as const;
  for (const operation of operations) {
    await tryOverlapped("overlapped", OVERLAPPED, operation, pattern, BYTES, 3);
  }
}
for (const operation of ["rewrite", "read"] as const) {
  await tryOverlapped(
    "overlapped",
    OVERLAPPED,
    operation,
    "buffered",
    BYTES,
    1,
  );
}
for (const operation of ["gather", "scatter"] as const) {
  const pages = 4 * BYTES;
  await tryOverlapped("gather", GATHER, operation, "unbuffered", pages, 1);
}
await tryWholeFiles("records", RECORDS, 3000);
await tryWholeFiles("text", TEXT, 3000);
for (const pattern of ["buffered", "unbuffered"] as const) {
  await tryStreams(pattern);
}
rmSync(path, { force: true });
process.exit(0);

async function tryTransfers(
  pattern: Pattern,
  operations: readonly Operation[],
): Promise<void> {
  for (const operation of operations) {
    if (pattern === "preallocated" && operation !== "write") continue;
    const size = (LAP + 1) * BYTES;
    const reads = operation.startsWith("read");
    const grows = operation === "write" || operation === "append";
    const { bytes } = alignedMemory(BYTES);
    await tryAll("transfer", TRANSFER, operation, pattern, {
      ...{ operation, pattern, path, bytes, size, library },
    }, async (contestant) => {
      bytes.fill(reads ? 0 : FILLING);
      // The first lap must leave nothing behind for the second.
      for (let lap = 0; lap < 2; lap++) {
        await contestant.rewind?.();
        await contestant.run(1, 0);
        await contestant.run(LAP, 1);
      }
      if (!reads) return whatIsNot(FILLING, size);
      return bytes.every((byte) => byte === LAP + 1)
        ? undefined
        : "The last block was not read";
    }, () => {
      if (grows) return writeFileSync(path, "");
      const content = new Uint8Array(size);
      if (reads) {
        for (let i = 0; i <= LAP; i++) {
          content.fill(i + 1, i * BYTES, (i + 1) * BYTES);
        }
      }
      writeFileSync(path, content);
    });
  }
}

async function tryOverlapped(
  experiment: Experiment,
  ways: readonly Candidate<OverlappedTask>[],
  operation: Operation,
  pattern: Pattern,
  bytes: number,
  depth: number,
): Promise<void> {
  const count = 7;
  const reads = operation.startsWith("read") || operation === "scatter";
  await tryAll(experiment, ways, operation, pattern, {
    ...{ operation, pattern, path, bytes, depth, library },
  }, async (contestant) => {
    await contestant.rewind?.();
    await contestant.run(count, 0);
    if (!reads) return whatIsNot(FILLING, count * bytes);
    const times = new Float64Array(count);
    await contestant.rewind?.();
    await contestant.timed?.(times, count, 0);
    if (contestant.timed && times.some((time) => time <= 0)) {
      return "An operation took no time";
    }
    truncateSync(path, (count - 1) * bytes);
    await contestant.rewind?.();
    return await complaintOf(contestant, count);
  }, () => writeFileSync(path, new Uint8Array(count * bytes)));
}

/** Files of each way must be the same, readable to all, and found out when the last byte is missing. */
async function tryWholeFiles(
  experiment: Experiment,
  ways: readonly Candidate<WholeFileTask>[],
  count: number,
): Promise<void> {
  let expected: Uint8Array | undefined;
  const task = { path, library };
  await tryAll(experiment, ways, "write", "buffered", {
    ...task,
    writes: true,
  }, async (contestant) => {
    await contestant.rewind?.();
    await contestant.run(count, 0);
    const content = readFileSync(path);
    expected ??= content;
    return content.equals(expected) && content.length > 64 * 1024
      ? undefined
      : "The file is not what C wrote";
  }, () => {});
  await tryAll(experiment, ways, "read", "buffered", {
    ...task,
    writes: false,
  }, async (contestant) => {
    await contestant.run(count, 0);
    truncateSync(path, expected!.length - 128);
    return await complaintOf(contestant, count);
  }, () => writeFileSync(path, expected!));
}

async function tryStreams(pattern: Pattern): Promise<void> {
  const count = 5;
  const bytes = 65_536;
  for (const operation of ["write", "read"] as const) {
    const writes = operation === "write";
    await tryAll("streams", STREAMS, operation, pattern, {
      ...{ writes, pattern, path, bytes, library },
    }, async (contestant) => {
      await contestant.rewind?.();
      await contestant.run(count, 0);
      if (writes) return whatIsNot(FILLING, count * bytes);
      truncateSync(path, (count - 1) * bytes);
      return await complaintOf(contestant, count);
    }, () => writeFileSync(path, new Uint8Array(count * bytes)));
  }
}

async function tryAll<Task>(
  experiment: Experiment,
  ways: readonly Candidate<Task>[],
  operation: Operation,
  pattern: Pattern,
  task: Task,
  act: (contestant: Contestant) => Promise<string | undefined>,
  prepare: () => void,
): Promise<void> {
  const point: Point = {
    ...{ experiment, runtime: RUNTIME, operation, pattern, bytes: BYTES },
    depth: 1,
  };
  for (const candidate of ways) {
    const { way, runtimes, refuses, lacks } = candidate;
    if (!runtimes.includes(RUNTIME) || refuses?.(point)) continue;
    let problem = lacks?.();
    if (problem === undefined) {
      prepare();
      try {
        const contestant = await candidate.prepare(task);
        problem = await act(contestant);
        await contestant.close();
      } catch (error) {
        problem = String(error);
      }
    }
    const tried: Tried = {
      ...{ experiment, operation, pattern, way },
      ...problem !== undefined && { problem },
    };
    writeSync(1, `${JSON.stringify(tried)}\n`);
  }
}

/** Tells what is wrong with a file that is to have so many bytes of one kind. */
function whatIsNot(byte: number, size: number): string | undefined {
  const content = readFileSync(path);
  if (content.length !== size) {
    return `The file has ${content.length} bytes, not ${size}`;
  }
  const at = content.findIndex((value) => value !== byte);
  return at === -1 ? undefined : `Byte ${at} was not written`;
}

/** Tells if a contestant does not complain about a file that is too short. */
async function complaintOf(
  contestant: Contestant,
  count: number,
): Promise<string | undefined> {
  try {
    await contestant.run(count, 0);
  } catch {
    return undefined;
  }
  return "Nobody complained about a file that was too short";
}
