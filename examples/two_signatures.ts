// Calls WriteFile in both of the ways in which it is declared for .NET: with an
// array of bytes, and with the address of memory.
//
//   deno run --allow-ffi examples/two_signatures.ts
//   bun examples/two_signatures.ts

import {
  AlignedBuffer,
  type Handle,
  INVALID_HANDLE_VALUE,
  Win32Error,
} from "@kernel32/io";
import { kernel32 } from "@kernel32/io/raw";

const GENERIC_READ_WRITE = 0xC0000000;
const CREATE_ALWAYS = 2;
const FILE_FLAG_DELETE_ON_CLOSE = 0x04000000;

const file = kernel32.CreateFileW(
  "two_signatures.tmp",
  GENERIC_READ_WRITE,
  0,
  null,
  CREATE_ALWAYS,
  FILE_FLAG_DELETE_ON_CLOSE,
  null,
);
if (file === INVALID_HANDLE_VALUE) throw Win32Error.last("CreateFileW");
try {
  // bool WriteFile(SafeHandle file, byte[] bytes, uint count, out uint written, …)
  const greeting = new TextEncoder().encode("bytes, ");
  console.log(
    writeFile(file, greeting, greeting.length),
    "bytes from an array",
  );

  // bool WriteFile(SafeHandle file, IntPtr bytes, uint count, out uint written, …)
  using memory = new AlignedBuffer(4096);
  const { written } = new TextEncoder().encodeInto("address", memory.bytes);
  console.log(
    writeFile(file, memory.address, written),
    "bytes from an address",
  );

  console.log(JSON.stringify(contents(file)));
} finally {
  kernel32.CloseHandle(file);
}

function writeFile(
  file: Handle,
  bytes: Uint8Array | bigint,
  length: number,
): number {
  const written = new Uint32Array(1);
  if (!kernel32.WriteFile(file, bytes, length, written, null)) {
    throw Win32Error.last("WriteFile");
  }
  return written[0]!;
}

function contents(file: Handle): string {
  const bytes = new Uint8Array(100);
  const read = new Uint32Array(1);
  kernel32.SetFilePointerEx(file, 0n, null, 0);
  if (!kernel32.ReadFile(file, bytes, bytes.length, read, null)) {
    throw Win32Error.last("ReadFile");
  }
  return new TextDecoder().decode(bytes.subarray(0, read[0]));
}
