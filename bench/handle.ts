// Files for the ways that work on a bare handle. They call kernel32 themselves, since they are there on Node, too.

import {
  CREATE_ALWAYS,
  FILE_BEGIN,
  FILE_FLAG_NO_BUFFERING,
  FILE_FLAG_SEQUENTIAL_SCAN,
  FILE_FLAG_WRITE_THROUGH,
  FILE_SHARE_DELETE,
  FILE_SHARE_READ,
  FILE_SHARE_WRITE,
  GENERIC_READ,
  GENERIC_WRITE,
  OPEN_EXISTING,
} from "../src/raw.ts";
import { bind } from "./foreign.ts";
import type { Pattern } from "./schema.ts";
import type { Opening } from "./way.ts";

interface Kernel32 {
  CloseHandle(handle: bigint): number;
  CreateFileW(
    path: Uint8Array,
    access: number,
    share: number,
    security: null,
    disposition: number,
    flags: number,
    template: bigint,
  ): number;
  SetEndOfFile(handle: bigint): number;
  SetFilePointerEx(
    handle: bigint,
    distance: bigint,
    position: null,
    origin: number,
  ): number;
}

const kernel32 = () =>
  bind<Kernel32>("kernel32.dll", {
    CloseHandle: ["u64"],
    CreateFileW: ["buffer", "u32", "u32", "pointer", "u32", "u32", "u64"],
    SetEndOfFile: ["u64"],
    SetFilePointerEx: ["u64", "u64", "pointer", "u32"],
  });

const ALL = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

/** FILE_GENERIC_WRITE without FILE_WRITE_DATA: every write goes to the end. */
const APPEND_ACCESS = 0x0012_0114;

/** The flags of CreateFileW that make a pattern. */
export const PATTERN_FLAGS: Readonly<Record<Pattern, number>> = {
  "buffered": 0,
  "sequential": FILE_FLAG_SEQUENTIAL_SCAN,
  "unbuffered": FILE_FLAG_NO_BUFFERING,
  "write-through": FILE_FLAG_WRITE_THROUGH,
  "unbuffered write-through": FILE_FLAG_NO_BUFFERING | FILE_FLAG_WRITE_THROUGH,
  "preallocated": 0,
};

/** How a file is opened on a bare handle. */
export interface HandleOptions {
  /** See {@linkcode PATTERN_FLAGS}. */
  readonly flags: number;
  /** Every write goes to the end. */
  readonly append?: boolean;
  /** Creates the file, or empties it. */
  readonly create?: boolean;
}

/** Opens a file. */
export function openHandle(path: string, options: HandleOptions): bigint {
  const { flags, append = false, create = false } = options;
  const access = append ? APPEND_ACCESS : GENERIC_READ | GENERIC_WRITE;
  const handle = kernel32().CreateFileW(
    wide(path),
    access >>> 0,
    ALL,
    null,
    create ? CREATE_ALWAYS : OPEN_EXISTING,
    flags >>> 0,
    0n,
  );
  // A handle has 32 significant bits.
  if (handle === -1) throw new Error(`CreateFileW failed for ${path}`);
  return BigInt(handle >>> 0);
}

/** Closes a file. */
export function closeHandle(handle: bigint): void {
  check("CloseHandle", kernel32().CloseHandle(handle));
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
  const { pattern, append = false, create = false } = how;
  const flags = PATTERN_FLAGS[pattern];
  const handle = openHandle(path, { flags, append, create });
  const seek = (offset: number) => {
    const { SetFilePointerEx } = kernel32();
    const moved = SetFilePointerEx(handle, BigInt(offset), null, FILE_BEGIN);
    check("SetFilePointerEx", moved);
  };
  return {
    handle,
    rewind: () => seek(0),
    resize(size) {
      seek(size);
      check("SetEndOfFile", kernel32().SetEndOfFile(handle));
    },
    close: () => closeHandle(handle),
  };
}

function check(name: string, result: number): void {
  if (result === 0) throw new Error(`${name} failed`);
}

/** Returns a text as Windows wants it. */
export function wide(text: string): Uint8Array<ArrayBuffer> {
  const units = new Uint16Array(new ArrayBuffer(2 * (text.length + 1)));
  for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
  return new Uint8Array(units.buffer);
}
