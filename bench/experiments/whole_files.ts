// Whole files: records, lines of text, and streams. An operation is a record, a line, a chunk; a lap is a file.

import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Experiment } from "../experiment.ts";
import { contestantOf } from "../loops.ts";
import { plainBytes } from "../memory.ts";
import type { Experiment as Name, Point } from "../schema.ts";
import { type Bytes, type Contestant, failed, type Way } from "../way.ts";
import { STREAM_WAYS, WHOLE_FILE_WAYS } from "../ways.ts";
import { lengthOf, LINE_BYTES, LineCounter, textsOf } from "./lines.ts";
import {
  readRecords,
  readStructs,
  RECORD,
  sumOf,
  writeRecords,
  writeStructs,
} from "./records.ts";

/** How large the buffer is between a file and what is in it. */
const BUFFER_SIZE = 65_536;

const NODE_FS = WHOLE_FILE_WAYS.at(-1)!;

type Run = Contestant["run"];

interface Content {
  readonly ways: readonly Way[];
  points(quick: boolean): Pick<Point, "pattern" | "bytes">[];
  /** How many things a file holds. */
  count(quick: boolean, point: Point): number;
  /** Makes what a file is written from. A piece is written before the next is asked for. */
  pieces(count: number, way: Way, point: Point): Iterable<Bytes>;
  /** Makes what takes the pieces of a file, and says at its end whether they were whole. */
  reader(count: number, way: Way, point: Point): {
    take(bytes: Bytes): void;
    isWhole(): boolean;
  };
  inC?(library: string, path: string, point: Point): Run;
}

function wholeFiles(experiment: Name, content: Content): Experiment {
  return {
    points: (quick, runtime) =>
      content.points(quick).flatMap((rest) =>
        (["write", "read"] as const).map((operation): Point => ({
          ...{ experiment, runtime, operation, depth: 1, ...rest },
        }))
      ),
    ways: () => content.ways,
    pace: (point, { quick, milliseconds }) => ({
      loop: `${experiment} ${point.operation}`,
      ...{ lap: content.count(quick, point), wholeFiles: true },
      ...{ shortestTurn: 1, milliseconds: (quick ? 2 : 4) * milliseconds },
      ...quick
        ? { warmUp: 20, compiling: 50, cpu: 35 }
        : { warmUp: 100, compiling: 300, cpu: 200 },
    }),
    prepare(point, { folder, quick, library }) {
      const path = join(folder, "whole.bin");
      const writes = point.operation === "write";
      if (!writes) {
        const make = withCalls(content, NODE_FS, path, {
          ...{ ...point, operation: "write" },
        });
        make(content.count(quick, point), 0);
      }
      return (way) => ({
        run: way.name === "C"
          ? content.inC!(library!, path, point)
          : STREAM_WAYS.includes(way)
          ? withStreams(content, way, path, point)
          : withCalls(content, way, path, point),
        // The file is new for everybody: Bun's writer empties none.
        rewind: () => writes ? rmSync(path, { force: true }) : undefined,
        close() {},
      });
    },
  };
}

function withCalls(
  content: Content,
  way: Way,
  path: string,
  point: Point,
): (count: number, first: number) => void {
  const create = point.operation === "write";
  return (count) => {
    const file = way.openSync!(path, { pattern: "buffered", create });
    if (create) {
      for (const bytes of content.pieces(count, way, point)) {
        if (file.write(bytes) !== bytes.length) failed(way.name);
      }
    } else {
      const buffer = new Uint8Array(BUFFER_SIZE);
      const reader = content.reader(count, way, point);
      for (let n; (n = file.read(buffer));) reader.take(buffer.subarray(0, n));
      if (!reader.isWhole()) failed(way.name);
    }
    file.close();
  };
}

function withStreams(
  content: Content,
  way: Way,
  path: string,
  point: Point,
): Run {
  const { write, readable } = way.streams!;
  const { pattern, operation } = point;
  const chunk = Math.max(point.bytes, BUFFER_SIZE);
  if (operation === "write") {
    return (count) =>
      write(path, pattern, chunk, content.pieces(count, way, point));
  }
  return async (count) => {
    const { take, isWhole } = content.reader(count, way, point);
    const stream = await readable(path, pattern, chunk);
    if (stream instanceof ReadableStream) {
      await stream.pipeTo(new WritableStream({ write: take }));
    } else {
      for await (const chunk of stream) take(chunk);
    }
    if (!isWhole()) failed(way.name);
  };
}

const [SYNC_FILE, ...OTHERS] = WHOLE_FILE_WAYS as [Way, ...Way[]];
const STRUCT: Way = { ...SYNC_FILE, name: "SyncFile, struct()" };

/** Records of a structure, packed into bytes. */
export const records: Experiment = wholeFiles("records", {
  ways: [SYNC_FILE, STRUCT, ...OTHERS],
  points: () => [{ pattern: "buffered", bytes: RECORD }],
  count: (quick) => quick ? 10_000 : 100_000,
  pieces: (count, way) =>
    (way === STRUCT ? writeStructs : writeRecords)(BUFFER_SIZE, count),
  reader(count, way) {
    const read = way === STRUCT ? readStructs : readRecords;
    let sum = 0;
    return {
      take: (bytes) => void (sum += read(bytes)),
      isWhole: () => sum === sumOf(count),
    };
  },
});

/** Lines that are encoded and written, or read and decoded. */
export const text: Experiment = wholeFiles("text", {
  ways: [...WHOLE_FILE_WAYS, ...STREAM_WAYS.slice(1)],
  points: () => [{ pattern: "buffered", bytes: LINE_BYTES }],
  count: (quick) => quick ? 3000 : 100_000,
  *pieces(count) {
    const encoder = new TextEncoder();
    for (const text of textsOf(count, BUFFER_SIZE)) yield encoder.encode(text);
  },
  reader(count) {
    const decoder = new TextDecoder();
    const counter = new LineCounter();
    return {
      take: (bytes) => counter.take(decoder.decode(bytes, { stream: true })),
      isWhole: () => counter.isWhole(count, lengthOf(count)),
    };
  },
});

const KIB = 1024;

/** Whole files through streams, which C does without: chunk after chunk. */
export const streams: Experiment = wholeFiles("streams", {
  ways: STREAM_WAYS,
  points: (quick) =>
    // This module's chunks have 256 KiB if nothing is said; Deno's 64 KiB at most, whatever is said.
    (["buffered", "unbuffered"] as const).flatMap((pattern) =>
      (quick ? [256] : [16, 64, 256, 1024]).map((size) => ({
        ...{ pattern, bytes: size * KIB },
      }))
    ),
  count: (quick, { bytes }) => (quick ? 2048 : 16_384) * KIB / bytes,
  pieces: (count, _way, { bytes }) =>
    Array<Bytes>(count).fill(plainBytes(bytes)),
  reader(count, _way, { bytes }) {
    let length = 0;
    return {
      take: (chunk) => void (length += chunk.length),
      isWhole: () => length === count * bytes,
    };
  },
  inC: (library, path, { operation, pattern, bytes }) => async (count) => {
    const contestant = await contestantOf(STREAM_WAYS[0]!, {
      ...{ writes: operation === "write", pattern, paths: [path], library },
      ...{ length: bytes, views: 1, offsets: 1, positional: false },
      ...{ append: false, create: operation === "write" },
    });
    await contestant.run(count, 0);
    await contestant.close();
  },
});
