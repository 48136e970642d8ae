// portable

import { test } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  array,
  ascii,
  bits,
  bytes,
  type Infer,
  overlay,
  struct,
  union,
  utf16,
} from "../../../src/layout/mod.ts";
import { Header, hex, Packet } from "./samples.ts";

/** Compiles only if both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends
  (<T>() => T extends B ? 1 : 2) ? true : false;
const sameType = <A, B>(same: Same<A, B>) => assert(same);

test("struct() puts each field at its natural alignment and pads the tail", () => {
  const Mixed = struct({ a: "u8", b: "u32", c: "u8", d: "u64", e: "u16" });
  assertEquals(Mixed.size, 32);
  assertEquals(Mixed.align, 8);
  assertEquals(
    (["a", "b", "c", "d", "e"] as const).map((name) => Mixed.offsetOf(name)),
    [0, 4, 8, 16, 24],
  );
});

test("struct() gives pointers and sizes eight bytes", () => {
  const Sizes = struct({ p: "pointer", u: "usize", i: "isize" });
  assertEquals(Sizes.size, 24);
  assertEquals(Sizes.align, 8);
});

test("struct() with pack limits every field's alignment", () => {
  const fields = { a: "u8", b: "u64", c: "u16" } as const;
  assertEquals(struct(fields, { pack: 1 }).size, 11);
  assertEquals(struct(fields, { pack: 1 }).offsetOf("b"), 1);
  assertEquals(struct(fields, { pack: 2 }).offsetOf("b"), 2);
  assertEquals(struct(fields, { pack: 4 }).size, 16);
  assertEquals(struct(fields, { pack: 16 }).size, struct(fields).size);
});

test("struct() with pack limits nested structures too", () => {
  const Outer = struct({ a: "u8", inner: struct({ x: "u64" }) }, { pack: 2 });
  assertEquals(Outer.offsetOf("inner"), 2);
  assertEquals(Outer.size, 10);
});

const Table = struct({ count: "u32", rows: array(Header, 2) });

test("offsetOf() follows dotted paths through structures and arrays", () => {
  assertEquals(Packet.offsetOf("header.length"), 8);
  assertEquals(Packet.offsetOf("data.2"), 16);
  assertEquals(Table.offsetOf("rows.1.length"), 16);
});

test("offsetOf() refuses a field that does not exist", () => {
  for (const path of ["nope", "id.x", "data.3", "data.-1", "header.", ""]) {
    assertThrows(
      () => Packet.offsetOf(path as "id"),
      RangeError,
      `path must name a field: got the string "${path}". The fields are id, ` +
        "header, data, name.",
    );
  }
  for (const path of ["rows.2", "rows.1.nope", "rows.nope.kind"]) {
    assertThrows(
      () => Table.offsetOf(path as "rows"),
      RangeError,
      `got the string "${path}"`,
    );
  }
});

test("struct() infers the types of values", () => {
  const Head = struct({ kind: "u16", length: "u32" });
  const Whole = struct({ head: Head, data: array("u16", 3), name: utf16(4) });
  sameType<
    Infer<typeof Whole>,
    {
      head: { kind: number; length: number };
      data: number[];
      name: string;
    }
  >(true);
  const All = struct({ big: "u64", ok: "bool32", raw: bytes(2) });
  sameType<Infer<typeof All>, { big: bigint; ok: boolean; raw: Uint8Array }>(
    true,
  );
  const flags = bits("u8", { low: 4, high: 4 });
  sameType<Infer<typeof flags>, { low: number; high: number }>(true);
});

test("union() starts every member at 0 and is as large as the largest", () => {
  const Word = union({ whole: "u32", parts: array("u8", 5), wide: "u16" });
  assertEquals(Word.size, 8);
  assertEquals(Word.align, 4);
  assertEquals(Word.offsetOf("parts.4"), 4);
  assertEquals(union({ a: "u64", b: "u8" }, { pack: 1 }).align, 1);
});

test("union() reads all members and writes any of them", () => {
  const Word = union({ whole: "u32", half: "u16" });
  const made = Word.create({ whole: 0x01020304 });
  assertEquals(Word.read(made), { whole: 0x01020304, half: 0x0304 });
  assertEquals(Word.create({ half: 0x0304 }), hex("04030000"));
  assertEquals(
    Word.create({ whole: undefined, half: 0x0304 } as never),
    hex("04030000"),
  );
  assertEquals(Word.create(Word.read(made)), made);
});

test("union() refuses members that contradict each other", () => {
  const Word = union({ whole: "u32", half: "u16" });
  assertThrows(
    () => Word.create({ whole: 1, half: 2 }),
    TypeError,
    'Field "whole" shares its bytes with another field that was given a ' +
      "different value: leave one of them out.",
  );
});

test("union() refuses a text that its other members contradict, in any order", () => {
  const Tag = union({ bytes: bytes(4), text: ascii(4) });
  for (const text of ["", "A", "AB", "B"]) {
    for (
      const value of [
        { bytes: [65, 66, 67, 0], text },
        { text, bytes: [65, 66, 67, 0] },
      ]
    ) assertThrows(() => Tag.create(value), TypeError, "shares its bytes");
  }
  for (
    const value of [
      { bytes: [65, 0, 7, 7], text: "A" },
      { text: "A", bytes: [65, 0, 7, 7] },
    ]
  ) assertEquals(Tag.create(value), hex("41000707"));
});

test("union() takes what it read back, whichever member comes first", () => {
  const five = hex("05000000");
  const nan = hex("0100c07f");
  for (
    const Word of [
      union({ number: "u32", flag: "bool32" }),
      union({ flag: "bool32", number: "u32" }),
    ]
  ) assertEquals(Word.create(Word.read(five)), five);
  for (
    const Word of [
      union({ number: "u32", float: "f32" }),
      union({ float: "f32", number: "u32" }),
    ]
  ) assertEquals(Word.create(Word.read(nan)), nan);
  const Pair = struct({ low: "u32", high: "u32" });
  const Large = union({ whole: "u64", pair: Pair });
  // What is left out of a member is zero, as always.
  for (
    const value of [
      { whole: 2n ** 32n, pair: { low: 0 } },
      { pair: { low: 0 }, whole: 2n ** 32n },
    ]
  ) assertThrows(() => Large.create(value), TypeError, "shares its bytes");
});

test("overlay() describes a second field at the offset of another", () => {
  const Large = struct({
    LowPart: "u32",
    HighPart: "i32",
    QuadPart: overlay("LowPart", "i64"),
    next: "u8",
  });
  assertEquals(Large.size, 16);
  assertEquals(Large.align, 8);
  assertEquals(Large.offsetOf("QuadPart"), 0);
  assertEquals(Large.offsetOf("next"), 8);
  const view = Large.view(new Uint8Array(16));
  view.QuadPart = -2n;
  assertEquals([view.LowPart, view.HighPart], [0xffff_fffe, -1]);
  const value = Large.read(Large.create({ HighPart: 1 }));
  assertEquals(value.QuadPart, 0x1_0000_0000n);
  assertEquals(Large.read(Large.create(value)), value);
  assertThrows(() => Large.create({ LowPart: 1, QuadPart: 2n }), TypeError);
});

test("overlay() refuses a type that the offset is not aligned for", () => {
  assertThrows(
    () => struct({ a: "u32", b: "u32", c: overlay("b", "u64") }),
    RangeError,
    'Overlay "c" needs an alignment of 8, but "b" is at offset 4. Use union() ' +
      "for the two.",
  );
  assertThrows(
    () => struct({ a: overlay("b", "u64"), b: "u64" }),
    TypeError,
    'Overlay "a" must share its offset with a field before it: got the string "b"',
  );
});

test("struct() refuses descriptions that make no sense", () => {
  for (const fields of [{}, null, undefined, "u8", 5]) {
    assertThrows(
      () => struct(fields as never),
      TypeError,
      'fields must be an object with at least one field, such as { id: "u32" }.',
    );
  }
  assertThrows(() => union({}), TypeError, "at least one field");
  assertThrows(() => struct({ a: "u128" as "u64" }), TypeError, '"u128"');
  assertThrows(
    () => struct({ a: {} as "u64" }),
    TypeError,
    'Field "a" must have a type that is one of u8, i8, u16, i16, u32, i32, ' +
      "u64, i64, usize, isize, pointer, bool8, bool32, f32, f64, or what " +
      "struct(), union(), array(), bits(), bytes(), utf16() or ascii() " +
      "returns: got [object Object]",
  );
  assertThrows(
    () => struct({ a: ["u8"] as never }),
    TypeError,
    'Field "a" must have a type',
  );
  assertThrows(
    () => struct({ a: "toString" as "u64" }),
    TypeError,
    "must have a type",
  );
  assertThrows(
    () => struct({ "1": "u8" }),
    TypeError,
    "The name of a field must be an identifier, such as dwSize: got the " +
      'string "1"',
  );
  assertThrows(() => struct({ "a.b": "u8" }), TypeError, '"a.b"');
  assertThrows(
    () => struct(JSON.parse('{"__proto__":"u8"}')),
    TypeError,
    "__proto__",
  );
  assertThrows(
    () => struct({ a: "u8" }, { pack: 3 as 4 }),
    RangeError,
    "pack must be 1, 2, 4, 8 or 16: got 3",
  );
  const options = { packed: 1 } as never;
  assertThrows(
    () => struct({ a: "u8" }, options),
    TypeError,
    '"packed" is no option of struct(). The only option is pack.',
  );
  assertThrows(
    () => union({ a: "u8" }, options),
    TypeError,
    '"packed" is no option of union(). The only option is pack.',
  );
  for (const wrong of [null, 5, "pack"]) {
    assertThrows(
      () => struct({ a: "u8" }, wrong as never),
      TypeError,
      "options of struct() must be an object: got",
    );
    assertThrows(
      () => union({ a: "u8" }, wrong as never),
      TypeError,
      "options of union() must be an object: got",
    );
  }
  assertThrows(() => array("u8", -1), RangeError, "length");
  assertThrows(() => array("u8", 1.5), RangeError, "length");
  assertThrows(() => bytes(NaN), RangeError, "length");
  assertThrows(() => utf16(-1), RangeError, "length");
});

test("write() takes values that share bytes if they are equal in each member", () => {
  const Pair = struct({ a: "u32", b: "u32" });
  const Either = struct({ pair: Pair, list: overlay("pair", array("u32", 2)) });
  const bytes = Either.create({ pair: { a: 1, b: 2 }, list: [1, 2] });
  assertEquals(bytes, Pair.create({ a: 1, b: 2 }));
  for (const list of [[0, 2], [1, 0], [2, 1]]) {
    assertThrows(
      () => Either.create({ pair: { a: 1, b: 2 }, list }),
      TypeError,
      "shares its bytes with another field that was given a different value",
    );
  }
  assertEquals(Either.create({ list: [3, 4] }), Pair.create({ a: 3, b: 4 }));
});
