import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

/** A folder that is gone when its scope ends. */
export interface TempFolder extends Disposable {
  readonly path: string;
  /** The path of a file in it. */
  file(name: string): string;
}

/** Makes an empty folder: `using folder = tempFolder();` */
export function tempFolder(): TempFolder {
  const path = mkdtempSync(join(tmpdir(), "kernel32-io-"));
  return {
    path,
    file: (name) => join(path, name),
    [Symbol.dispose]: () => removeFolder(path),
  };
}

/** How often a folder is removed, 50 ms apart. */
const ATTEMPTS = 40;

/**
 * Removes a folder with all that is in it. On Windows a virus scanner, or a program that has just ended, may have a file of it
 * for a while yet; not every runtime heeds `maxRetries` there.
 */
export function removeFolder(path: string): void {
  for (let attempt = 1;; attempt++) {
    try {
      rmSync(path, { recursive: true, force: true });
      return;
    } catch (error) {
      if (process.platform !== "win32" || attempt === ATTEMPTS) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    }
  }
}
