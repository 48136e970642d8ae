// portable

import { test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { bits, struct } from "../../../src/layout/mod.ts";
import { hex } from "./samples.ts";

test("bits() fills an integer from its lowest bit", () => {
  const Flags = bits("u32", { a: 1, b: 3, c: 28 });
  assertEquals(Flags.size, 4);
  assertEquals(Flags.create({ a: 1, b: 5, c: 0xfffffff }), hex("fbffffff"));
  assertEquals(Flags.read(hex("0b000080")), { a: 1, b: 5, c: 0x8000000 });
  assertEquals(bits("u32", { all: 32 }).read(hex("ffffffff")).all, 0xffff_ffff);
});

test("bits() writes one field without touching the others", () => {
  const Port = struct({ speed: "u32", flags: bits("u16", { a: 4, b: 8 }) });
  const view = Port.view(hex("00000000 ffff 0000"));
  view.flags.b = 0;
  assertEquals(view.flags.a, 15);
  view.flags.a = 3;
  assertEquals(Port.read(Port.create(view)).flags, { a: 3, b: 0 });
  assertThrows(
    () => view.flags.a = 16,
    RangeError,
    'Field "a" of type 4-bit field must be an integer from 0 to 15: got 16',
  );
  assertEquals(view.flags.a, 3);
});

test("bits() refuses more bits than the integer has", () => {
  assertThrows(
    () => bits("u8", { a: 4, b: 5 }),
    RangeError,
    'Bit-field "b" ends at bit 9, but u8 has only 8 bits.',
  );
  assertThrows(
    () => bits("u16", { a: 9, b: 9 }),
    RangeError,
    'Bit-field "b" ends at bit 18, but u16 has only 16 bits.',
  );
  assertThrows(() => bits("u8", { a: 0 }), RangeError, "positive");
  assertThrows(
    () => bits("u64" as "u32", { a: 1 }),
    TypeError,
    'storage must be "u8", "u16" or "u32": got the string "u64"',
  );
});

test("bits() refuses widths that are none", () => {
  for (const widths of [null, undefined, 5]) {
    assertThrows(
      () => bits("u8", widths as never),
      TypeError,
      "widths must be an object: got",
    );
  }
});
