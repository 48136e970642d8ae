/**
 * Machine code of the capture frame: the native routine that makes one call
 * and reads the thread's last error before anything else can run.
 *
 *     int __cdecl frame(void* context, void* key, uint64_t block[16])
 *
 *     block[keyWord] = key;  block[contextWord] = context;
 *     TEB.LastErrorValue = *cell;
 *     block[result] = target(argument 1, …, argument 9);
 *     *cell = TEB.LastErrorValue;
 *     return 0;
 *
 * All nine arguments are always passed: a callee reads only those it declares,
 * and straight-line code is shorter than a loop over a count.
 *
 * @module
 */
import type { Architecture } from "./backend.ts";
import {
  arm64Code,
  arm64Unwind,
  type Routine,
  x64Code,
  x64Unwind,
} from "./machine_code.ts";

/** Where the parts of a call stand in the block, in 64-bit words. */
export const FRAME_BLOCK = {
  /** Address of the function to call. */
  target: 0,
  /** Address of the 32-bit cell that holds the last error between calls. */
  cell: 1,
  /**
   * Low 32 bits: the word that receives `key`; high 32 bits: the word that
   * receives `context`. Both are trusted, so they must be below `words`.
   */
  destinations: 2,
  /** Full 64-bit return value. */
  result: 3,
  /** First of the nine arguments. */
  arguments: 4,
  /** Destination of a pointer that is no argument. */
  scratch: 13,
  /** Length of the block. */
  words: 16,
} as const;

/** Number of arguments that the frame passes. */
export const FRAME_ARGUMENTS = 9;

/** Where the result of a call stands in its block, in bytes. */
export const RESULT: number = FRAME_BLOCK.result * 8;

/** Instead of an argument's index: the call has no such buffer. */
export const NO_ARGUMENT: number = FRAME_BLOCK.scratch - FRAME_BLOCK.arguments;

/** Where argument `index` stands in a block, in bytes. */
export function argumentOffset(index: number): number {
  return (FRAME_BLOCK.arguments + index) * 8;
}

/** Makes the capture frame for a processor (an x64 process on arm64 Windows is `"x64"`). */
export function frameRoutine(architecture: Architecture): Routine {
  return architecture === "x64"
    ? { code: x64Code(X64_CODE), unwind: x64Unwind(0x50) }
    : {
      code: arm64Code(ARM64_CODE),
      unwind: arm64Unwind(ARM64_CODE.length, ARM64_PROLOGUE, ARM64_EPILOGUE),
    };
}

/*
 * x64. rcx = context, rdx = key, r8 = block; the TEB is at gs:[0].
 *
 * Stack: 20h bytes of shadow space, five arguments, 8 bytes of padding; with
 * rbx and the return address that keeps rsp a multiple of 16 at the call.
 * Words are moved 8 bytes at a time, the width they were written with:
 * a wider load right after two narrow stores would wait for both.
 */
const X64_CODE: readonly string[] = [
  "53", // push rbx
  "48 83 EC 50", // sub rsp, 0x50
  // End of the prologue that the unwind data describes.
  "4C 89 C3", // mov rbx, r8
  "41 8B 40 10", // mov eax, dword ptr [r8+0x10]
  "45 8B 48 14", // mov r9d, dword ptr [r8+0x14]
  "49 89 14 C0", // mov qword ptr [r8+rax*8], rdx
  "4B 89 0C C8", // mov qword ptr [r8+r9*8], rcx
  "48 8B 43 08", // mov rax, qword ptr [rbx+0x08]
  "8B 08", // mov ecx, dword ptr [rax]
  "65 89 0C 25 68 00 00 00", // mov dword ptr gs:[0x68], ecx
  "48 8B 43 40", // mov rax, qword ptr [rbx+0x40]
  "48 89 44 24 20", // mov qword ptr [rsp+0x20], rax
  "48 8B 43 48", // mov rax, qword ptr [rbx+0x48]
  "48 89 44 24 28", // mov qword ptr [rsp+0x28], rax
  "48 8B 43 50", // mov rax, qword ptr [rbx+0x50]
  "48 89 44 24 30", // mov qword ptr [rsp+0x30], rax
  "48 8B 43 58", // mov rax, qword ptr [rbx+0x58]
  "48 89 44 24 38", // mov qword ptr [rsp+0x38], rax
  "48 8B 43 60", // mov rax, qword ptr [rbx+0x60]
  "48 89 44 24 40", // mov qword ptr [rsp+0x40], rax
  "48 8B 4B 20", // mov rcx, qword ptr [rbx+0x20]
  "48 8B 53 28", // mov rdx, qword ptr [rbx+0x28]
  "4C 8B 43 30", // mov r8, qword ptr [rbx+0x30]
  "4C 8B 4B 38", // mov r9, qword ptr [rbx+0x38]
  "FF 13", // call qword ptr [rbx]
  "65 8B 0C 25 68 00 00 00", // mov ecx, dword ptr gs:[0x68]
  "48 8B 53 08", // mov rdx, qword ptr [rbx+0x08]
  "48 89 43 18", // mov qword ptr [rbx+0x18], rax
  "89 0A", // mov dword ptr [rdx], ecx
  "31 C0", // xor eax, eax
  // The unwinder knows an epilogue by these very instructions.
  "48 83 C4 50", // add rsp, 0x50
  "5B", // pop rbx
  "C3", // ret
];

/*
 * arm64. x0 = context, x1 = key, x2 = block; x18 holds the TEB and is only
 * read. The ninth argument goes to [sp]. The frame keeps the x29 chain, which
 * fast stack walks follow; it is therefore not one of the shapes that packed
 * unwind data can express, and has an .xdata record. `bti c` makes the entry a
 * legal target of an indirect call where that is enforced, and is a no-op elsewhere.
 */
const ARM64_CODE: readonly number[] = [
  0xd503245f, // bti c
  0xa9be7bfd, // stp x29, x30, [sp, #-32]!
  0xf9000bf3, // str x19, [sp, #16]
  0x910003fd, // mov x29, sp
  0xd10043ff, // sub sp, sp, #16
  // End of the prologue that ARM64_PROLOGUE describes.
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
  // The epilogue that ARM64_EPILOGUE describes.
  0x910003bf, // mov sp, x29
  0xf9400bf3, // ldr x19, [sp, #16]
  0xa8c27bfd, // ldp x29, x30, [sp], #32
  0xd65f03c0, // ret
];

/** Unwind codes of the prologue's steps, last one first. */
const ARM64_PROLOGUE: readonly number[] = [
  0x01, // alloc_s 16
  0xe1, // set_fp
  0xd0, // save_reg x19,
  0x02, //   [sp, #16]
  0x83, // save_fplr_x [sp, #-32]!
  0xe3, // nop: the landing pad
  0xe4, // end
];

/** Unwind codes of the epilogue. */
const ARM64_EPILOGUE: readonly number[] = [
  0xe1, // set_fp
  0xd0, // save_reg x19,
  0x02, //   [sp, #16]
  0x83, // save_fplr_x [sp], #32
  0xe4, // end
];
