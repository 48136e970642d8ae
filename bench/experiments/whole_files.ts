// Whole files: records, lines of text, and streams. An operation is a record, a line, a chunk; a lap is a file.

import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Experiment } from "../experiment.ts";
import { makeFile } from "../files.ts";
import { bind } from "../foreign.ts";
import { handleFile } from "../handle.ts";
import { viewsOf } from "../loops.ts";
import type { Experiment as Name, Point } from "../schema.ts";
import {
  type Bytes,
  type Contestant,
  failed,
  type StreamAccess,
  type Way,
} from "../way.ts";
import { STREAM_WAYS, WHOLE_FILE_WAYS } from "../ways.ts";
import { contestantOf } from "../loops.ts";
import {
  lengthOf,
  LINE_BYTES,
  LINE_TEXT,
  LineCounter,
  LINES,
  textsOf,
} from "./lines.ts";
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

/** What a file holds, and how it is written and read. */
interface Content {
  /** The length of a thing, on average. */
  readonly bytes: number;
  /** How many a file holds, in a short run and in a long one. */
  readonly counts: readonly [quick: number, full: number];
  ways: readonly Way[];
  /** Makes what a file is written from. A piece is written before the next is asked for. */
  pieces(count: number, way: Way): Iterable<Bytes>;
  /** Makes what takes the pieces of a file, and returns at its end whether they were whole. */
  reader(count: number, way: Way): {
    take(bytes: Bytes): void;
    isWhole(): boolean;
  };
  inC(library: string, file: bigint, writes: boolean, count: number): boolean;
}

function wholeFiles(experiment: Name, content: Content): Experiment {
  const { bytes, counts, ways } = content;
  return {
    points: (_quick, runtime) =>
      (["write", "read"] as const).map((operation): Point => ({
        ...{ experiment, runtime, operation, pattern: "buffered", bytes },
        depth: 1,
      })),
    ways: () => ways,
    pace: ({ operation }, { quick, milliseconds }) => ({
      loop: `${experiment} ${operation}`,
      ...{ lap: counts[quick ? 0 : 1], wholeFiles: true, shortestTurn: 1 },
      ...quick
        ? { milliseconds: 2 * milliseconds, warmUp: 20, compiling: 60, cpu: 35 }
        : {
          milliseconds: 4 * milliseconds,
          ...{ warmUp: 100, compiling: 400, cpu: 200 },
        },
    }),
    prepare({ operation }, { folder, quick, library }) {
      const path = join(folder, "whole.bin");
      const writes = operation === "write";
      if (!writes) {
        const nodeFs = ways.find(({ name }) => name === "node:fs")!;
        inPieces(content, nodeFs, path, true).run(counts[quick ? 0 : 1], 0);
      }
      return (way) => ({
        ...way.name === "C"
          ? inC(content, library!, path, writes)
          : way.openSync
          ? inPieces(content, way, path, writes)
          : inStreams(content, way, path, writes),
        // The file is new for everybody: Bun's writer empties none.
        rewind: () => writes ? rmSync(path, { force: true }) : undefined,
      });
    },
  };
}

type Runner = Pick<Contestant, "run" | "close">;

function inC(
  content: Content,
  library: string,
  path: string,
  writes: boolean,
): Runner {
  return {
    run(count) {
      const file = handleFile(path, { pattern: "buffered", create: writes });
      if (!content.inC(library, file.handle, writes, count)) failed("C");
      file.close();
    },
    close() {},
  };
}

/** With a buffer and synchronous calls. */
function inPieces(
  content: Content,
  way: Way,
  path: string,
  writes: boolean,
): Runner {
  const how = { pattern: "buffered", create: writes } as const;
  return {
    run: writes
      ? (count) => {
        const file = way.openSync!(path, how);
        for (const bytes of content.pieces(count, way)) {
          if (file.write(bytes) !== bytes.length) failed(way.name);
        }
        file.close();
      }
      : (count) => {
        const file = way.openSync!(path, how);
        const buffer = new Uint8Array(BUFFER_SIZE);
        const reader = content.reader(count, way);
        for (let n; (n = file.read(buffer)); n) {
          reader.take(buffer.subarray(0, n));
        }
        if (!reader.isWhole()) failed(way.name);
        file.close();
      },
    close() {},
  };
}

function inStreams(
  content: Content,
  way: Way,
  path: string,
  writes: boolean,
): Runner {
  const { write, readable } = way.streams!;
  return {
    run: writes
      ? (count) =>
        write(path, "buffered", BUFFER_SIZE, content.pieces(count, way))
      : async (count) => {
        const reader = content.reader(count, way);
        await drain(await readable(path, "buffered", BUFFER_SIZE), reader.take);
        if (!reader.isWhole()) failed(way.name);
      },
    close() {},
  };
}

async function drain(
  stream: Awaited<ReturnType<StreamAccess["readable"]>>,
  take: (chunk: Bytes) => void,
): Promise<void> {
  if (stream instanceof ReadableStream) {
    return await stream.pipeTo(new WritableStream({ write: take }));
  }
  for await (const chunk of stream) take(chunk);
}

/** Files that take so many bytes of what a piece of the program makes. */
const [NATIVE, SYNC_FILE, ...OTHERS] = WHOLE_FILE_WAYS as [Way, Way, ...Way[]];
const STRUCT = { ...SYNC_FILE, name: "SyncFile, struct()" } as const;

interface Records {
  records_write(
    ...args: [file: bigint, buffer: Bytes, size: number, count: number]
  ): number;
  records_read(
    ...args: [file: bigint, buffer: Bytes, size: number, sum: Bytes]
  ): number;
}

/** Records of a structure, packed into bytes. */
export const records: Experiment = wholeFiles("records", {
  ...{ bytes: RECORD, counts: [10_000, 100_000] },
  ways: [NATIVE, SYNC_FILE, STRUCT, ...OTHERS],
  pieces: (count, { name }) =>
    name === STRUCT.name
      ? writeStructs(BUFFER_SIZE, count)
      : writeRecords(BUFFER_SIZE, count),
  reader(count, { name }) {
    const read = name === STRUCT.name ? readStructs : readRecords;
    let sum = 0;
    return {
      take: (bytes) => void (sum += read(bytes)),
      isWhole: () => sum === sumOf(count),
    };
  },
  inC(library, file, writes, count) {
    const { records_write, records_read } = bind<Records>(library, {
      records_write: ["u64", "buffer", "u32", "i32"],
      records_read: ["u64", "buffer", "u32", "buffer"],
    });
    const buffer = new Uint8Array(BUFFER_SIZE);
    if (writes) {
      return records_write(file, buffer, BUFFER_SIZE, count) === count;
    }
    const sum = new Float64Array(1);
    records_read(file, buffer, BUFFER_SIZE, new Uint8Array(sum.buffer));
    return sum[0] === sumOf(count);
  },
});

interface Text {
  text_write(
    ...args: [
      ...[file: bigint, buffer: Bytes, size: number, lines: Bytes],
      ...[ends: Bytes, lineCount: number, count: number],
    ]
  ): number;
  text_read(
    ...args: [file: bigint, buffer: Bytes, size: number, length: Bytes]
  ): number;
}

/** Where each line ends. */
const ENDS = new Uint8Array(
  Uint32Array.from(
    [...LINE_TEXT.entries()].filter(([, byte]) => byte === 0x0A),
    ([i]) => i + 1,
  ).buffer,
);

/** Lines that are encoded and written, or read and decoded. */
export const text: Experiment = wholeFiles("text", {
  ...{ bytes: LINE_BYTES, counts: [3000, 100_000] },
  ways: [...WHOLE_FILE_WAYS, ...STREAM_WAYS.slice(1)],
  *pieces(count) {
    const encoder = new TextEncoder();
    for (const text of textsOf(count, BUFFER_SIZE)) yield encoder.encode(text);
  },
  reader(count) {
    const decoder = new TextDecoder();
    const counter = new LineCounter();
    return {
      take: (bytes) => counter.take(decoder.decode(bytes, { stream: true })),
      isWhole: () => counter.isWhole(count, lengthOf(count, "units")),
    };
  },
  inC(library, file, writes, count) {
    const { text_write, text_read } = bind<Text>(library, {
      text_write: [
        ...["u64", "buffer", "u32", "buffer", "buffer", "i32", "i32"] as const,
      ],
      text_read: ["u64", "buffer", "u32", "buffer"],
    });
    const buffer = new Uint8Array(BUFFER_SIZE);
    const { length } = LINES;
    if (writes) {
      return text_write(
        ...[file, buffer, BUFFER_SIZE, LINE_TEXT, ENDS, length, count] as const,
      ) === count;
    }
    const sum = new Float64Array(1);
    const bytes = new Uint8Array(sum.buffer);
    return text_read(file, buffer, BUFFER_SIZE, bytes) === count &&
      sum[0] === lengthOf(count, "bytes");
  },
});

const KIB = 1024;
const STREAMED = [2048 * KIB, 16_384 * KIB] as const;

/** Whole files through streams. C needs none: chunk after chunk. */
export const streams: Experiment = {
  points(quick, runtime) {
    // This module's chunks have 256 KiB if nothing is said; Deno's 64 KiB at most, whatever is said.
    const sizes = quick ? [256] : [16, 64, 256, 1024];
    const patterns = ["buffered", "unbuffered"] as const;
    return patterns.slice(0, runtime === "node" ? 1 : 2).flatMap((pattern) =>
      (["write", "read"] as const).flatMap((operation) =>
        sizes.map((size): Point => ({
          ...{ experiment: "streams", runtime, operation, pattern },
          ...{ bytes: size * KIB, depth: 1 },
        }))
      )
    );
  },
  ways: () => STREAM_WAYS,
  pace: ({ operation, bytes }, { quick, milliseconds }) => ({
    loop: `streams ${operation}`,
    lap: STREAMED[quick ? 0 : 1] / bytes,
    ...{ wholeFiles: true, shortestTurn: 1 },
    ...quick
      ? { milliseconds: 2 * milliseconds, warmUp: 20, compiling: 40, cpu: 40 }
      : {
        milliseconds: 4 * milliseconds,
        ...{ warmUp: 100, compiling: 200, cpu: 150 },
      },
  }),
  prepare({ operation, pattern, bytes }, { folder, quick, library }) {
    const writes = operation === "write";
    const size = STREAMED[quick ? 0 : 1];
    const path = makeFile(folder, "stream.bin", writes ? 0 : size);
    const job = {
      ...{ writes, pattern, paths: [path], length: bytes, views: 1, library },
      ...{ positional: false, append: false, offsets: 1, create: writes },
    };
    return (way): Contestant | Promise<Contestant> => {
      const rewind = () => writes ? rmSync(path, { force: true }) : undefined;
      if (way.name === "C") {
        const run = async (count: number) => {
          const contestant = await contestantOf(way, job);
          await contestant.run(count, 0);
          await contestant.close();
        };
        return { run, rewind, close() {} };
      }
      const { write, readable } = way.streams!;
      const [chunk] = viewsOf({ ...job, ordinary: true }).views as [Bytes];
      return {
        run: writes
          ? (count) =>
            write(path, pattern, bytes, Array<Bytes>(count).fill(chunk))
          : async (count) => {
            let length = 0;
            const stream = await readable(path, pattern, bytes);
            await drain(stream, (chunk) => void (length += chunk.length));
            if (length !== count * bytes) failed(way.name);
          },
        rewind,
        close() {},
      };
    };
  },
};
