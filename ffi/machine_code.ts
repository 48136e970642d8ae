/**
 * Machine code as it stands in a source file: each instruction with its bytes.
 *
 * @module
 */

/** A native function: its code, and how the system unwinds its stack frame. */
export interface Routine {
  readonly code: readonly number[];
  /** UNWIND_INFO on x64, an .xdata record on arm64; a multiple of 4 bytes. */
  readonly unwind: readonly number[];
}

/** Returns the bytes of instructions in hexadecimal. */
export function x64Code(instructions: readonly string[]): number[] {
  const code: number[] = [];
  // Loops, since this is run once, and a loop costs least where all is cold.
  for (const bytes of instructions) {
    for (let i = 0; i < bytes.length; i += 3) {
      code.push(parseInt(bytes.slice(i, i + 2), 16));
    }
  }
  return code;
}

/**
 * Makes the UNWIND_INFO of a prologue that pushes rbx and makes room on the
 * stack: https://learn.microsoft.com/cpp/build/exception-handling-x64
 *
 * @param room The room in bytes, up to 128.
 */
export function x64Unwind(room: number): number[] {
  return [
    0x01, // version 1, no handler
    0x05, // length of the prologue in bytes
    0x02, // number of codes, last step first, each with the offset of its end
    0x00, // no frame pointer
    0x05, // offset 5:
    0x02 | room / 8 - 1 << 4, // UWOP_ALLOC_SMALL, (n + 1) * 8 bytes
    0x01, // offset 1:
    0x30, // UWOP_PUSH_NONVOL, rbx
  ];
}

/** Returns the bytes of instructions. */
export function arm64Code(instructions: readonly number[]): number[] {
  const code: number[] = [];
  for (const word of instructions) {
    code.push(word & 255, word >>> 8 & 255, word >>> 16 & 255, word >>> 24);
  }
  return code;
}

/**
 * Makes the .xdata record of a function with one epilogue, at its end:
 * https://learn.microsoft.com/cpp/build/arm64-exception-handling
 *
 * @param length The function's length in instructions.
 * @param prologue The prologue's unwind codes, last step first.
 * @param epilogue Those of the epilogue, in their order.
 */
export function arm64Unwind(
  length: number,
  prologue: readonly number[],
  epilogue: readonly number[],
): number[] {
  const codes = [...prologue, ...epilogue];
  while (codes.length % 4 !== 0) codes.push(0xe3); // nop: filling
  const header = length |
    1 << 21 | // E: one epilogue, at the end of the function
    prologue.length << 22 | // where its codes begin
    codes.length / 4 << 27; // length of the codes in words
  return [...arm64Code([header]), ...codes];
}
