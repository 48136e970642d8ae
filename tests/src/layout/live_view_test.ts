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
