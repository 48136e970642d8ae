// Streams of a file: chunks of any length go in, and come out again.

import { Buffer } from "node:buffer";
import { setMaxListeners } from "node:events";
import fc from "fast-check";
import { open, type OverlappedFile } from "../../../mod.ts";
import { random } from "../random.ts";
import type { Sequence } from "./sequence.ts";

interface Setup {
  readonly unbuffered: boolean;
  readonly append: boolean;
  readonly chunkSize: number;
  readonly at: number;
  readonly byob: number | undefined;
  /** How many chunks another stream reads, and what becomes of it then. */
  readonly chunks: number;
  readonly ending: "cancel" | "abort" | "nothing";
}

interface Step {
  readonly length: number;
  readonly content: number;
}

// A stream has more chunks under way than Node has listeners without a warning.
setMaxListeners(10_000);

/** What the file has before. */
const BEFORE = 700;

export const streamSequence: Sequence<Setup, Step> = {
  name: "streams",
  setup: fc.record({
    unbuffered: fc.boolean(),
    append: fc.boolean(),
    chunkSize: fc.constantFrom(1024, 4096, 8192),
    at: fc.constantFrom(0, 1, 512, 700),
    byob: fc.option(fc.constantFrom(300, 511, 4096), { nil: undefined }),
    chunks: fc.nat(4),
    ending: fc.constantFrom("cancel", "abort", "nothing"),
  }),
  step: fc.record({
    length: fc.oneof(
      fc.nat(20),
      fc.constantFrom(511, 512, 513, 4096, 5000),
    ),
    content: fc.nat(2 ** 30),
  }),
  async run(system, setup, steps) {
    const { unbuffered, append, chunkSize, at, byob } = setup;
    const before = new Uint8Array(BEFORE).fill(7);
    const path = system.newFile(before);
    const chunks = steps.map(({ length, content }) =>
      random(content).bytes(length)
    );
    await using file = await open(path, {
      read: true,
      write: true,
      append,
      unbuffered,
    });
    const start = append ? BEFORE : at;
    const options = { chunkSize, keepOpen: true };
    const writer = file.createWritable(append ? options : { ...options, at })
      .getWriter();
    for (const chunk of chunks) await writer.write(chunk);
    await writer.close();
    const written = Buffer.concat(chunks);
    const expected = new Uint8Array(Math.max(BEFORE, start + written.length));
    expected.set(before);
    expected.set(written, start);
    check("the file", system.content(path), expected);
    const stream = file.createReadable({ ...options, start: at });
    const got: Uint8Array[] = [];
    if (byob === undefined) {
      for await (const chunk of stream) got.push(chunk);
    } else {
      const reader = stream.getReader({ mode: "byob" });
      for (;;) {
        const { done, value } = await reader.read(new Uint8Array(byob));
        if (done) break;
        got.push(value);
      }
    }
    check("what was read", Buffer.concat(got), expected.subarray(at));
    await readInPart(file, setup, expected);
    return steps.length;
  },
};

/** Reads the first chunks by a stream, and leaves the rest. */
async function readInPart(
  file: OverlappedFile,
  { chunkSize, chunks, ending }: Setup,
  expected: Uint8Array,
): Promise<void> {
  const controller = new AbortController();
  const { signal } = controller;
  const options = { chunkSize, start: 0, keepOpen: true, signal };
  const reader = file.createReadable(options).getReader();
  let done = 0;
  for (let i = 0; i < chunks; i++) {
    const { value } = await reader.read();
    if (value === undefined) break;
    const end = done + value.length;
    check("a chunk", value, expected.subarray(done, end));
    done = end;
  }
  if (ending === "cancel") await reader.cancel();
  if (ending === "abort") {
    controller.abort();
    await reader.closed.catch(() => {});
  }
}

function check(what: string, actual: Uint8Array, expected: Uint8Array): void {
  if (Buffer.compare(actual, expected) === 0) return;
  throw new Error(`${what} is not what was written`);
}
