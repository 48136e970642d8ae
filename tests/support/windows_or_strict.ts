// Windows, or the strict kernel where there is none: for tests of the module that hold on both.

import "./old_node.ts";
import { Buffer } from "node:buffer";
import { readFileSync, writeFileSync } from "node:fs";
import { type OpenOptions, openSync } from "../../mod.ts";
import { onWindows } from "./runtime.ts";
import { type TempFolder, tempFolder } from "./temp_folder.ts";

if (!onWindows) (await import("./strict_kernel/mod.ts")).strictKernel();

/** For a test that needs more of Windows than the strict kernel has. */
export const OF_WINDOWS: { skip: boolean } = { skip: !onWindows };

const SHARED: OpenOptions = { read: true, share: ["read", "write", "delete"] };

let made = 0;

/** Makes an empty folder of the system that the module calls; on the strict kernel these are names that no other test has. */
export function kernelFolder(): TempFolder {
  if (onWindows) return tempFolder();
  const folder = ++made;
  return {
    path: "C:\\",
    file: (name) => `C:\\${folder}-${name}`,
    [Symbol.dispose]() {},
  };
}

/** All bytes of a file; on Windows the module has no part in it. */
export function contentOf(path: string): Uint8Array<ArrayBuffer> {
  if (onWindows) return new Uint8Array(readFileSync(path));
  using file = openSync(path, SHARED);
  return file.readAll();
}

/** Makes a file, or replaces what is in one. Returns its path. */
export function fileOf(path: string, data: Uint8Array | string): string {
  if (onWindows) writeFileSync(path, data);
  else {
    const options = { ...SHARED, write: true, create: true, truncate: true };
    using file = openSync(path, options);
    file.writeAll(new Uint8Array(Buffer.from(data)), { at: 0 });
  }
  return path;
}
