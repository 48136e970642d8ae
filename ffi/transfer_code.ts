/**
 * Machine code of the transfers: native routines that each make one kind of
 * call of ReadFile or WriteFile with as little around it as there can be.
 *
 *     int __cdecl transfer(int32_t file, void* bytes, uint32_t length)
 *
 *     block.length = length;  block.overlapped.Internal = InternalHigh = 0;
 *     TEB.LastErrorValue = *block.cell;
 *     block.result = block.target(file, bytes, length, &block.count, block.where);
 *     *block.cell = TEB.LastErrorValue;
 *     return block.result && block.count == length ? 0 : some other number;
 *
 * Beside the capture frame, which makes any call, a transfer finds all that
 * stays the same in a block of its own at a fixed distance, so that a call has
 * three arguments, and its usual outcome is what it returns: nothing need be
 * written to memory before or read from it afterwards.
 *
 * "64-bit versions of Windows use 32-bit handles for interoperability":
 * https://learn.microsoft.com/windows/win32/winprog64/interprocess-communication
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

/** The functions that transfer one buffer. */
export type BufferTransferName = "ReadFile" | "WriteFile";

/** Where the parts of a transfer stand in its block, in bytes. */
export const TRANSFER_BLOCK = {
  /** Address of the function to call. */
  target: 0x00,
  /** Address of the 32-bit cell that holds the last error between calls. */
  cell: 0x08,
  /** Address of the OVERLAPPED; 0 for a transfer at the file pointer. */
  where: 0x10,
  /** 32 bits: how much was asked for. */
  length: 0x18,
  /** 32 bits: what the function returned. */
  result: 0x1c,
  /** 32 bits: how much was transferred. */
  count: 0x20,
  /** An OVERLAPPED. */
  overlapped: 0x40,
  /** Length of the block. */
  size: 0x80,
} as const;

/**
 * Makes transfers for a processor, which differ in where their blocks are.
 *
 * @returns What makes one, by the distance from the first byte of its code to
 * that of its block.
 */
export function transferRoutines(
  architecture: Architecture,
): (distance: number) => Routine {
  return architecture === "x64" ? x64Routines() : arm64Routine;
}

function x64Routines(): (distance: number) => Routine {
  const common = x64Code(X64_CODE);
  const unwind = x64Unwind(0x30);
  return (distance) => {
    const code = common.slice();
    const displacement = distance - X64_BLOCK;
    for (let i = 0; i < 4; i++) {
      code[X64_BLOCK - 4 + i] = displacement >> 8 * i & 255;
    }
    return { code, unwind };
  };
}

function arm64Routine(distance: number): Routine {
  const words = [...ARM64_CODE];
  const displacement = distance - 4 * ARM64_BLOCK;
  words[ARM64_BLOCK]! |= (displacement & 3) << 29 | displacement >> 2 << 5;
  return {
    code: arm64Code(words),
    unwind: arm64Unwind(words.length, ARM64_PROLOGUE, ARM64_EPILOGUE),
  };
}

/*
 * x64. ecx = file, rdx = bytes, r8d = length; the TEB is at gs:[0].
 *
 * Stack: 20h bytes of shadow space, the fifth argument, 8 bytes of padding;
 * with rbx and the return address that keeps rsp a multiple of 16 at the call.
 */
const X64_CODE: readonly string[] = [
  "53", // push rbx
  "48 83 EC 30", // sub rsp, 0x30
  // End of the prologue that the unwind data describes.
  "48 8D 1D 00 00 00 00", // lea rbx, [rip+0x0]
  "44 89 43 18", // mov dword ptr [rbx+0x18], r8d
  "4C 8D 4B 20", // lea r9, [rbx+0x20]
  "48 8B 43 10", // mov rax, qword ptr [rbx+0x10]
  "48 89 44 24 20", // mov qword ptr [rsp+0x20], rax
  "48 8B 43 08", // mov rax, qword ptr [rbx+0x08]
  "8B 00", // mov eax, dword ptr [rax]
  "65 89 04 25 68 00 00 00", // mov dword ptr gs:[0x68], eax
  "48 C7 43 40 00 00 00 00", // mov qword ptr [rbx+0x40], 0
  "48 C7 43 48 00 00 00 00", // mov qword ptr [rbx+0x48], 0
  "48 63 C9", // movsxd rcx, ecx
  "FF 13", // call qword ptr [rbx]
  "65 8B 0C 25 68 00 00 00", // mov ecx, dword ptr gs:[0x68]
  "48 8B 53 08", // mov rdx, qword ptr [rbx+0x08]
  "89 0A", // mov dword ptr [rdx], ecx
  "89 43 1C", // mov dword ptr [rbx+0x1C], eax
  "31 C9", // xor ecx, ecx
  "85 C0", // test eax, eax
  "0F 94 C1", // sete cl
  "8B 43 20", // mov eax, dword ptr [rbx+0x20]
  "33 43 18", // xor eax, dword ptr [rbx+0x18]
  "09 C8", // or eax, ecx
  // The unwinder knows an epilogue by these very instructions.
  "48 83 C4 30", // add rsp, 0x30
  "5B", // pop rbx
  "C3", // ret
];

/** Where the instruction ends that finds the block, in bytes. */
const X64_BLOCK = 12;

/*
 * arm64. w0 = file, x1 = bytes, w2 = length; x18 holds the TEB and is only
 * read. All five arguments of the call go in registers.
 */
const ARM64_CODE: readonly number[] = [
  0xd503245f, // bti c
  0xa9be7bfd, // stp x29, x30, [sp, #-32]!
  0xf9000bf3, // str x19, [sp, #16]
  0x910003fd, // mov x29, sp
  // End of the prologue that ARM64_PROLOGUE describes.
  0x10000013, // adr x19, .
  0xb9001a62, // str w2, [x19, #24]
  0x91008263, // add x3, x19, #32
  0xa940926a, // ldp x10, x4, [x19, #8]
  0xb940014b, // ldr w11, [x10]
  0xb9006a4b, // str w11, [x18, #0x68]
  0xa9047e7f, // stp xzr, xzr, [x19, #64]
  0x93407c00, // sxtw x0, w0
  0xf9400269, // ldr x9, [x19]
  0xd63f0120, // blr x9
  0xb9406a49, // ldr w9, [x18, #0x68]
  0xf940066a, // ldr x10, [x19, #8]
  0xb9000149, // str w9, [x10]
  0xb9001e60, // str w0, [x19, #28]
  0x7100001f, // cmp w0, #0
  0x1a9f17e9, // cset w9, eq
  0xb9401a6a, // ldr w10, [x19, #24]
  0xb940226b, // ldr w11, [x19, #32]
  0x4a0b014a, // eor w10, w10, w11
  0x2a090140, // orr w0, w10, w9
  // The epilogue that ARM64_EPILOGUE describes.
  0xf9400bf3, // ldr x19, [sp, #16]
  0xa8c27bfd, // ldp x29, x30, [sp], #32
  0xd65f03c0, // ret
];

/** Which instruction finds the block. */
const ARM64_BLOCK = 4;

/** Unwind codes of the prologue's steps, last one first. */
const ARM64_PROLOGUE: readonly number[] = [
  0xe1, // set_fp
  0xd0, // save_reg x19,
  0x02, //   [sp, #16]
  0x83, // save_fplr_x [sp, #-32]!
  0xe3, // nop: the landing pad
  0xe4, // end
];

/** Unwind codes of the epilogue. */
const ARM64_EPILOGUE: readonly number[] = [
  0xd0, // save_reg x19,
  0x02, //   [sp, #16]
  0x83, // save_fplr_x [sp], #32
  0xe4, // end
];
