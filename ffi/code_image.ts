/**
 * All machine code of a thread, with its unwind data: one position-independent
 * image for one page, behind which the blocks stand that it works on.
 *
 * @module
 */
import type { Architecture } from "./backend.ts";
import { frameRoutine } from "./frame_code.ts";
import type { Routine } from "./machine_code.ts";
import { TRANSFER_BLOCK, transferRoutines } from "./transfer_code.ts";

/** The room for the image: a page of its own, since its protection differs. */
export const CODE_SIZE = 4096;

/** Reads and writes, each at the file pointer or at an offset. */
export const TRANSFER_COUNT = 4;

/** Code, then unwind data, then the function table. */
export interface CodeImage {
  /** What to copy to the start of a page. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Offset of the capture frame. */
  readonly frame: number;
  /** Offsets of the transfers. */
  readonly transfers: readonly number[];
  /** Offset of the RUNTIME_FUNCTION array that RtlAddFunctionTable takes. */
  readonly functionTable: number;
  /** Number of entries in that array. */
  readonly functionCount: number;
}

/** Where the block of a transfer stands, from the start of the image. */
export function transferBlockAt(index: number): number {
  // What the thread needs once comes first.
  return CODE_SIZE + (1 + index) * TRANSFER_BLOCK.size;
}

/**
 * Makes the image for a processor.
 *
 * @returns The image, newly made at each call.
 */
export function codeImage(architecture: Architecture): CodeImage {
  const bytes: number[] = [];
  const routines: (Routine & { readonly at: number })[] = [];
  const add = (make: (at: number) => Routine) => {
    // Control Flow Guard knows targets by 16 bytes.
    pad(bytes, 16);
    const at = bytes.length;
    const routine = make(at);
    routines.push({ ...routine, at });
    bytes.push(...routine.code);
    return at;
  };
  const frame = add(() => frameRoutine(architecture));
  const transfers: number[] = [];
  const transferRoutine = transferRoutines(architecture);
  for (let i = 0; i < TRANSFER_COUNT; i++) {
    transfers.push(add((at) => transferRoutine(transferBlockAt(i) - at)));
  }
  const table: number[] = [];
  for (const { at, code, unwind } of routines) {
    pad(bytes, 4);
    // On x64: beginning, end, unwind data. On arm64 that knows the length.
    table.push(at);
    if (architecture === "x64") table.push(at + code.length);
    table.push(bytes.length);
    bytes.push(...unwind);
  }
  const functionTable = bytes.length;
  const image = new Uint8Array(functionTable + 4 * table.length);
  image.set(bytes);
  const view = new DataView(image.buffer);
  for (let i = 0; i < table.length; i++) {
    view.setUint32(functionTable + 4 * i, table[i]!, true);
  }
  const functionCount = routines.length;
  return { bytes: image, frame, transfers, functionTable, functionCount };
}

function pad(bytes: number[], alignment: number): void {
  while (bytes.length % alignment !== 0) bytes.push(0);
}
