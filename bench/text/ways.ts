import { createReadStream, createWriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream/promises";
import { open } from "../../mod.ts";
import { type Candidate, type Contestant, failed } from "../contestant.ts";
import { bind } from "../foreign.ts";
import { Bun, Deno } from "../globals.ts";
import { closeHandle, openHandle } from "../handle.ts";
import type { Runtime, Way } from "../schema.ts";
import {
  BUFFER_SIZE,
  openDeno,
  openNode,
  openOurs,
  type OpenWhole,
  renew,
  type WholeFileTask,
} from "../whole_file.ts";
import { lengthOf, LINE_TEXT, LineCounter, LINES, textsOf } from "./lines.ts";

const NEW = { write: true, create: true, truncate: true } as const;

/** All ways to write and read lines of text. */
export const WAYS: readonly Candidate<WholeFileTask>[] = [
  { way: "C", runtimes: ["deno", "bun", "node"], prepare: prepareNative },
  atOnce("SyncFile", ["deno", "bun"], openOurs),
  way("OverlappedFile stream", ["deno", "bun"], {
    async write(path, count) {
      const file = await open(path, NEW);
      await textStream(count).pipeThrough(new TextEncoderStream())
        .pipeTo(file.writable);
    },
    async read(path, counter) {
      const file = await open(path);
      await readText(file.readable, counter);
    },
  }),
  atOnce("Deno.FsFile", ["deno"], openDeno),
  way("Deno.FsFile stream", ["deno"], {
    async write(path, count) {
      const file = await Deno.open(path, NEW);
      await textStream(count).pipeThrough(new TextEncoderStream())
        .pipeTo(file.writable);
    },
    async read(path, counter) {
      const file = await Deno.open(path, { read: true });
      await readText(file.readable, counter);
    },
  }),
  way("Bun.file", ["bun"], {
    async write(path, count) {
      const writer = Bun.file(path).writer();
      for (let i = 0; i < count; i++) {
        writer.write(LINES[i % LINES.length]! + "\n");
      }
      await writer.end();
    },
    read: (path, counter) => readText(Bun.file(path).stream(), counter),
  }),
  atOnce("node:fs", ["deno", "bun", "node"], openNode),
  way("node:fs stream", ["deno", "bun", "node"], {
    // By lines it would be a call of the system for each, on some runtimes.
    write: (path, count) =>
      pipeline(textsOf(count, BUFFER_SIZE), createWriteStream(path)),
    async read(path, counter) {
      const input = createReadStream(path);
      const lines = createInterface({ input, crlfDelay: Infinity });
      for await (const line of lines) counter.line(line);
    },
  }),
];

/** How a way writes and reads. */
interface TextWay {
  write(path: string, count: number): Promise<void>;
  read(path: string, counter: LineCounter): Promise<void>;
}

function way(
  name: Way,
  runtimes: readonly Runtime[],
  { write, read }: TextWay,
): Candidate<WholeFileTask> {
  return {
    way: name,
    runtimes,
    prepare: ({ writes, path }) => {
      if (writes) {
        const rewind = () => renew(path, writes);
        return { run: (count) => write(path, count), rewind, close() {} };
      }
      const length = expectation();
      return {
        async run(count) {
          const counter = new LineCounter();
          await read(path, counter);
          if (!counter.isWhole(count, length(count))) failed(name);
        },
        close() {},
      };
    },
  };
}

/** Texts of many lines, encoded at once and written by one call; and the other way round. */
function atOnce(
  name: Way,
  runtimes: readonly Runtime[],
  openWhole: OpenWhole,
): Candidate<WholeFileTask> {
  return {
    way: name,
    runtimes,
    prepare({ writes, path }): Contestant {
      const length = expectation();
      return {
        run: writes
          ? (count) => {
            const encoder = new TextEncoder();
            const file = openWhole(path, true);
            for (const text of textsOf(count, BUFFER_SIZE)) {
              file.write(encoder.encode(text));
            }
            file.close();
          }
          : (count) => {
            const buffer = new Uint8Array(BUFFER_SIZE);
            const decoder = new TextDecoder();
            const counter = new LineCounter();
            const file = openWhole(path, false);
            for (let n = file.read(buffer); n > 0; n = file.read(buffer)) {
              const bytes = buffer.subarray(0, n);
              counter.take(decoder.decode(bytes, { stream: true }));
            }
            file.close();
            if (!counter.isWhole(count, length(count))) failed(name);
          },
        rewind: () => renew(path, writes),
        close() {},
      };
    },
  };
}

/** Knows the length of so many lines, for the next time, too. */
function expectation(): (count: number) => number {
  let last = { count: 0, length: 0 };
  return (count) => {
    if (last.count !== count) {
      last = { count, length: lengthOf(count, "units") };
    }
    return last.length;
  };
}

function textStream(count: number): ReadableStream<string> {
  const texts = textsOf(count, BUFFER_SIZE);
  return new ReadableStream({
    pull(controller) {
      const { done, value } = texts.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
}

async function readText(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  counter: LineCounter,
): Promise<void> {
  const texts = stream.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await texts.read();
    if (done) return;
    counter.take(value);
  }
}

interface Library {
  text_write(
    file: bigint,
    buffer: Uint8Array,
    size: number,
    lines: Uint8Array,
    ends: Uint8Array,
    lineCount: number,
    count: number,
  ): number;
  text_read(
    file: bigint,
    buffer: Uint8Array,
    size: number,
    length: Uint8Array,
  ): number;
}

function prepareNative(
  { writes, path, library = "" }: WholeFileTask,
): Contestant {
  const { text_write, text_read } = bind<Library>(library, {
    text_write: [
      ...["u64", "buffer", "u32", "buffer", "buffer", "i32", "i32"] as const,
    ],
    text_read: ["u64", "buffer", "u32", "buffer"],
  });
  const buffer = new Uint8Array(new ArrayBuffer(BUFFER_SIZE));
  const ends = endsOf(LINE_TEXT);
  const length = new Float64Array(new ArrayBuffer(8));
  const lengthBytes = new Uint8Array(length.buffer);
  let expected = { count: 0, length: 0 };
  return {
    run(count) {
      const file = openHandle(path, { flags: 0, create: writes });
      if (writes) {
        const done = text_write(
          ...[file, buffer, BUFFER_SIZE, LINE_TEXT, ends] as const,
          ...[LINES.length, count] as const,
        );
        if (done !== count) failed("C");
      } else {
        if (expected.count !== count) {
          expected = { count, length: lengthOf(count, "bytes") };
        }
        const lines = text_read(file, buffer, BUFFER_SIZE, lengthBytes);
        if (lines !== count || length[0] !== expected.length) failed("C");
      }
      closeHandle(file);
    },
    rewind: () => renew(path, writes),
    close() {},
  };
}

/** Where each line ends. */
function endsOf(text: Uint8Array): Uint8Array {
  const ends: number[] = [];
  for (const [i, byte] of text.entries()) if (byte === 0x0A) ends.push(i + 1);
  return new Uint8Array(Uint32Array.from(ends).buffer);
}
