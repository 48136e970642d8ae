// The first transfer of its kind, when the system has no memory for the function it needs.

import { AlignedBuffer } from "../../../mod.ts";
import type { Backend, WordFunction } from "../../../ffi/backend.ts";
import { selectBackend } from "../../../ffi/select.ts";
import { thread, useBackend } from "../../../ffi/thread.ts";
import { open } from "../../../src/open/open.ts";
import { tempFolder } from "../temp_folder.ts";

let isFull = false;
const system = selectBackend();
const backend: Backend = {
  ...system,
  bind(library, exports) {
    const bound: Record<string, WordFunction> = system.bind(library, exports);
    const { VirtualAlloc } = bound;
    return {
      ...bound,
      VirtualAlloc: (...words) => isFull ? 0n : VirtualAlloc!(...words),
    } as Record<keyof typeof exports, WordFunction>;
  },
};
useBackend(backend);

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
isFull = true;
try {
  for (;;) thread().cell();
} catch { /* No more. */ }
const failure = await file.readScatter([memory.bytes], { at: 0 })
  .catch((error: Error) => error.message);
isFull = false;
console.log(failure);
console.log(await file.readScatter([memory.bytes], { at: 0 }));
await file.write(new Uint8Array(10), { at: 0 });
await file.close();
console.log("closed");
