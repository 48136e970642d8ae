import { closeSync, openSync, statfsSync, writeSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import {
  type Handle,
  INVALID_HANDLE_VALUE,
  kernel32,
  Win32Error,
} from "../../mod.ts";
import {
  FILE_ATTRIBUTE_NORMAL,
  FILE_FLAG_NO_BUFFERING,
  FILE_FLAG_OVERLAPPED,
  FILE_SHARE_DELETE,
  FILE_SHARE_READ,
  FILE_SHARE_WRITE,
  GENERIC_READ,
  GENERIC_WRITE,
  OPEN_EXISTING,
  SECURITY_ANONYMOUS,
  SECURITY_SQOS_PRESENT,
} from "../../src/constants.ts";
import { FILLING } from "../memory.ts";
import type { Pattern } from "../schema.ts";

const MIB = 2 ** 20;
const MAX_PATH = 260;

const ACCESS = (GENERIC_READ | GENERIC_WRITE) >>> 0;
const SHARE = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

/** The attributes that the module opens files with. */
const ATTRIBUTES = FILE_ATTRIBUTE_NORMAL | SECURITY_SQOS_PRESENT |
  SECURITY_ANONYMOUS;

/** Has somebody use a new folder, which goes when the work is done or has failed. */
export async function inFolder<Result>(
  parent: string,
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(parent, "scaling-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Makes a file of so many bytes, none of them zero. Returns its path. */
export function makeFile(folder: string, name: string, bytes: number): string {
  const path = join(folder, name);
  const chunk = new Uint8Array(Math.min(bytes, MIB)).fill(FILLING);
  const file = openSync(path, "w");
  try {
    for (let at = 0; at < bytes; at += chunk.length) {
      const part = chunk.subarray(0, Math.min(chunk.length, bytes - at));
      if (writeSync(file, part) !== part.length) {
        throw new Error(`Only ${at} bytes of ${path} could be written`);
      }
    }
  } finally {
    closeSync(file);
  }
  return path;
}

/** Makes so many files. Returns their paths. */
export function makeFiles(
  folder: string,
  count: number,
  bytes: number,
): string[] {
  return Array.from(
    { length: count },
    (_, index) => makeFile(folder, `${index}.bin`, bytes),
  );
}

/** How many bytes a disk has room for. */
export function freeSpace(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** Files that are open for the ways that work on bare handles. */
export interface OpenHandles {
  readonly handles: BigUint64Array<ArrayBuffer>;
  close(): void;
}

/** Opens existing files for reading and writing. */
export function openHandles(
  paths: readonly string[],
  pattern: Pattern,
  overlapped = false,
): OpenHandles {
  const handles = new BigUint64Array(new ArrayBuffer(8 * paths.length));
  const flags = flagsOf(pattern, overlapped);
  let opened = 0;
  const close = () => {
    for (; opened > 0; opened--) {
      const handle = handles[opened - 1] as Handle;
      if (!kernel32.CloseHandle(handle)) throw Win32Error.last("CloseHandle");
    }
  };
  for (const path of paths) {
    const handle = kernel32.CreateFileW(
      path,
      ACCESS,
      SHARE,
      null,
      OPEN_EXISTING,
      flags,
      null,
    );
    if (handle === INVALID_HANDLE_VALUE) {
      const error = Win32Error.last("CreateFileW", { path });
      close();
      throw error;
    }
    handles[opened++] = handle;
  }
  return { handles, close };
}

/** What CreateFileW is given for dwFlagsAndAttributes. */
export function flagsOf(pattern: Pattern, overlapped: boolean): number {
  let flags = ATTRIBUTES;
  if (pattern === "unbuffered") flags |= FILE_FLAG_NO_BUFFERING;
  if (overlapped) flags |= FILE_FLAG_OVERLAPPED;
  return flags >>> 0;
}

/** Lays paths out as `scale_open` takes them. */
export function pathFields(paths: readonly string[]): Uint8Array {
  const fields = new Uint16Array(new ArrayBuffer(2 * MAX_PATH * paths.length));
  paths.forEach((path, index) => {
    if (path.length >= MAX_PATH) throw new RangeError(`${path} is too long`);
    for (let i = 0; i < path.length; i++) {
      fields[MAX_PATH * index + i] = path.charCodeAt(i);
    }
  });
  return new Uint8Array(fields.buffer);
}
