import { test } from "node:test";
import { assert, assertEquals, assertNotStrictEquals } from "@std/assert";
import type { Architecture } from "../../../ffi/backend.ts";
import {
  BLOCK,
  BLOCK_SIZE,
  MAX_ARGUMENTS,
} from "../../../ffi/capture/block.ts";
import { CODE_SIZE, codeImage } from "../../../ffi/capture/image.ts";

const ARCHITECTURES: readonly Architecture[] = ["x64", "arm64"];

test("BLOCK has a word of its own for each part of a call", () => {
  const { arguments: first, words, ...others } = BLOCK;
  const taken = [
    ...Object.values(others),
    ...Array.from({ length: MAX_ARGUMENTS }, (_, i) => first + i),
  ];
  assertEquals(new Set(taken).size, taken.length);
  assert(Math.max(...taken) < words);
  assertEquals(BLOCK_SIZE, words * 8);
});

test("codeImage() fits in its page", () => {
  for (const architecture of ARCHITECTURES) {
    assert(codeImage(architecture).bytes.length <= CODE_SIZE, architecture);
  }
});

test("codeImage() makes a new image at each call", () => {
  for (const architecture of ARCHITECTURES) {
    const [one, other] = [codeImage(architecture), codeImage(architecture)];
    assertNotStrictEquals(one.bytes, other.bytes);
    assertEquals(one, other);
  }
});

test("codeImage() has the routine, unwind data and function table one after the other, each aligned", () => {
  for (const architecture of ARCHITECTURES) {
    const { functionTable, bytes } = codeImage(architecture);
    const { begin, end, unwind, unwindLength } = routineOf(architecture);
    assertEquals(begin, 0);
    assert(end > 0 && unwind >= end && unwind < end + 4, architecture);
    assertEquals([unwind % 4, functionTable % 4], [0, 0], architecture);
    assertEquals(functionTable, unwind + unwindLength);
    const size = architecture === "x64" ? 12 : 8;
    assertEquals(bytes.length, functionTable + size, architecture);
  }
});

test("codeImage() has x64 unwind codes that describe prologue and epilogue", () => {
  const { bytes } = codeImage("x64");
  {
    const { begin, end, unwind } = routineOf("x64");
    const [flags, prologueLength, count, frameRegister] = bytes.subarray(
      unwind,
    );
    assertEquals([flags, frameRegister], [1, 0]); // version 1, no handler, no frame pointer
    const prologue: number[] = [];
    const epilogue: number[] = [];
    for (let i = count! - 1; i >= 0; i--) {
      const [offset, code] = bytes.subarray(unwind + 4 + i * 2);
      const [operation, info] = [code! & 15, code! >> 4];
      if (operation === 0) { // UWOP_PUSH_NONVOL
        prologue.push(0x50 + info); // push
        epilogue.unshift(0x58 + info); // pop
      } else {
        assertEquals(operation, 2); // UWOP_ALLOC_SMALL
        prologue.push(0x48, 0x83, 0xec, (info + 1) * 8); // sub rsp
        epilogue.unshift(0x48, 0x83, 0xc4, (info + 1) * 8); // add rsp
      }
      assertEquals(prologue.length, offset);
    }
    epilogue.push(0xc3); // ret
    assertEquals(prologue.length, prologueLength);
    assertEquals([...bytes.subarray(begin, begin + prologue.length)], prologue);
    assertEquals([...bytes.subarray(end - epilogue.length, end)], epilogue);
  }
});

test("codeImage() leaves room on the x64 stack for all arguments, aligned", () => {
  const { bytes } = codeImage("x64");
  const { unwind } = routineOf("x64");
  const allocated = ((bytes[unwind + 5]! >> 4) + 1) * 8;
  assert(allocated >= MAX_ARGUMENTS * 8);
  assertEquals((8 + 8 + allocated) % 16, 0); // return address, rbx
});

test("codeImage() has arm64 unwind codes that describe prologue and epilogue", () => {
  const { bytes } = codeImage("arm64");
  const view = new DataView(bytes.buffer);
  {
    const { begin, end, unwind } = routineOf("arm64");
    const header = view.getUint32(unwind, true);
    assertEquals(header & 0x3ffff, (end - begin) / 4); // length in instructions
    assertEquals(header >>> 18 & 7, 0); // version 0, no handler
    assertEquals(header >>> 21 & 1, 1); // one epilogue, at the end
    const codes = unwind + 4;
    const prologue = instructionsOf(codes, "prologue").reverse();
    const epilogue = instructionsOf(codes + (header >>> 22 & 31), "epilogue");
    epilogue.push(0xd65f03c0); // ret
    assertEquals(words(begin, prologue.length), prologue);
    assertEquals(words(end - epilogue.length * 4, epilogue.length), epilogue);
  }

  function words(offset: number, count: number): number[] {
    return Array.from(
      { length: count },
      (_, i) => view.getUint32(offset + i * 4, true),
    );
  }

  /** Translates unwind codes to the instructions that each stands for. */
  function instructionsOf(at: number, part: "prologue" | "epilogue"): number[] {
    const forward = part === "prologue";
    const result: number[] = [];
    for (;;) {
      const code = bytes[at++]!;
      if (code === 0xe4) return result; // end
      if (code < 0x20) { // alloc_s: sub or add sp, sp, #code * 16
        result.push((forward ? 0xd10003ff : 0x910003ff) + (code * 16 << 10));
      } else if (code === 0xe1) { // set_fp: mov x29, sp or mov sp, x29
        result.push(forward ? 0x910003fd : 0x910003bf);
      } else if (code >> 6 === 2) { // save_fplr_x: stp x29, x30, [sp, #-n * 8]! or ldp … [sp], #n * 8
        const n = (code & 63) + 1;
        result.push(
          (forward
            ? 0xa9807bfd + ((128 - n) << 15)
            : 0xa8c07bfd + (n << 15)) >>> 0,
        );
      } else if (code >> 2 === 0x34) { // save_reg: str or ldr x(19 + n), [sp, #m * 8]
        const bits = code << 8 | bytes[at++]!;
        const base = forward ? 0xf90003e0 : 0xf94003e0;
        result.push(base + ((bits & 63) << 10) + 19 + (bits >> 6 & 15));
      } else {
        assertEquals(code, 0xe3); // nop, which stands for the landing pad:
        result.push(0xd503245f); // bti c
      }
    }
  }
});

interface Routine {
  begin: number;
  end: number;
  unwind: number;
  unwindLength: number;
}

/** Reads the function table's entry and the sizes behind it. */
function routineOf(architecture: Architecture): Routine {
  const { bytes, functionTable } = codeImage(architecture);
  const view = new DataView(bytes.buffer);
  const begin = view.getUint32(functionTable, true);
  const second = view.getUint32(functionTable + 4, true);
  if (architecture === "x64") {
    const unwind = view.getUint32(functionTable + 8, true);
    // An odd number of codes is padded.
    const codes = view.getUint8(unwind + 2) + 1 & ~1;
    return { begin, end: second, unwind, unwindLength: 4 + codes * 2 };
  }
  assertEquals(second & 3, 0); // a record, not packed data
  const header = view.getUint32(second, true);
  const length = (header & 0x3ffff) * 4;
  return {
    begin,
    end: begin + length,
    unwind: second,
    unwindLength: 4 + (header >>> 27) * 4,
  };
}
