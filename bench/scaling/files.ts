import { closeSync, fsyncSync, openSync, statfsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import {
  FILE_ATTRIBUTE_NORMAL,
  FILE_FLAG_OVERLAPPED,
  SECURITY_ANONYMOUS,
  SECURITY_SQOS_PRESENT,
} from "../../src/win32/constants.ts";
import { closeHandle, openHandle, PATTERN_FLAGS } from "../handle.ts";
import { prefill } from "../prefill.ts";
import type { Pattern } from "../schema.ts";

const MAX_PATH = 260;

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

/** Makes a file of so many bytes. Returns its path. */
export function makeFile(folder: string, name: string, bytes: number): string {
  const path = join(folder, name);
  prefill(path, bytes);
  return path;
}

/** Waits until the disk has what was written to a file. */
export function flush(path: string): void {
  const file = openSync(path, "r+");
  fsyncSync(file);
  closeSync(file);
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
    while (opened > 0) closeHandle(handles[--opened]!);
  };
  try {
    for (const path of paths) handles[opened++] = openHandle(path, { flags });
  } catch (error) {
    opened--;
    close();
    throw error;
  }
  return { handles, close };
}

/** What CreateFileW is given for dwFlagsAndAttributes. */
export function flagsOf(pattern: Pattern, overlapped: boolean): number {
  const flags = ATTRIBUTES | PATTERN_FLAGS[pattern];
  return (overlapped ? flags | FILE_FLAG_OVERLAPPED : flags) >>> 0;
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
