import { createReadStream, createWriteStream } from "node:fs";
import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { open } from "../../mod.ts";
import { type Candidate, failed } from "../contestant.ts";
import { bind } from "../foreign.ts";
import { Bun, Deno } from "../globals.ts";
import {
  closeHandle,
  type HandleOptions,
  openHandle,
  PATTERN_FLAGS,
} from "../handle.ts";
import { alignedMemory, plainBytes } from "../memory.ts";
import type { Pattern, Point, Runtime, Way } from "../schema.ts";
import { PATTERN_OPTIONS } from "../transfer/ours.ts";
import { refusesPattern } from "../transfer/runtimes.ts";
import { renew } from "../whole_file.ts";

/** What every way is given. */
export interface StreamTask {
  readonly writes: boolean;
  readonly pattern: Pattern;
  readonly path: string;
  /** The length of a chunk, where it can be chosen. */
  readonly bytes: number;
  readonly library: string | undefined;
}

type Bytes = Uint8Array<ArrayBuffer>;

/** How a way streams. */
interface StreamWay {
  /** Writes a new file of so many chunks. */
  write(task: StreamTask, count: number, chunk: Bytes): Promise<void>;
  /** Reads a file, and returns how long it is. */
  read(task: StreamTask): Promise<number>;
}

const NEW = { write: true, create: true, truncate: true } as const;

/** All ways to stream a file. */
export const WAYS: readonly Candidate<StreamTask>[] = [
  native(),
  way("OverlappedFile stream", ["deno", "bun"], () => undefined, {
    async write({ path, pattern, bytes }, count, chunk) {
      const file = await open(path, { ...NEW, ...PATTERN_OPTIONS[pattern] });
      const writable = file.createWritable({ chunkSize: bytes });
      await source(count, chunk).pipeTo(writable);
    },
    async read({ path, pattern, bytes }) {
      const file = await open(path, {
        read: true,
        ...PATTERN_OPTIONS[pattern],
      });
      return await drain(file.createReadable({ chunkSize: bytes }));
    },
  }),
  way("Deno.FsFile stream", ["deno"], refusal("Deno.open()"), {
    async write({ path }, count, chunk) {
      const file = await Deno.open(path, NEW);
      await source(count, chunk).pipeTo(file.writable);
    },
    async read({ path }) {
      const file = await Deno.open(path, { read: true });
      return await drain(file.readable);
    },
  }),
  way("Bun.file", ["bun"], refusal("Bun.file()"), {
    async write({ path, bytes }, count, chunk) {
      const writer = Bun.file(path).writer({ highWaterMark: bytes });
      for (let i = 0; i < count; i++) {
        writer.write(chunk);
        await writer.flush();
      }
      await writer.end();
    },
    read: ({ path }) => drain(Bun.file(path).stream()),
  }),
  way("node:fs stream", ["deno", "bun", "node"], refusal("node:fs"), {
    async write({ path, bytes }, count, chunk) {
      const chunks = Array.from({ length: count }, () => chunk);
      const stream = createWriteStream(path, { highWaterMark: bytes });
      await pipeline(Readable.from(chunks), stream);
    },
    async read({ path, bytes }) {
      let length = 0;
      const sink = new Writable({
        write(chunk: Uint8Array, _encoding, done) {
          length += chunk.length;
          done();
        },
      });
      await pipeline(createReadStream(path, { highWaterMark: bytes }), sink);
      return length;
    },
  }),
];

/** Streams of the runtimes take memory of their own, which unbuffered files do not. */
function refusal(name: string): (point: Point) => string | undefined {
  return (point) => refusesPattern(name, point);
}

function way(
  name: Way,
  runtimes: readonly Runtime[],
  refuses: (point: Point) => string | undefined,
  { write, read }: StreamWay,
): Candidate<StreamTask> {
  return {
    ...{ way: name, runtimes, refuses },
    prepare(task) {
      const chunk = plainBytes(task.bytes);
      return {
        run: task.writes
          ? (count) => write(task, count, chunk)
          : async (count) => {
            if (await read(task) !== count * task.bytes) failed(name);
          },
        rewind: () => renew(task.path, task.writes),
        close() {},
      };
    },
  };
}

/** A stream of so many chunks. */
function source(count: number, chunk: Bytes): ReadableStream<Bytes> {
  let left = count;
  return new ReadableStream({
    pull(controller) {
      controller.enqueue(chunk);
      if (--left === 0) controller.close();
    },
  }, { highWaterMark: 0 });
}

async function drain(stream: ReadableStream<Bytes>): Promise<number> {
  let length = 0;
  await stream.pipeTo(
    new WritableStream({
      write(chunk) {
        length += chunk.length;
      },
    }),
  );
  return length;
}

interface Library {
  transfer(
    file: bigint,
    bytes: Uint8Array,
    length: number,
    kind: number,
    first: number,
    count: number,
  ): number;
}

/** C, which needs no streams: chunk after chunk. */
function native(): Candidate<StreamTask> {
  return {
    way: "C",
    runtimes: ["deno", "bun", "node"],
    prepare({ writes, pattern, path, bytes, library = "" }) {
      const { transfer } = bind<Library>(library, {
        transfer: ["u64", "buffer", "u32", "i32", "i32", "i32"],
      });
      const options: HandleOptions = {
        flags: PATTERN_FLAGS[pattern],
        create: writes,
      };
      const memory = pattern.startsWith("unbuffered")
        ? alignedMemory(bytes).bytes
        : plainBytes(bytes);
      return {
        run(count) {
          const file = openHandle(path, options);
          const kind = writes ? 1 : 0;
          if (transfer(file, memory, bytes, kind, 0, count) !== count) {
            failed("C");
          }
          closeHandle(file);
        },
        rewind: () => renew(path, writes),
        close() {},
      };
    },
  };
}
