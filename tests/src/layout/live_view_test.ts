// portable

import { test } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { array, bytes, struct } from "../../../src/layout/mod.ts";
import { Header, hex, Packet } from "./samples.ts";

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
  assertThrows(
    () => rows[2] = { kind: 0, length: 0 },
    RangeError,
    "index must be below 2",
  );
  assertThrows(
    () => rows[1] = { kind: -1, length: 0 },
    RangeError,
    'Field "[1].kind" of type u16',
  );
  assert(1 in rows && !(2 in rows));
});

test("view() of bytes is a Uint8Array of the memory", () => {
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

test("view() of an array has indexes of any length, and nothing else", () => {
  const { items } = struct({ items: array("u16", 12) })
    .view(new Uint8Array(24));
  items[11] = 7;
  assertEquals(items[11], 7);
  assertEquals([0, 11, 12].map((index) => index in items), [true, true, false]);
  assert("length" in items && Symbol.iterator in items);
  for (
    const name of ["1x", "x1", "01", "-1", "1.0", "push", Symbol.toStringTag]
  ) {
    assertEquals(name in items, false, String(name));
    assertEquals(Reflect.get(items, name), undefined, String(name));
    assertEquals(Reflect.set(items, name, 1), false, String(name));
  }
  assertEquals(Reflect.set(items, "length", 3), false);
  assertEquals(items.length, 12);
});

test("view() takes structures of any size, to the last byte", () => {
  for (const size of [1, 2, 3, 4, 5, 7, 8, 255, 256, 257, 300]) {
    const Inner = struct({ bytes: bytes(size) });
    const memory = new Uint8Array(size + 2).fill(0xaa);
    const view = struct({ before: "u8", inner: Inner, after: "u8" }, {
      pack: 1,
    }).view(memory);
    const value = Uint8Array.from({ length: size }, (_, i) => i + 1);
    for (const bytes of [value, value.toReversed()]) {
      view.inner = { bytes };
      assertEquals(memory, Uint8Array.of(0xaa, ...bytes, 0xaa));
    }
  }
});
