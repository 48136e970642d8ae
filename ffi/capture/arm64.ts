/**
 * The capture routine for arm64.
 *
 * @module
 */
import type { Routine } from "./image.ts";

/** Makes the routine. */
export function arm64Routine(): Routine {
  return { code: bytesOf(CODE), unwind: unwindRecord() };
}

/*
 * x0 = context, x1 = key, x2 = block; x18 holds the TEB and is only read. The
 * ninth argument goes to [sp]. The frame keeps the x29 chain, which fast stack
 * walks follow; it is therefore not one of the shapes that packed unwind data
 * can express, and has an .xdata record. `bti c` makes the entry a legal target
 * of an indirect call where that is enforced, and is a no-op elsewhere.
 */
const CODE: readonly number[] = [
  0xd503245f, // bti c
  0xa9be7bfd, // stp x29, x30, [sp, #-32]!
  0xf9000bf3, // str x19, [sp, #16]
  0x910003fd, // mov x29, sp
  0xd10043ff, // sub sp, sp, #16
  // End of the prologue that PROLOGUE describes.
  0xaa0203f3, // mov x19, x2
  0x29422849, // ldp w9, w10, [x2, #16]
  0xf8297841, // str x1, [x2, x9, lsl #3]
  0xf82a7840, // str x0, [x2, x10, lsl #3]
  0xa9402849, // ldp x9, x10, [x2]
  0xb940014b, // ldr w11, [x10]
  0xb9006a4b, // str w11, [x18, #0x68]
  0xf940304b, // ldr x11, [x2, #96]
  0xf90003eb, // str x11, [sp]
  0xa9420660, // ldp x0, x1, [x19, #32]
  0xa9430e62, // ldp x2, x3, [x19, #48]
  0xa9441664, // ldp x4, x5, [x19, #64]
  0xa9451e66, // ldp x6, x7, [x19, #80]
  0xd63f0120, // blr x9
  0xb9406a49, // ldr w9, [x18, #0x68]
  0xf940066a, // ldr x10, [x19, #8]
  0xf9000e60, // str x0, [x19, #24]
  0xb9000149, // str w9, [x10]
  0x52800000, // mov w0, #0
  // The epilogue that EPILOGUE describes.
  0x910003bf, // mov sp, x29
  0xf9400bf3, // ldr x19, [sp, #16]
  0xa8c27bfd, // ldp x29, x30, [sp], #32
  0xd65f03c0, // ret
];

/** Unwind codes of the prologue's steps, last one first. */
const PROLOGUE: readonly number[] = [
  0x01, // alloc_s 16
  0xe1, // set_fp
  0xd0, // save_reg x19,
  0x02, //   [sp, #16]
  0x83, // save_fplr_x [sp, #-32]!
  0xe3, // nop: the landing pad
  0xe4, // end
];

/** Unwind codes of the epilogue. */
const EPILOGUE: readonly number[] = [
  0xe1, // set_fp
  0xd0, // save_reg x19,
  0x02, //   [sp, #16]
  0x83, // save_fplr_x [sp], #32
  0xe4, // end
];

/**
 * Makes the .xdata record of a function with one epilogue, at its end:
 * https://learn.microsoft.com/cpp/build/arm64-exception-handling
 */
function unwindRecord(): number[] {
  const codes = [...PROLOGUE, ...EPILOGUE];
  const header = CODE.length | // the function's length in instructions
    1 << 21 | // E: one epilogue, at the end of the function
    PROLOGUE.length << 22 | // where its codes begin
    codes.length / 4 << 27; // length of the codes in words
  return [...bytesOf([header]), ...codes];
}

function bytesOf(words: readonly number[]): number[] {
  const bytes: number[] = [];
  for (const word of words) {
    bytes.push(word & 255, word >>> 8 & 255, word >>> 16 & 255, word >>> 24);
  }
  return bytes;
}
