// portable
//
// What AlignedBuffer asks of the system, and what it does if it is refused.

import "../../support/old_node.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { AlignedBuffer, Win32Error } from "../../../mod.ts";
import {
  isViewAligned,
  ownerOf,
  releaseMemory,
  retainMemory,
} from "../../../src/memory/aligned_buffer.ts";
import { preparePool } from "../../../src/memory/pooled_memory.ts";
import { SegmentArray } from "../../../src/memory/segments.ts";
import { strictTest } from "../../support/strict_kernel/mod.ts";
import { failFunction } from "../../support/strict_kernel/replaced.ts";
import { assertRefused } from "../../support/untouched.ts";

const ERROR_NOT_ENOUGH_MEMORY = 8;
const ERROR_INVALID_ADDRESS = 487;
const PAGE = 4096;

strictTest("AlignedBuffer refuses lengths that cannot be", () => {
  for (const length of [0, -1, 0.5, NaN, Infinity, 2 ** 53]) {
    assertRefused(
      () => new AlignedBuffer(length),
      RangeError,
      `byteLength must be a whole number from 1: got ${length}`,
    );
  }
  for (const length of ["5", 5n, null, undefined, {}]) {
    assertRefused(
      () => new AlignedBuffer(length as unknown as number),
      TypeError,
      "byteLength must be a number: got",
    );
  }
  using least = new AlignedBuffer(1);
  assertEquals(least.byteLength, 1);
});

strictTest("AlignedBuffer says so when there is no memory", () => {
  using _ = failFunction("VirtualAlloc", ERROR_NOT_ENOUGH_MEMORY);
  const error = assertThrows(() => new AlignedBuffer(PAGE), Win32Error);
  assertEquals(
    [error.syscall, error.win32],
    ["VirtualAlloc", ERROR_NOT_ENOUGH_MEMORY],
  );
});

strictTest(
  "AlignedBuffer frees memory that the runtime cannot show",
  ({ memory }) => {
    const { allocations } = memory;
    const tooLong = new RangeError("Invalid array buffer length");
    const noPermission = new Error("Requires ffi access");
    for (const cause of [tooLong, noPermission]) {
      memory.shown = () => {
        throw cause;
      };
      const error = assertThrows(() => new AlignedBuffer(PAGE), Error);
      if (cause === noPermission) assertEquals(error, cause);
      else {
        assert(error instanceof RangeError);
        assertEquals(
          error.message,
          "byteLength must be no more than an ArrayBuffer of this runtime " +
            "can have: got 4096",
        );
        assertEquals(error.cause, cause);
      }
      assertEquals(memory.allocations, allocations);
    }
    delete (memory as { shown?: unknown }).shown; // The class has it.
    new AlignedBuffer(PAGE).free();
  },
);

strictTest(
  "AlignedBuffer.free() frees the memory and detaches its views, once",
  ({ memory }) => {
    const { allocations } = memory;
    const buffer = new AlignedBuffer(100);
    const { bytes } = buffer;
    assertEquals([buffer.byteLength, bytes.length], [100, 100]);
    assertEquals(memory.allocations, allocations + 1);
    buffer.free();
    assertEquals([buffer.byteLength, bytes.length], [0, 0]);
    assertEquals(memory.allocations, allocations);
    buffer.free();
    buffer[Symbol.dispose]();
    {
      using _ = new AlignedBuffer(PAGE);
    }
    assertEquals(memory.allocations, allocations);
  },
);

strictTest("AlignedBuffer.free() says so when the system refuses", () => {
  const buffer = new AlignedBuffer(PAGE);
  {
    using _ = failFunction("VirtualFree", ERROR_INVALID_ADDRESS);
    const error = assertThrows(() => buffer.free(), Win32Error);
    assertEquals(
      [error.syscall, error.win32],
      ["VirtualFree", ERROR_INVALID_ADDRESS],
    );
  }
  assertEquals(buffer.byteLength, 0);
  buffer.free();
});

strictTest(
  "memory that is retained is freed when the last operation releases it",
  ({ memory }) => {
    const buffer = new AlignedBuffer(PAGE);
    const { allocations } = memory;
    retainMemory(buffer);
    releaseMemory(buffer); // It is not to be freed yet.
    assertEquals(memory.allocations, allocations);
    retainMemory(buffer);
    retainMemory(buffer);
    buffer.free();
    assertEquals(buffer.byteLength, 0);
    assertEquals(memory.allocations, allocations);
    releaseMemory(buffer);
    assertEquals(memory.allocations, allocations);
    releaseMemory(buffer);
    assertEquals(memory.allocations, allocations - 1);
  },
);

strictTest(
  "an array of segments retains the memory of its pages until it is released",
  ({ memory }) => {
    preparePool();
    const { allocations } = memory;
    const buffers = [1, 2].map(() => new AlignedBuffer(2 * PAGE));
    const [a, b] = buffers.map(({ bytes }) => bytes);
    const array = new SegmentArray([a!, b!, a!.subarray(PAGE)]);
    for (const buffer of buffers) buffer.free();
    assertEquals(memory.allocations, allocations + 2);
    array.release();
    assertEquals(memory.allocations, allocations);
  },
);

strictTest("isViewAligned() goes by the address of the first byte", () => {
  using buffer = new AlignedBuffer(2 * PAGE);
  const { bytes } = buffer;
  assertEquals(ownerOf(bytes.subarray(5)), buffer);
  for (const offset of [0, 1, 512, 4095, 4096]) {
    const view = bytes.subarray(offset);
    assertEquals(isViewAligned(view, 512), offset % 512 === 0, `${offset}`);
    assertEquals(isViewAligned(view, PAGE), offset % PAGE === 0, `${offset}`);
  }
  // Of 4096 neighbouring addresses exactly one is a multiple of 4096.
  const memory = new Uint8Array(2 * PAGE);
  assertEquals(ownerOf(memory), undefined);
  const aligned = Array.from(memory.keys()).filter((offset) =>
    isViewAligned(memory.subarray(offset), PAGE)
  );
  assertEquals(aligned.length, 2);
  assertEquals(aligned[1]! - aligned[0]!, PAGE);
});
