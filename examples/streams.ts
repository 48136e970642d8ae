// Compresses a file into another one past the system's cache, through streams, and reads it back.
//
//   deno run --allow-ffi examples/streams.ts
//   bun examples/streams.ts

import { open } from "@kernel32/io";

const NEW = {
  write: true,
  create: true,
  truncate: true,
  unbuffered: true,
} as const;

// Something to compress. The stream closes the file when all is written.
const lines = new ReadableStream<Uint8Array<ArrayBuffer>>({
  start(controller) {
    const encoder = new TextEncoder();
    for (let i = 0; i < 100_000; i++) {
      controller.enqueue(encoder.encode(`line ${i} of the log\n`));
    }
    controller.close();
  },
});
const log = await open("streams.log.tmp", NEW);
await lines.pipeTo(log.writable);

// Several reads and writes are under way at once, and a slow side holds the fast one back.
const source = await open("streams.log.tmp", {
  read: true,
  unbuffered: true,
  deleteOnClose: true,
});
const size = source.size();
const target = await open("streams.gz.tmp", NEW);
await source.readable
  .pipeThrough(new CompressionStream("gzip"))
  .pipeTo(target.writable);

const compressed = await open("streams.gz.tmp", {
  read: true,
  deleteOnClose: true,
});
console.log(`${size} bytes became less: ${compressed.size() < size / 4}`);
const text = await new Response(
  compressed.readable.pipeThrough(new DecompressionStream("gzip")),
).text();
console.log(text.length === size, text.split("\n")[99_999]);
