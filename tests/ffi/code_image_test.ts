import { test } from "node:test";
import { assert, assertEquals, assertNotStrictEquals } from "@std/assert";
import type { Architecture } from "../../ffi/backend.ts";
import { BLOCK_SIZE } from "../../ffi/blocks.ts";
import {
  CODE_SIZE,
  codeImage,
  TRANSFER_COUNT,
  transferBlockAt,
} from "../../ffi/code_image.ts";
import { FRAME_ARGUMENTS, FRAME_BLOCK } from "../../ffi/frame_code.ts";
import { TRANSFER_BLOCK } from "../../ffi/transfer_code.ts";

const ARCHITECTURES: readonly Architecture[] = ["x64", "arm64"];

test("FRAME_BLOCK has a word of its own for each part of a call", () => {
  const { arguments: first, scratch, words, ...header } = FRAME_BLOCK;
  const taken = [
    ...Object.values(header),
    ...Array.from({ length: FRAME_ARGUMENTS }, (_, i) => first + i),
    scratch,
  ];
  assertEquals(new Set(taken).size, taken.length);
  assert(Math.max(...taken) < words);
});

test("TRANSFER_BLOCK has room for each part of a transfer", () => {
  const { target, cell, where, length, result, count, overlapped, size } =
    TRANSFER_BLOCK;
  const parts = [
    [target, 8],
    [cell, 8],
    [where, 8],
    [length, 4],
    [result, 4],
    [count, 4],
    [overlapped, 32],
  ] as const;
  let end = 0;
  for (const [at, length] of parts) {
    assert(at >= end && at % Math.min(length, 16) === 0);
    end = at + length;
  }
  assert(end <= size);
  assertEquals([size, 8 * FRAME_BLOCK.words], [BLOCK_SIZE, BLOCK_SIZE]);
});

test("codeImage() fits in its page, before the blocks", () => {
  for (const architecture of ARCHITECTURES) {
    assert(codeImage(architecture).bytes.length <= CODE_SIZE, architecture);
  }
  assert(transferBlockAt(0) >= CODE_SIZE + BLOCK_SIZE);
});

test("codeImage() makes a new image at each call", () => {
  for (const architecture of ARCHITECTURES) {
    const [one, other] = [codeImage(architecture), codeImage(architecture)];
    assertNotStrictEquals(one.bytes, other.bytes);
    assertEquals(one, other);
  }
});

test("codeImage() aligns the routines to 16 bytes and the tables to 4", () => {
  for (const architecture of ARCHITECTURES) {
    const { functionTable } = codeImage(architecture);
    assertEquals(functionTable % 4, 0, architecture);
    for (const { begin, unwind } of partsOf(architecture)) {
      assertEquals([begin % 16, unwind % 4], [0, 0], architecture);
    }
  }
});

test("codeImage() puts the routines, unwind data and function table one after the other", () => {
  for (const architecture of ARCHITECTURES) {
    const { frame, transfers, functionTable, functionCount, bytes } = codeImage(
      architecture,
    );
    const parts = partsOf(architecture);
    assertEquals(parts.map(({ begin }) => begin), [frame, ...transfers]);
    assertEquals(transfers.length, TRANSFER_COUNT);
    let end = 0;
    for (const part of parts) {
      assert(part.begin >= end && part.begin < end + 16, architecture);
      assert(part.begin < part.end, architecture);
      end = part.end;
    }
    for (const { unwind, unwindLength } of parts) {
      assert(unwind >= end && unwind < end + 4, architecture);
      end = unwind + unwindLength;
    }
    assertEquals(functionTable, end);
    assertEquals(
      functionTable + functionCount * (architecture === "x64" ? 12 : 8),
      bytes.length,
      architecture,
    );
  }
});

test("codeImage() has x64 unwind codes that name each prologue and epilogue", () => {
  const { bytes } = codeImage("x64");
  for (const { begin, end, unwind } of partsOf("x64")) {
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
  const counts = [FRAME_ARGUMENTS, ...Array(TRANSFER_COUNT).fill(5)];
  for (const [i, { unwind }] of partsOf("x64").entries()) {
    const allocated = ((bytes[unwind + 5]! >> 4) + 1) * 8;
    assert(allocated >= counts[i]! * 8);
    assertEquals((8 + 8 + allocated) % 16, 0); // return address, rbx
  }
});

test("codeImage() has arm64 unwind codes that name each prologue and epilogue", () => {
  const { bytes } = codeImage("arm64");
  const view = new DataView(bytes.buffer);
  for (const { begin, end, unwind } of partsOf("arm64")) {
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

test("codeImage() has each transfer find its own block", () => {
  const x64 = codeImage("x64");
  const arm64 = codeImage("arm64");
  const view = new DataView(x64.bytes.buffer);
  const words = new DataView(arm64.bytes.buffer);
  for (let i = 0; i < TRANSFER_COUNT; i++) {
    const lea = x64.transfers[i]! + 5; // lea rbx, [rip+displacement]
    assertEquals([...x64.bytes.subarray(lea, lea + 3)], [0x48, 0x8d, 0x1d]);
    assertEquals(lea + 7 + view.getInt32(lea + 3, true), transferBlockAt(i));
    const adr = arm64.transfers[i]! + 16; // adr x19, displacement
    const word = words.getUint32(adr, true);
    assertEquals((word & 0x9f00001f) >>> 0, 0x10000013);
    const displacement = (word >>> 5 & 0x7ffff) << 2 | word >>> 29 & 3;
    assertEquals(adr + displacement, transferBlockAt(i));
  }
});

interface Parts {
  begin: number;
  end: number;
  unwind: number;
  unwindLength: number;
}

/** Reads the function table and the sizes behind its entries. */
function partsOf(architecture: Architecture): Parts[] {
  const { bytes, functionTable, functionCount } = codeImage(architecture);
  const view = new DataView(bytes.buffer);
  return Array.from({ length: functionCount }, (_, i) => {
    const at = functionTable + i * (architecture === "x64" ? 12 : 8);
    const begin = view.getUint32(at, true);
    const second = view.getUint32(at + 4, true);
    if (architecture === "x64") {
      const unwind = view.getUint32(at + 8, true);
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
  });
}
