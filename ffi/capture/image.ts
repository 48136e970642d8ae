/**
 * The machine code of a thread with its unwind data: one position-independent
 * image for one page.
 *
 * @module
 */
import type { Architecture } from "../backend.ts";
import { arm64Routine } from "./arm64.ts";
import { x64Routine } from "./x64.ts";

/** The room for the image: a page of its own, since its protection differs. */
export const CODE_SIZE = 4096;

/** A native function: its code, and how the system unwinds its stack frame. */
export interface Routine {
  /** Its instructions. */
  readonly code: readonly number[];
  /** UNWIND_INFO on x64, an .xdata record on arm64; a multiple of 4 bytes. */
  readonly unwind: readonly number[];
}

/** The capture routine, which begins the image, then unwind data and table. */
export interface CodeImage {
  /** The bytes to copy to the start of a page. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Offset of the one RUNTIME_FUNCTION that RtlAddFunctionTable takes. */
  readonly functionTable: number;
}

/** Makes the image for a processor, newly at each call. */
export function codeImage(architecture: Architecture): CodeImage {
  const isX64 = architecture === "x64";
  const { code, unwind } = isX64 ? x64Routine() : arm64Routine();
  const unwindAt = code.length + 3 & ~3;
  const functionTable = unwindAt + unwind.length;
  // On x64: beginning, end, unwind data. The record of arm64 has the length.
  const entry = isX64 ? [0, code.length, unwindAt] : [0, unwindAt];
  const bytes = new Uint8Array(functionTable + 4 * entry.length);
  bytes.set(code);
  bytes.set(unwind, unwindAt);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < entry.length; i++) {
    view.setUint32(functionTable + 4 * i, entry[i]!, true);
  }
  return { bytes, functionTable };
}
