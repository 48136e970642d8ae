// portable

import { test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { array, bits, bytes, struct } from "../../../src/layout/mod.ts";
import { Header, hex, Packet } from "./samples.ts";

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
  assertEquals(
    Header.create({ kind: undefined, length: 7 } as never),
    hex("0000000007000000"),
  );
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

test("read() returns any number of fields in their order", () => {
  for (let count = 1; count < 20; count++) {
    const names = Array.from({ length: count }, (_, index) => `f${index}`);
    const Many = struct(
      Object.fromEntries(names.map((name) => [name, "u8" as const])),
    );
    const value = Many.read(Uint8Array.from(names.keys()));
    assertEquals(Object.keys(value), names);
    assertEquals(Object.values(value), [...names.keys()]);
  }
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

test("write() leaves nothing for the next call", () => {
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

test("write() can be called by the getters of its value", () => {
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

test("read() refuses a buffer that was transferred since the last call", () => {
  const buffer = new Uint8Array(64);
  assertEquals(Header.read(buffer, 8), { kind: 0, length: 0 });
  structuredClone(buffer.buffer, { transfer: [buffer.buffer] });
  assertThrows(() => Header.read(buffer, 8), RangeError, "0 bytes in all");
});

test("read() reads the memory of each view", () => {
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

test("read() returns a value that shares nothing with the buffer", () => {
  const Raw = struct({ raw: bytes(2), list: array("u8", 2) });
  const buffer = hex("01020304");
  const value = Raw.read(buffer);
  buffer.fill(0);
  assertEquals(value, { raw: hex("0102"), list: [3, 4] });
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
  const all = { kind: 1, length: 2 };
  for (const value of [{ kind: 1, lenght: 2 }, { ...all, lenght: 2 }]) {
    assertThrows(
      () => Header.create(value as never),
      TypeError,
      'The value has no field "lenght". Its fields are kind, length.',
    );
  }
  assertThrows(
    () => Packet.create({ header: { lenght: 1 } } as never),
    TypeError,
    'Field "header" has no field "lenght".',
  );
});

test("read(), write() and view() refuse a buffer that is too small", () => {
  const buffer = new Uint8Array(8);
  for (const offset of [1, 8, 2 ** 40]) {
    assertThrows(
      () => Header.read(buffer, offset),
      RangeError,
      `buffer must have the layout's 8 bytes at offset ${offset}: got one of ` +
        "8 bytes in all",
    );
    assertThrows(() => Header.write(buffer, {}, offset), RangeError, "8 bytes");
    assertThrows(() => Header.view(buffer, offset), RangeError, "8 bytes");
  }
  for (const offset of [-1, 0.5, NaN]) {
    assertThrows(() => Header.read(buffer, offset), RangeError, "offset");
  }
  structuredClone(buffer.buffer, { transfer: [buffer.buffer] });
  assertThrows(() => Header.read(buffer), RangeError, "0 bytes in all");
});

test("read() refuses what is neither a buffer nor a view", () => {
  for (const value of [null, undefined, "text", [1, 2], {}, 5n]) {
    assertThrows(
      () => Header.read(value as never),
      TypeError,
      "buffer must be an ArrayBuffer or a view of one, such as a Uint8Array: got",
    );
  }
});
