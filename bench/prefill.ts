import { closeSync, openSync, writeSync } from "node:fs";
import { plainBytes } from "./memory.ts";

const PIECE = 2 ** 20;

/** Makes a file of so many bytes that have been written. */
export function prefill(path: string, size: number): void {
  const file = openSync(path, "w");
  const piece = plainBytes(Math.min(size, PIECE));
  for (let left = size; left > 0;) {
    left -= writeSync(file, piece, 0, Math.min(left, PIECE));
  }
  closeSync(file);
}
