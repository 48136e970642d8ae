// portable

import { test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { type FieldType, type Infer, struct } from "../../../src/layout/mod.ts";
import { Header, hex } from "./samples.ts";

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

test("write() says which values a type has", () => {
  const said: [type: FieldType, value: unknown, message: string][] = [
    [
      "i16",
      40000,
      "must be an integer from -32768 to 32767: got 40000 (number)",
    ],
    ["u32", -1, "must be an integer from 0 to 4294967295: got -1 (number)"],
    ["u32", 1n, "must be a number: got 1 (bigint)"],
    ["f32", "1", 'must be a number: got the string "1"'],
    ["f64", true, "must be a number: got true (boolean)"],
    ["bool8", 1, "must be a boolean: got 1 (number)"],
    ["bool32", 1n, "must be a boolean: got 1 (bigint)"],
    ["i64", 5, "must be a bigint: got 5 (number)"],
    ["usize", false, "must be a bigint: got false (boolean)"],
    [
      "isize",
      2n ** 63n,
      "must be from -9223372036854775808n to 9223372036854775807n: " +
      "got 9223372036854775808 (bigint)",
    ],
    [
      "pointer",
      -1n,
      "must be from 0n to 18446744073709551615n: got -1 (bigint)",
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
    ["bool8", "true"],
    ["bool8", null],
    ["bool32", 1],
    ["bool32", "true"],
    ["f64", null],
  ];
  for (const [type, value] of wrong) {
    assertThrows(
      () => struct({ it: type }).create({ it: value as never }),
      TypeError,
      'Field "it"',
    );
  }
  for (const value of [5, [1, 2], null]) {
    assertThrows(
      () => struct({ it: Header }).create({ it: value as never }),
      TypeError,
      'Field "it" must be an object with the structure\'s fields: got ',
    );
  }
});

test("booleans are false where all bytes are 0, and true elsewhere", () => {
  const Flags = struct({ short: "bool8", long: "bool32" }, { pack: 1 });
  assertEquals(Flags.read(new Uint8Array(5)), { short: false, long: false });
  for (let at = 0; at < 5; at++) {
    const bytes = new Uint8Array(5);
    bytes[at] = 2;
    const expected = { short: at === 0, long: at > 0 };
    assertEquals(Flags.read(bytes), expected);
    const { short, long } = Flags.view(bytes);
    assertEquals({ short, long }, expected);
  }
  const all = new Uint8Array(5).fill(0xff);
  Flags.write(all, { short: false, long: false });
  assertEquals(all, new Uint8Array(5));
});

test("integers are whole, and within the range of their type", () => {
  const ranges: Record<string, [number, number]> = {
    u8: [0, 2 ** 8 - 1],
    i8: [-(2 ** 7), 2 ** 7 - 1],
    u16: [0, 2 ** 16 - 1],
    i16: [-(2 ** 15), 2 ** 15 - 1],
    u32: [0, 2 ** 32 - 1],
    i32: [-(2 ** 31), 2 ** 31 - 1],
  };
  for (const [type, [min, max]] of Object.entries(ranges)) {
    const One = struct({ value: type as "u8" });
    for (const value of [min, max]) {
      assertEquals(One.read(One.create({ value })).value, value);
    }
    for (const value of [min - 1, max + 1, 0.5, NaN, Infinity, -Infinity]) {
      assertThrows(
        () => One.create({ value }),
        RangeError,
        `an integer from ${min} to ${max}`,
      );
    }
    for (const value of [true, 1n, "1", null]) {
      assertThrows(() => One.create({ value: value as never }), TypeError);
    }
  }
});
