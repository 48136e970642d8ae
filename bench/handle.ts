// Files for the ways that work on a bare handle. They call kernel32 themselves, without this module.

import * as constants from "../src/raw.ts";
import { bind, type Call } from "./foreign.ts";
import type { Pattern } from "./schema.ts";
import type { Opening } from "./way.ts";

const { FILE_FLAG_NO_BUFFERING, FILE_FLAG_WRITE_THROUGH } = constants;

/** The flags of CreateFileW that make a pattern. */
const FLAGS: Readonly<Record<Pattern, number>> = {
  "buffered": 0,
  "sequential": constants.FILE_FLAG_SEQUENTIAL_SCAN,
  "unbuffered": FILE_FLAG_NO_BUFFERING,
  "write-through": FILE_FLAG_WRITE_THROUGH,
  "unbuffered write-through": FILE_FLAG_NO_BUFFERING | FILE_FLAG_WRITE_THROUGH,
  "preallocated": 0,
};

/** FILE_GENERIC_WRITE without FILE_WRITE_DATA: every write goes to the end. */
const APPEND_ACCESS = 0x0012_0114;

/** For reading, writing and deleting. */
const SHARE = 7;

const kernel32 = () =>
  bind("kernel32.dll", {
    CloseHandle: "u64",
    CreateFileW: "buffer u32 u32 pointer u32 u32 u64",
    SetEndOfFile: "u64",
    SetFilePointerEx: "u64 u64 pointer u32",
  });

/** Opens a file. */
export function openHandle(
  path: string,
  { pattern, append = false, create = false }: Opening,
  overlapped = false,
): bigint {
  const { GENERIC_READ, GENERIC_WRITE } = constants;
  const access = append ? APPEND_ACCESS : GENERIC_READ | GENERIC_WRITE;
  const how = create ? constants.CREATE_ALWAYS : constants.OPEN_EXISTING;
  const flags = FLAGS[pattern] |
    (overlapped ? constants.FILE_FLAG_OVERLAPPED : 0);
  const args = [access >>> 0, SHARE, null, how, flags >>> 0, 0n];
  const handle = kernel32().CreateFileW(wide(path), ...args);
  // A handle has 32 significant bits.
  if (handle === -1) throw new Error(`CreateFileW failed for ${path}`);
  return BigInt(handle >>> 0);
}

/** Closes a file. */
export function closeHandle(handle: bigint): void {
  check(kernel32().CloseHandle, handle);
}

/** A file on a bare handle, for the ways that call kernel32. */
export interface HandleFile {
  readonly handle: bigint;
  rewind(): void;
  resize(size: number): void;
  close(): void;
}

/** Opens a file for the ways that call kernel32. */
export function handleFile(path: string, how: Opening): HandleFile {
  const handle = openHandle(path, how);
  const { SetEndOfFile, SetFilePointerEx } = kernel32();
  const seek = (offset: number) =>
    check(SetFilePointerEx, handle, BigInt(offset), null, 0);
  return {
    handle,
    rewind: () => seek(0),
    resize(size) {
      seek(size);
      check(SetEndOfFile, handle);
    },
    close: () => closeHandle(handle),
  };
}

function check(call: Call, ...args: Parameters<Call>): void {
  if (call(...args) === 0) throw new Error("A call on a handle failed");
}

/** Returns a text as Windows wants it. */
export function wide(text: string): Uint8Array<ArrayBuffer> {
  const units = Array.from(`${text}\0`, (unit) => unit.charCodeAt(0));
  return new Uint8Array(Uint16Array.from(units).buffer);
}
