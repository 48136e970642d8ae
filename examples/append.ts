// Appends to a log that two writers have open, each with a file of its own: every
// write goes to wherever the end is at that moment, so that no line is overwritten.
//
//   deno run --allow-ffi examples/append.ts
//   bun examples/append.ts

import { openSync, type SyncFile } from "@kernel32/io";

const path = "append.tmp";
const encoder = new TextEncoder();

using log = openSync(path, {
  append: true,
  create: true,
  deleteOnClose: true,
});
using sameLog = openSync(path, { append: true });

line(log, "first");
line(sameLog, "second");
line(log, "third");

using reader = openSync(path);
const bytes = new Uint8Array(reader.size());
reader.readExactly(bytes);
console.log(new TextDecoder().decode(bytes).trimEnd());

// A file that is only open for appending refuses an offset, which it would ignore.
try {
  log.write(encoder.encode("zeroth\n"), { at: 0 });
} catch (error) {
  console.log((error as Error).message);
}

function line(file: SyncFile, text: string): void {
  file.writeAll(encoder.encode(`${text}\n`));
}
