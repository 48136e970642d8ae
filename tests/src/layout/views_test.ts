// portable

import { test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { array, bytes, struct, union, utf16 } from "../../../src/layout/mod.ts";
import { Header } from "./samples.ts";

/** Every kind of layout, each of 8 bytes. */
const LAYOUTS = {
  struct: Header,
  union: union({ whole: "u64", half: "u32" }),
  array: array("u16", 4),
  bytes: bytes(8),
  utf16: utf16(4),
};

/** Claims to be longer than it is, as a whole class does. */
class LongArray extends Uint8Array {
  override get byteLength(): number {
    return 64;
  }
  override get length(): number {
    return 64;
  }
}

class LongView extends DataView<ArrayBuffer> {
  override get byteLength(): number {
    return 64;
  }
}

/** Views of the first 4 bytes that claim to have 64. */
function longViews(memory: ArrayBuffer): ArrayBufferView[] {
  const own = { byteLength: { value: 64 }, length: { value: 64 } };
  return [
    new LongArray(memory, 0, 4),
    new LongView(memory, 0, 4),
    Object.defineProperties(new Uint8Array(memory, 0, 4), own),
    Object.defineProperties(new Uint16Array(memory, 0, 2), own),
    Object.defineProperties(new DataView(memory, 0, 4), own),
  ];
}

for (const [name, layout] of Object.entries(LAYOUTS)) {
  test(`${name}: no method goes beyond a view, whatever length it claims`, () => {
    const memory = new Uint8Array(64).fill(0x41);
    const value = layout.read(memory.slice());
    for (const view of longViews(memory.buffer)) {
      const message = "4 bytes in all";
      assertThrows(() => layout.read(view), RangeError, message);
      assertThrows(() => layout.read(view, 8), RangeError, message);
      assertThrows(
        () => layout.write(view, value as never, 8),
        RangeError,
        message,
      );
      if (!("view" in layout)) continue;
      assertThrows(() => layout.view(view), RangeError, message);
    }
    assertEquals(memory, new Uint8Array(64).fill(0x41));
  });
}

test("read() takes offset and buffer of a view from the view itself", () => {
  const memory = Uint8Array.from({ length: 64 }, (_, index) => index);
  const view = Object.defineProperties(memory.subarray(8, 32), {
    buffer: { value: new ArrayBuffer(64) },
    byteOffset: { value: 40 },
  });
  const Byte = struct({ it: "u8" });
  for (let again = 0; again < 2; again++) {
    assertEquals(Byte.read(view).it, 8);
    assertEquals(Byte.view(view, 2).it, 10);
  }
});

test("read() takes a view that claims to be shorter than it is", () => {
  const view = Object.defineProperty(new Uint8Array(8).fill(1), "byteLength", {
    value: 0,
  });
  assertEquals(Header.read(view), { kind: 0x0101, length: 0x0101_0101 });
});

test("read() refuses a view whose length grew by its own word since the last time", () => {
  const memory = new Uint8Array(64).fill(0x41);
  const view = new Uint8Array(memory.buffer, 0, 16);
  assertEquals(Header.read(view).kind, 0x4141);
  Object.defineProperty(view, "byteLength", { value: 64 });
  assertThrows(() => Header.read(view, 16), RangeError, "16 bytes in all");
});

test("write() takes as many bytes as a Uint8Array has, whatever length it claims", () => {
  const memory = new Uint8Array(64).fill(0x41);
  const short = memory.subarray(0, 4);
  Object.defineProperty(short, "length", { value: 8 });
  assertThrows(() => bytes(8).create(short), RangeError, "got 4");
  assertEquals(bytes(4).create(short), new Uint8Array(4).fill(0x41));
});

test("write() misses elements that a typed array only claims to have", () => {
  const short = new Uint16Array(2);
  Object.defineProperty(short, "length", { value: 4 });
  assertThrows(() => array("u16", 4).create(short), TypeError, '"[2]"');
});

test("read() throws for an ArrayBuffer that is shorter than it claims", () => {
  const buffer = Object.defineProperty(new ArrayBuffer(4), "byteLength", {
    value: 64,
  });
  assertThrows(() => Header.read(buffer), RangeError);
  assertThrows(() => Header.write(buffer, { kind: 1 }, 8), RangeError);
});
