// The first transfer of its kind, when the thread has no more room for the function it needs.

import { AlignedBuffer } from "../../../mod.ts";
import type { AsideFrame } from "../../../ffi/lasterror.ts";
import { frames } from "../../../ffi/mod.ts";
import { open } from "../../../src/open/open.ts";
import { tempFolder } from "../temp_folder.ts";

using folder = tempFolder();
await using file = await open(folder.file("a"), {
  read: true,
  write: true,
  create: true,
  unbuffered: true,
  maxInFlight: { operations: 1 },
});
using memory = new AlignedBuffer(4096);
await file.write(memory.bytes, { at: 0 });
const taken: AsideFrame[] = [];
try {
  for (;;) taken.push(frames().asideFrame("FlushFileBuffers"));
} catch { /* No more. */ }
const failure = await file.readScatter([memory.bytes], { at: 0 })
  .catch((error: Error) => error.message);
for (const frame of taken) frame.free();
console.log(failure);
console.log(await file.readScatter([memory.bytes], { at: 0 }));
await file.write(new Uint8Array(10), { at: 0 });
await file.close();
console.log("closed");
