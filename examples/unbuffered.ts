// Writes past the system's cache, once the convenient way and once without a copy.
//
//   deno run --allow-ffi examples/unbuffered.ts
//   bun examples/unbuffered.ts

import { AlignedBuffer, alignUp, openSync } from "@kernel32/io";

using file = openSync("unbuffered.tmp", {
  read: true,
  write: true,
  create: true,
  truncate: true,
  unbuffered: true,
  writeThrough: true,
  deleteOnClose: true,
});

// Any length at any offset will do: the sectors around it are taken care of.
file.writeAll(new TextEncoder().encode("past the cache"), { at: 1000 });
console.log(file.size(), "bytes");

// Whole sectors in aligned memory go to the device as they are.
const { logical } = file.sectorSize();
using buffer = new AlignedBuffer(64 * logical);
buffer.bytes.fill(0xA5);
const at = alignUp(file.size(), logical);
console.log(file.write(buffer.bytes, { at }) / logical, "sectors written");
console.log((file.size() - at) / logical, "sectors in the file behind them");
