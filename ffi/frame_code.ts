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

/** Architectures that the frame exists for. */
export type FrameArch = "x64" | "arm64";

/**
 * One position-independent image: code, then unwind data, then the function
 * table. Every address in it is relative to its first byte, which belongs at
 * the start of a page.
 */
export interface FrameImage {
  /** What to copy into the page. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Offset of the routine's first instruction. */
  readonly entry: number;
  /** Offset of the RUNTIME_FUNCTION array that RtlAddFunctionTable takes. */
  readonly functionTable: number;
  /** Number of entries in that array. */
  readonly functionCount: number;
}

/**
 * Builds the capture frame for one architecture.
 *
 * @param arch Architecture of the process (an x64 process on arm64 Windows is `"x64"`).
 * @returns The image, newly made at each call.
 */
export function frameImage(arch: FrameArch): FrameImage {
  return arch === "x64" ? x64Image() : arm64Image();
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
  // End of the prologue that X64_UNWIND describes.
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

/**
 * UNWIND_INFO (https://learn.microsoft.com/en-us/cpp/build/exception-handling-x64):
 * the prologue's steps, last one first, each with the offset of its end.
 */
const X64_UNWIND: readonly number[] = [
  0x01, // version 1, no handler
  0x05, // length of the prologue in bytes
  0x02, // number of codes
  0x00, // no frame pointer
  0x05, // offset 5:
  0x92, // UWOP_ALLOC_SMALL, (9 + 1) * 8 bytes
  0x01, // offset 1:
  0x30, // UWOP_PUSH_NONVOL, rbx
];

function x64Image(): FrameImage {
  const code: number[] = [];
  // Loops, since this is run once, and a loop costs least where all is cold.
  for (const bytes of X64_CODE) {
    for (let i = 0; i < bytes.length; i += 3) {
      code.push(parseInt(bytes.slice(i, i + 2), 16));
    }
  }
  const unwind = align4(code.length);
  const table = align4(unwind + X64_UNWIND.length);
  const bytes = new Uint8Array(table + 12);
  bytes.set(code);
  bytes.set(X64_UNWIND, unwind);
  const view = new DataView(bytes.buffer);
  view.setUint32(table, 0, true); // BeginAddress
  view.setUint32(table + 4, code.length, true); // EndAddress
  view.setUint32(table + 8, unwind, true); // UnwindInfoAddress
  return { bytes, entry: 0, functionTable: table, functionCount: 1 };
}

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
  // End of the prologue that ARM64_UNWIND describes.
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
  // The epilogue that ARM64_UNWIND describes.
  0x910003bf, // mov sp, x29
  0xf9400bf3, // ldr x19, [sp, #16]
  0xa8c27bfd, // ldp x29, x30, [sp], #32
  0xd65f03c0, // ret
];

/**
 * Unwind codes of the .xdata record
 * (https://learn.microsoft.com/en-us/cpp/build/arm64-exception-handling):
 * the prologue's steps, last one first, then the epilogue's in their order.
 */
const ARM64_UNWIND: readonly number[] = [
  0x01, // alloc_s 16
  0xe1, // set_fp
  0xd0, // save_reg x19,
  0x02, //   [sp, #16]
  0x83, // save_fplr_x [sp, #-32]!
  0xe3, // nop: the landing pad
  0xe4, // end
  0xe1, // set_fp
  0xd0, // save_reg x19,
  0x02, //   [sp, #16]
  0x83, // save_fplr_x [sp], #32
  0xe4, // end
];

/** Index in ARM64_UNWIND of the epilogue's first code. */
const ARM64_EPILOGUE = 7;

function arm64Image(): FrameImage {
  const record = ARM64_CODE.length * 4;
  const table = record + 4 + ARM64_UNWIND.length;
  const bytes = new Uint8Array(table + 8);
  const view = new DataView(bytes.buffer);
  ARM64_CODE.forEach((word, i) => view.setUint32(i * 4, word, true));
  const header = ARM64_CODE.length | // function length in instructions
    1 << 21 | // E: one epilogue, at the end of the function
    ARM64_EPILOGUE << 22 |
    ARM64_UNWIND.length / 4 << 27; // length of the codes in words
  view.setUint32(record, header, true);
  bytes.set(ARM64_UNWIND, record + 4);
  view.setUint32(table, 0, true); // BeginAddress
  view.setUint32(table + 4, record, true); // its low bits, 0, say: .xdata
  return { bytes, entry: 0, functionTable: table, functionCount: 1 };
}

function align4(offset: number): number {
  return (offset + 3) & ~3;
}
