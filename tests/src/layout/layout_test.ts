import { test } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  array,
  ascii,
  bits,
  bytes,
  type FieldType,
  type Infer,
  overlay,
  struct,
  union,
  utf16,
} from "../../../src/layout/mod.ts";

/** Compiles only if both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends
  (<T>() => T extends B ? 1 : 2) ? true : false;
const sameType = <A, B>(same: Same<A, B>) => assert(same);

const Header = struct({ kind: "u16", length: "u32" });
const Packet = struct({
  id: "u32",
  header: Header,
  data: array("u16", 3),
  name: utf16(4),
});

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

test("offsetOf() follows dotted paths through structures and arrays", () => {
  assertEquals(Packet.offsetOf("header.length"), 8);
  assertEquals(Packet.offsetOf("data.2"), 16);
  const Table = struct({ count: "u32", rows: array(Header, 2) });
  assertEquals(Table.offsetOf("rows.1.length"), 16);
});

test("offsetOf() refuses a field that does not exist", () => {
  for (const path of ["nope", "id.x", "data.3", "data.-1", "header.", ""]) {
    assertThrows(
      () => Packet.offsetOf(path as "id"),
      RangeError,
      `"${path}"`,
    );
  }
});

test("struct() infers the types of values", () => {
  sameType<
    Infer<typeof Packet>,
    {
      id: number;
      header: { kind: number; length: number };
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

test("create() allocates zeroed bytes in a buffer of their own", () => {
  const made = Packet.create();
  assertEquals(made, new Uint8Array(Packet.size));
  assertEquals(made.buffer.byteLength, Packet.size);
});

test("create() leaves what it is not given zero", () => {
  assertEquals(Header.create({ length: 0x01020304 }), hex("0000000004030201"));
  assertEquals(Packet.read(Packet.create({ header: { kind: 9 } })), {
    id: 0,
    header: { kind: 9, length: 0 },
    data: [0, 0, 0],
    name: "",
  });
});

test("write() is little endian to the bit", () => {
  const Every = struct({
    u8: "u8",
    i8: "i8",
    u16: "u16",
    i16: "i16",
    u32: "u32",
    i32: "i32",
    u64: "u64",
    i64: "i64",
    f32: "f32",
    f64: "f64",
    bool8: "bool8",
    bool32: "bool32",
    pointer: "pointer",
  }, { pack: 1 });
  const value: Infer<typeof Every> = {
    u8: 0xfe,
    i8: -2,
    u16: 0x0102,
    i16: -2,
    u32: 0x01020304,
    i32: -2,
    u64: 0x0102030405060708n,
    i64: -2n,
    f32: 1.5,
    f64: -1.5,
    bool8: true,
    bool32: true,
    pointer: 0xffff_ffff_ffff_fffen,
  };
  const expected = hex(
    "fe fe 0201 feff 04030201 feffffff 0807060504030201 feffffffffffffff " +
      "0000c03f 000000000000f8bf 01 01000000 feffffffffffffff",
  );
  assertEquals(Every.create(value), expected);
  assertEquals(Every.read(expected), value);
});

test("write() clears the padding and what is left out", () => {
  const buffer = new Uint8Array(8).fill(0xff);
  Header.write(buffer, { kind: 1 });
  assertEquals(buffer, hex("0100000000000000"));
});

test("write() that fails changes nothing", () => {
  const buffer = new Uint8Array(8).fill(0xff);
  assertThrows(() => Header.write(buffer, { kind: 1, length: -1 }), RangeError);
  assertEquals(buffer, new Uint8Array(8).fill(0xff));
});

test("read() and write() take an offset, and views with an offset of their own", () => {
  const buffer = new ArrayBuffer(32);
  Header.write(new Uint8Array(buffer, 4), { kind: 5, length: 6 }, 8);
  assertEquals(Header.read(buffer, 12), { kind: 5, length: 6 });
  assertEquals(Header.read(new DataView(buffer, 10), 2), {
    kind: 5,
    length: 6,
  });
  assertEquals(Header.read(new SharedArrayBuffer(8)), { kind: 0, length: 0 });
});

test("read() gives the fields of a structure with many in their order", () => {
  const names = Array.from({ length: 19 }, (_, index) => `f${index}`);
  const Many = struct(
    Object.fromEntries(names.map((name) => [name, "u8" as const])),
  );
  const value = Many.read(Uint8Array.from(names.keys()));
  assertEquals(Object.keys(value), names);
  assertEquals(Object.values(value), [...names.keys()]);
  assertEquals(bits("u8", {}).read(hex("ff")), {});
});

test("write() takes members in any order, inherited ones too", () => {
  const value = Object.assign(Object.create({ length: 2 }), { kind: 1 });
  assertEquals(Header.create(value), hex("0100000002000000"));
  assertEquals(
    Header.create({ length: 2, kind: 1 }),
    hex("0100000002000000"),
  );
});

test("write() leaves nothing behind for the next one", () => {
  for (const count of [1, 3, 64, 300]) {
    const Row = struct({ a: "u32", data: array("u8", count) }, { pack: 1 });
    const full = Row.create({ a: 1, data: new Uint8Array(count).fill(7) });
    assertEquals(full.slice(4), new Uint8Array(count).fill(7));
    const buffer = new Uint8Array(2 * Row.size);
    Row.write(buffer, Row.read(full), 1);
    assertEquals(buffer.slice(1, 1 + Row.size), full);
    const bad = { a: 1, data: new Float64Array(count).fill(0.5) };
    assertThrows(() => Row.write(buffer, bad), RangeError, '"data[0]"');
    Row.write(buffer, {}, 1);
    assertEquals(buffer, new Uint8Array(2 * Row.size));
  }
});

test("write() may be called by the getters of its value", () => {
  const outer = new Uint8Array(8);
  const inner = new Uint8Array(8);
  Header.write(outer, {
    kind: 1,
    get length() {
      Header.write(inner, { kind: 3, length: 4 });
      Header.write(inner, { length: 5 });
      return 2;
    },
  });
  assertEquals(outer, hex("0100000002000000"));
  assertEquals(inner, hex("0000000005000000"));
});

test("write() takes a view of the memory that it writes to", () => {
  const buffer = hex("0102 0000 03040506 0000000000000000");
  Header.write(buffer, Header.view(buffer), 4);
  assertEquals(buffer, hex("0102 0000 0102 0000 03040506 00000000"));
});

test("read() and write() follow a buffer that changes its size", () => {
  const memory = new ArrayBuffer(16, { maxByteLength: 64 });
  const all = new Uint8Array(memory);
  Header.write(all, { kind: 1 }, 4);
  memory.resize(64);
  Header.write(all, { kind: 2, length: 3 }, 56);
  assertEquals(Header.read(all, 56), { kind: 2, length: 3 });
  assertEquals(Header.read(new DataView(memory), 4), { kind: 1, length: 0 });
  const view = Header.view(memory, 8);
  memory.resize(12);
  assertThrows(() => Header.read(all, 8), RangeError, "12 bytes in all");
  assertThrows(() => view.kind, TypeError);
});

test("read() refuses a buffer that was given away since it was last read", () => {
  const buffer = new Uint8Array(64);
  assertEquals(Header.read(buffer, 8), { kind: 0, length: 0 });
  structuredClone(buffer.buffer, { transfer: [buffer.buffer] });
  assertThrows(() => Header.read(buffer, 8), RangeError, "0 bytes in all");
});

test("read() looks at the part of memory that each view has", () => {
  const memory = Uint8Array.from({ length: 64 }, (_, index) => index).buffer;
  const Byte = struct({ it: "u8" });
  const parts = [memory, new Uint8Array(memory, 8), new DataView(memory, 16)];
  for (let again = 0; again < 2; again++) {
    assertEquals(parts.map((part) => Byte.read(part, 3).it), [3, 11, 19]);
    assertEquals(parts.map((part) => Byte.view(part, 4).it), [4, 12, 20]);
  }
  const end = new Uint8Array(memory, 0, 8);
  assertEquals(Byte.read(end).it, 0);
  assertThrows(() => Byte.read(end, 8), RangeError, "8 bytes in all");
});

test("write() takes the limits of each type, and -0 for 0", () => {
  const limits: [type: FieldType, values: unknown[]][] = [
    ["u8", [0, 0xff]],
    ["i8", [-0x80, 0x7f]],
    ["u16", [0, 0xffff]],
    ["i16", [-0x8000, 0x7fff]],
    ["u32", [0, 0xffff_ffff]],
    ["i32", [-0x8000_0000, 0x7fff_ffff]],
    ["u64", [0n, 2n ** 64n - 1n]],
    ["i64", [-(2n ** 63n), 2n ** 63n - 1n]],
    ["usize", [0n, 2n ** 64n - 1n]],
    ["isize", [-(2n ** 63n), 2n ** 63n - 1n]],
    ["pointer", [0n, 2n ** 64n - 1n]],
    ["f32", [-Infinity, NaN, -0, 1.5]],
    ["f64", [-Infinity, NaN, -0, 0.1]],
  ];
  for (const [type, values] of limits) {
    const One = struct({ it: type });
    for (const it of values) {
      assertEquals(One.read(One.create({ it: it as never })), { it });
      const view = One.view(new Uint8Array(8));
      view.it = it as never;
      assertEquals(view.it as unknown, it);
    }
  }
  for (const type of ["u8", "i8", "u16", "i16", "u32", "i32"] as const) {
    const One = struct({ it: type });
    assertEquals(One.create({ it: -0 }), new Uint8Array(One.size));
  }
});

test("write() says which values a type takes", () => {
  const said: [type: FieldType, value: unknown, message: string][] = [
    ["i16", 40000, "must be an integer from -32768 to 32767, but it is 40000."],
    ["u32", -1, "must be an integer from 0 to 4294967295, but it is -1."],
    ["u32", 1n, "must be a number, but it is 1n."],
    ["f32", "1", 'must be a number, but it is "1".'],
    ["f64", true, "must be a number, but it is true."],
    ["bool8", 1, "must be a boolean, but it is 1."],
    ["bool32", 1n, "must be a boolean, but it is 1n."],
    ["i64", 5, "must be a bigint, but it is 5."],
    ["usize", false, "must be a bigint, but it is false."],
    [
      "isize",
      2n ** 63n,
      "must be from -9223372036854775808n to 9223372036854775807n, " +
      "but it is 9223372036854775808n.",
    ],
    [
      "pointer",
      -1n,
      "must be from 0n to 18446744073709551615n, but it is -1n.",
    ],
  ];
  for (const [type, value, message] of said) {
    const words = `Field "it" of type ${type} ${message}`;
    const One = struct({ it: type });
    const view = One.view(new Uint8Array(8));
    assertThrows(() => One.create({ it: value as never }), Error, words);
    assertThrows(() => view.it = value as never, Error, words);
  }
});

test("read() takes any non-zero BOOL for true", () => {
  assertEquals(struct({ ok: "bool32" }).read(hex("00010000")), { ok: true });
  assertEquals(struct({ ok: "bool8" }).read(hex("02")), { ok: true });
});

test("read() gives a value that shares nothing with the buffer", () => {
  const Raw = struct({ raw: bytes(2), list: array("u8", 2) });
  const buffer = hex("01020304");
  const value = Raw.read(buffer);
  buffer.fill(0);
  assertEquals(value, { raw: hex("0102"), list: [3, 4] });
});

test("view() reads and writes the memory itself", () => {
  const buffer = new Uint8Array(Packet.size + 8);
  const view = Packet.view(buffer, 8);
  view.id = 0x11223344;
  view.header.length = 7;
  view.data[1] = 0xabcd;
  view.name = "abc";
  assertEquals(Packet.read(buffer, 8), {
    id: 0x11223344,
    header: { kind: 0, length: 7 },
    data: [0, 0xabcd, 0],
    name: "abc",
  });
  buffer[8] = 0x55;
  assertEquals(view.id, 0x11223355);
});

test("view() assigns whole structures and arrays", () => {
  const view = Packet.view(new Uint8Array(Packet.size).fill(0xff));
  view.header = { kind: 1, length: 2 };
  Object.assign(view, { data: [1, 2, 3] });
  assertEquals(view.header.kind, 1);
  assertEquals([...view.data], [1, 2, 3]);
  assertThrows(() => Object.assign(view, { data: [1, 2] }), RangeError);
});

test("view() of an array has a length, indexes and an iterator", () => {
  const rows = array(Header, 2).view(new Uint8Array(16));
  assertEquals(rows.length, 2);
  rows[1] = { kind: 3, length: 4 };
  assertEquals([...rows].map((row) => row.length), [0, 4]);
  assertEquals(rows[2], undefined);
  assertThrows(() => rows[2] = { kind: 0, length: 0 }, RangeError, "index 2");
  assert(1 in rows && !(2 in rows));
});

test("view() of bytes is a window on the memory", () => {
  const Raw = struct({ pad: "u8", raw: bytes(2) });
  const buffer = new Uint8Array(3);
  const view = Raw.view(buffer);
  view.raw[1] = 9;
  assertEquals(buffer[2], 9);
});

test("view() has the fields as enumerable properties, and can be written", () => {
  const view = Header.view(hex("0100000002000000"));
  const names: string[] = [];
  for (const name in view) names.push(name);
  assertEquals(names, ["kind", "length"]);
  assertEquals(Header.create(view), hex("0100000002000000"));
});

test("array() lays its elements out without gaps but their own padding", () => {
  assertEquals(array(Header, 3).size, 24);
  assertEquals(array(array("u8", 3), 4).size, 12);
  assertEquals(array(array("u8", 2), 2).read(hex("01020304")), [[1, 2], [
    3,
    4,
  ]]);
});

test("array() of length 0 takes no room, yet aligns", () => {
  const Flexible = struct({ size: "u8", items: array("u32", 0) });
  assertEquals(Flexible.offsetOf("items"), 4);
  assertEquals(Flexible.size, 4);
});

test("array() takes typed arrays and refuses another length", () => {
  const data = array("u16", 3);
  assertEquals(data.create(new Uint16Array([1, 2, 3])), hex("010002000300"));
  assertThrows(() => data.create([1, 2]), RangeError, "exactly 3 elements");
  assertThrows(() => Packet.create({ data: [1] }), RangeError, '"data"');
  assertThrows(() => data.create("abc" as never), TypeError, '"abc"');
});

test("bytes() refuses numbers that are no bytes, and another length", () => {
  assertEquals(bytes(2).create([1, 255]), hex("01ff"));
  assertThrows(() => bytes(2).create([1, 256]), RangeError, "[1]");
  assertThrows(() => bytes(2).create(hex("010203")), RangeError, "exactly 2");
});

test("utf16() ends a text at its first NUL and keeps lone surrogates", () => {
  const text = utf16(4);
  assertEquals(text.size, 8);
  assertEquals(text.align, 2);
  assertEquals(text.create("é\ud800"), hex("e90000d800000000"));
  assertEquals(text.read(hex("e90000d800006100")), "é\ud800");
  assertEquals(text.read(hex("6100620063006400")), "abcd");
});

test("utf16() refuses a text without room for its NUL, or with one inside", () => {
  assertThrows(() => utf16(4).create("abcd"), RangeError, "room for 3");
  assertThrows(() => utf16(4).create("a\0b"), RangeError, "NUL");
  assertThrows(() => Packet.create({ name: "abcd" }), RangeError, '"name"');
  assertThrows(() => utf16(4).create(7 as never), TypeError, "string");
});

test("utf16() without terminator fills its field", () => {
  const text = utf16(2, { terminated: false });
  assertEquals(text.create("ab"), hex("61006200"));
  assertThrows(() => text.create("abc"), RangeError, "room for 2");
});

test("ascii() holds ASCII and refuses the rest", () => {
  assertEquals(ascii(4).create("abc"), hex("61626300"));
  assertEquals(ascii(4).read(hex("61ff0063")), "aÿ");
  assertThrows(() => ascii(4).create("é"), RangeError, "ASCII");
  assertThrows(() => ascii(4).create("abcd"), RangeError, "room for 3");
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
  assertEquals(Word.create(Word.read(made)), made);
});

test("union() refuses members that contradict each other", () => {
  const Word = union({ whole: "u32", half: "u16" });
  assertThrows(
    () => Word.create({ whole: 1, half: 2 }),
    TypeError,
    "leave one of them out",
  );
});

test("overlay() names the place of an earlier field again", () => {
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

test("overlay() that would not lie where its field starts is refused", () => {
  assertThrows(
    () => struct({ a: "u32", b: "u32", c: overlay("b", "u64") }),
    RangeError,
    "union()",
  );
  assertThrows(
    () => struct({ a: overlay("b", "u64"), b: "u64" }),
    TypeError,
    '"b"',
  );
});

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
  assertThrows(() => view.flags.a = 16, RangeError, "from 0 to 15");
  assertEquals(view.flags.a, 3);
});

test("bits() refuses more bits than the integer has", () => {
  assertThrows(() => bits("u8", { a: 4, b: 5 }), RangeError, "only 8 bits");
  assertThrows(() => bits("u8", { a: 0 }), RangeError, "positive");
  assertThrows(() => bits("u64" as "u32", { a: 1 }), TypeError, '"u64"');
});

test("write() refuses a number that does not fit its type", () => {
  const limits: [type: FieldType, outside: unknown[]][] = [
    ["u8", [-1, 256, 0.5, NaN, Infinity]],
    ["i8", [-129, 128]],
    ["u16", [-1, 65536]],
    ["i16", [-32769, 32768]],
    ["u32", [-1, 2 ** 32]],
    ["i32", [-(2 ** 31) - 1, 2 ** 31]],
    ["u64", [-1n, 2n ** 64n]],
    ["i64", [-(2n ** 63n) - 1n, 2n ** 63n]],
    ["usize", [-1n]],
    ["pointer", [-1n, 2n ** 64n]],
  ];
  for (const [type, outside] of limits) {
    for (const value of outside) {
      assertThrows(
        () => struct({ it: type }).create({ it: value as never }),
        RangeError,
        `Field "it" of type ${type}`,
      );
    }
  }
});

test("write() refuses a value of another JavaScript type", () => {
  const wrong: [type: FieldType, value: unknown][] = [
    ["u32", "5"],
    ["u32", 5n],
    ["u64", 5],
    ["bool32", 1],
    ["f64", null],
    [Header, 5],
    [Header, [1, 2]],
    [Header, null],
  ];
  for (const [type, value] of wrong) {
    assertThrows(
      () => struct({ it: type }).create({ it: value as never }),
      TypeError,
      'Field "it"',
    );
  }
});

test("write() names the path to a nested mistake", () => {
  assertThrows(
    () => Packet.create({ header: { kind: 65536 } }),
    RangeError,
    '"header.kind"',
  );
  assertThrows(
    () => Packet.create({ data: [1, 2, -3] }),
    RangeError,
    '"data[2]"',
  );
  assertThrows(
    () => array(Header, 1).create([{ kind: -1 }]),
    RangeError,
    '"[0].kind"',
  );
});

test("write() refuses a field that does not exist", () => {
  assertThrows(
    () => Header.create({ kind: 1, lenght: 2 } as never),
    TypeError,
    'no field "lenght"',
  );
});

test("read(), write() and view() refuse a buffer that is too small", () => {
  const buffer = new Uint8Array(8);
  for (const offset of [1, 8, 2 ** 40]) {
    assertThrows(() => Header.read(buffer, offset), RangeError, "8 bytes");
    assertThrows(() => Header.write(buffer, {}, offset), RangeError, "8 bytes");
    assertThrows(() => Header.view(buffer, offset), RangeError, "8 bytes");
  }
  for (const offset of [-1, 0.5, NaN]) {
    assertThrows(() => Header.read(buffer, offset), RangeError, "offset");
  }
  structuredClone(buffer.buffer, { transfer: [buffer.buffer] });
  assertThrows(() => Header.read(buffer), RangeError, "0 bytes in all");
});

test("read() refuses what is no buffer", () => {
  for (const value of [null, undefined, "text", [1, 2], {}, 5n]) {
    assertThrows(
      () => Header.read(value as never),
      TypeError,
      "buffer must be",
    );
  }
});

test("struct() refuses descriptions that make no sense", () => {
  assertThrows(() => struct({}), TypeError, "at least one field");
  assertThrows(() => struct(null as never), TypeError, "at least one field");
  assertThrows(() => union({}), TypeError, "at least one field");
  assertThrows(() => struct({ a: "u128" as "u64" }), TypeError, '"u128"');
  assertThrows(() => struct({ a: {} as "u64" }), TypeError, "unknown type");
  assertThrows(() => struct({ a: "toString" as "u64" }), TypeError, "unknown");
  assertThrows(() => struct({ "1": "u8" }), TypeError, '"1"');
  assertThrows(() => struct({ "a.b": "u8" }), TypeError, '"a.b"');
  assertThrows(
    () => struct(JSON.parse('{"__proto__":"u8"}')),
    TypeError,
    "__proto__",
  );
  assertThrows(() => struct({ a: "u8" }, { pack: 3 as 4 }), RangeError, "pack");
  assertThrows(() => array("u8", -1), RangeError, "length");
  assertThrows(() => array("u8", 1.5), RangeError, "length");
  assertThrows(() => bytes(NaN), RangeError, "length");
  assertThrows(() => utf16(-1), RangeError, "length");
});

function hex(digits: string): Uint8Array<ArrayBuffer> {
  const pairs = digits.replaceAll(" ", "").match(/../g) ?? [];
  return Uint8Array.from(pairs, (pair) => parseInt(pair, 16));
}
