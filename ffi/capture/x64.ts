/**
 * The capture routine for x64, which an x64 process on arm64 Windows runs too.
 *
 * @module
 */
import type { Routine } from "./image.ts";

/** Makes the routine. */
export function x64Routine(): Routine {
  const code: number[] = [];
  // Loops, since this is run once, and a loop costs least where all is cold.
  for (const bytes of CODE) {
    for (let i = 0; i < bytes.length; i += 3) {
      code.push(parseInt(bytes.slice(i, i + 2), 16));
    }
  }
  return { code, unwind: UNWIND };
}

/*
 * rcx = context, rdx = key, r8 = block; the TEB is at gs:[0].
 *
 * Stack: 20h bytes of shadow space, five arguments, 8 bytes of padding; with
 * rbx and the return address that keeps rsp a multiple of 16 at the call.
 * Words are moved 8 bytes at a time, the width they were written with:
 * a wider load right after two narrow stores would wait for both.
 */
const CODE: readonly string[] = [
  "53", // push rbx
  "48 83 EC 50", // sub rsp, 0x50
  // End of the prologue that UNWIND describes.
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

/** UNWIND_INFO: https://learn.microsoft.com/cpp/build/exception-handling-x64 */
const UNWIND: readonly number[] = [
  0x01, // version 1, no handler
  0x05, // length of the prologue in bytes
  0x02, // number of codes, last step first, each with the offset of its end
  0x00, // no frame pointer
  0x05, // offset 5:
  0x92, // UWOP_ALLOC_SMALL, (9 + 1) * 8 bytes
  0x01, // offset 1:
  0x30, // UWOP_PUSH_NONVOL, rbx
];
