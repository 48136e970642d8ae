// Files that are read or written as a whole, for records and lines of text.

import {
  closeSync,
  openSync as fsOpenSync,
  readSync,
  rmSync,
  writeSync,
} from "node:fs";
import { openSync } from "../mod.ts";
import { Deno } from "./globals.ts";

/** How large the buffer is between a file and what is in it. */
export const BUFFER_SIZE = 65_536;

/** What every way is given. */
export interface WholeFileTask {
  readonly writes: boolean;
  readonly path: string;
  /** The path of the compiled C, if there is any. */
  readonly library: string | undefined;
}

/** What is needed of a file. */
export interface WholeFile {
  /** Returns how many bytes were read: 0 at the end. */
  read(bytes: Uint8Array): number;
  /** Writes all of the bytes. */
  write(bytes: Uint8Array): void;
  close(): void;
}

/** Opens a file, for writing a new one. */
export type OpenWhole = (path: string, writes: boolean) => WholeFile;

const NEW = { write: true, create: true, truncate: true } as const;
const OLD = { read: true } as const;

/** This module's. */
export const openOurs: OpenWhole = (path, writes) => {
  const file = openSync(path, writes ? NEW : OLD);
  return {
    read: (bytes) => file.read(bytes) ?? 0,
    write: (bytes) => file.writeAll(bytes),
    close: () => file.close(),
  };
};

/** Deno's. */
export const openDeno: OpenWhole = (path, writes) => {
  const file = Deno.openSync(path, writes ? NEW : OLD);
  return {
    read: (bytes) => file.readSync(bytes) ?? 0,
    write(bytes) {
      check(file.writeSync(bytes), bytes);
    },
    close: () => file.close(),
  };
};

/** Node's, which every runtime has. */
export const openNode: OpenWhole = (path, writes) => {
  const file = fsOpenSync(path, writes ? "w" : "r");
  return {
    read: (bytes) => readSync(file, bytes),
    write(bytes) {
      check(writeSync(file, bytes), bytes);
    },
    close: () => closeSync(file),
  };
};

function check(written: number, bytes: Uint8Array): void {
  if (written !== bytes.length) throw new Error("A write was cut short");
}

/** Removes a file that is to be written, so that it is new for everybody: Bun's writer empties no file. */
export function renew(path: string, writes: boolean): void {
  if (writes) rmSync(path, { force: true });
}
