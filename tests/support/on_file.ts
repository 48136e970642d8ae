import { type OpenOptions, openSync, type SyncFile } from "../../mod.ts";
import { kernelFolder } from "./windows_or_strict.ts";

/** Runs a test's body on a new file, once buffered and once unbuffered. */
export function onFile(
  run: (file: SyncFile, path: string) => void,
  options: OpenOptions = {},
): void {
  for (const unbuffered of [false, true]) {
    using folder = kernelFolder();
    const path = folder.file("a.bin");
    using file = openSync(path, {
      read: true,
      write: true,
      create: true,
      unbuffered,
      ...options,
    });
    run(file, path);
  }
}

/** Bytes that count up from a value. */
export function counting(length: number, from = 1): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => from + i);
}

/** Reads some bytes and returns them, or null at the end. */
export function take(
  file: SyncFile,
  length: number,
  at?: number,
): number[] | null {
  const buffer = new Uint8Array(length);
  const count = file.read(buffer, at === undefined ? undefined : { at });
  return count === null ? null : [...buffer.subarray(0, count)];
}

/** Where a file's position is. */
export function position(file: SyncFile): number {
  return file.seek(0, "current");
}
