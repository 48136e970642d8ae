import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { plainBytes } from "./memory.ts";

const PIECE = 2 ** 20;

/** Makes a file of so many bytes that have been written. Returns its path. */
export function makeFile(folder: string, name: string, size: number): string {
  const path = join(folder, name);
  const file = openSync(path, "w");
  const piece = plainBytes(Math.min(size, PIECE));
  for (let left = size; left > 0;) {
    left -= writeSync(file, piece, 0, Math.min(left, PIECE));
  }
  closeSync(file);
  return path;
}

/** Makes so many files. Returns their paths. */
export function makeFiles(
  folder: string,
  count: number,
  size: number,
): string[] {
  return Array.from(
    { length: count },
    (_, index) => makeFile(folder, `${index}.bin`, size),
  );
}
