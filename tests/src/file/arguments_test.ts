// portable

import "../../support/windows_or_strict.ts";
import { test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { describe } from "../../../src/errors/describe.ts";
import {
  checkBytes,
  checkedLength,
  checkList,
  checkOffset,
  checkSignal,
  MAX_OFFSET,
} from "../../../src/file/arguments.ts";

test("checkOffset() lets every offset of a file through", () => {
  for (const value of [0, -0, 1, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
    checkOffset("at", value);
  }
  for (const value of [0n, 2n ** 53n, MAX_OFFSET]) checkOffset("at", value);
});

test("checkOffset() refuses what is out of range, and names argument and value", () => {
  for (const value of [-1, 0.5, NaN, Infinity, -Infinity, 2 ** 53]) {
    assertThrows(
      () => checkOffset("at", value),
      RangeError,
      `at must be a whole number from 0 to 2^53-1, or a bigint beyond: got ${value}`,
    );
  }
  for (const value of [-1n, MAX_OFFSET + 1n, 2n ** 64n]) {
    assertThrows(
      () => checkOffset("size", value),
      RangeError,
      `size must be from 0 to 2^63-1: got ${value}`,
    );
  }
});

test("checkOffset() refuses what is no number", () => {
  for (const value of [undefined, null, "5", true, {}, [], new Date(5)]) {
    assertThrows(
      () => checkOffset("at", value),
      TypeError,
      "at must be a number or a bigint: got",
    );
  }
});

test("checkBytes() lets every view of ordinary memory through", () => {
  const memory = new ArrayBuffer(16);
  for (
    const view of [
      new Uint8Array(memory),
      new Uint8Array(memory, 4, 0),
      new Float64Array(memory, 8),
      new DataView(memory, 1, 3),
      new Uint8Array(0),
    ]
  ) {
    checkBytes("data", view);
  }
});

test("checkBytes() refuses what is no view, and says how to make one", () => {
  for (
    const value of [undefined, null, "text", 5, [1, 2], new ArrayBuffer(4)]
  ) {
    assertThrows(
      () => checkBytes("data", value),
      TypeError,
      "data must be a Uint8Array or another ArrayBufferView: got",
    );
  }
  assertThrows(() => checkBytes("data", "hi"), TypeError, 'the string "hi"');
  const { message } = assertThrows(() => checkBytes("data", [1]), TypeError);
  assertEquals(message.endsWith("ArrayBufferView: got [object Array]"), true);
  assertThrows(() => checkBytes("data", "hi"), TypeError, "TextEncoder");
});

test("checkBytes() refuses shared memory", () => {
  assertThrows(
    () => checkBytes("data", new Uint8Array(new SharedArrayBuffer(4))),
    TypeError,
    "data must not be shared memory, which other threads may change during " +
      "the operation: copy it with slice()",
  );
});

test("checkBytes() refuses resizable memory, whatever its size now", () => {
  const memory = new ArrayBuffer(4, { maxByteLength: 8 });
  for (const view of [new Uint8Array(memory), new Uint8Array(memory, 0, 2)]) {
    assertThrows(
      () => checkBytes("data", view),
      TypeError,
      "data must not be a view of a resizable ArrayBuffer, whose memory may go " +
        "away during the operation: copy it with slice()",
    );
  }
});

test("checkBytes() refuses detached memory, also of a view that was good before", () => {
  for (const length of [4, 2 ** 21]) {
    const view = new Uint8Array(length);
    checkBytes("data", view);
    checkBytes("data", view);
    structuredClone(view.buffer, { transfer: [view.buffer] });
    assertThrows(
      () => checkBytes("data", view),
      TypeError,
      "data is a view of a detached ArrayBuffer: its memory has been transferred elsewhere or freed",
    );
  }
});

test("checkBytes() takes a view that was good before for nothing else", () => {
  const good = new Uint8Array(4);
  checkBytes("data", good);
  checkBytes("data", good);
  assertThrows(
    () => checkBytes("data", new Uint8Array(new SharedArrayBuffer(4))),
    TypeError,
    "shared",
  );
  assertThrows(() => checkBytes("data", undefined), TypeError, "undefined");
  checkBytes("data", good);
});

test("checkedLength() says what makes a buffer of the value", () => {
  for (
    const [value, wayOut] of [
      ["text", 'got the string "text". Text goes through TextEncoder.'],
      [16, "got 16 (number). new Uint8Array(length) makes one."],
      [new ArrayBuffer(1), "goes through new Uint8Array(buffer)."],
    ] as const
  ) {
    assertThrows(() => checkedLength("buffer", value), TypeError, wayOut);
  }
});

test("checkList() checks every buffer of a list", () => {
  checkList("buffers", []);
  checkList("buffers", [new Uint8Array(1), new DataView(new ArrayBuffer(1))]);
  assertThrows(
    () => checkList("buffers", [new Uint8Array(1), "text"]),
    TypeError,
    "each of buffers must be a Uint8Array or another ArrayBufferView",
  );
});

test("checkList() refuses what is no list", () => {
  for (const value of [undefined, null, new Uint8Array(4), "text", 5]) {
    assertThrows(
      () => checkList("buffers", value),
      TypeError,
      "buffers must be a list of buffers, such as [header, body]: got",
    );
  }
});

test("describe() says what a value is", () => {
  for (
    const [value, text] of [
      [null, "null"],
      [undefined, "undefined (undefined)"],
      [5, "5 (number)"],
      [5n, "5 (bigint)"],
      [true, "true (boolean)"],
      ['a"b', 'the string "a\\"b"'],
      [[1], "[object Array]"],
      [new Date(0), "[object Date]"],
      [Symbol("s"), "Symbol(s) (symbol)"],
      [Object.create(null), "[object Object]"],
    ] as const
  ) {
    assertEquals(describe(value), text);
  }
});

test("checkSignal() takes signals, and nothing that only looks like one", () => {
  checkSignal(undefined);
  checkSignal(new AbortController().signal);
  checkSignal(AbortSignal.abort());
  for (const value of [null, { aborted: false }, "stop", new Event("abort")]) {
    assertThrows(
      () => checkSignal(value),
      TypeError,
      "signal must be an AbortSignal, such as that of an AbortController: got",
    );
  }
  for (const own of [{}, { aborted: { value: false } }]) {
    const none: unknown = Object.create(AbortSignal.prototype, own);
    assertThrows(() => checkSignal(none), TypeError, "must be an AbortSignal");
  }
  const { signal } = new AbortController();
  Object.defineProperty(signal, "aborted", { value: "of the signal" });
  checkSignal(signal);
});

test("checkedLength() refuses a view that its buffer has become too short for", () => {
  const memory = new ArrayBuffer(64, { maxByteLength: 64 });
  const views = [
    new Uint8Array(memory, 32, 32),
    new DataView(memory, 32, 32),
    new Uint8Array(memory, 32),
    new BigInt64Array(memory, 32),
  ];
  for (const view of views) assertEquals(checkedLength("data", view), 32);
  memory.resize(16);
  const message =
    "data is a view of a resizable ArrayBuffer that ends before it";
  for (const view of views) {
    assertThrows(() => checkedLength("data", view), TypeError, message);
  }
  memory.resize(40);
  assertEquals(views.slice(2).map((view) => checkedLength("data", view)), [
    8,
    8,
  ]);
  memory.resize(32);
  assertEquals(views.slice(2).map((view) => checkedLength("data", view)), [
    0,
    0,
  ]);
});

test("checkList() checks what is left when all of the list has been read", () => {
  const first = new Uint8Array(4);
  const list: Uint8Array[] = [first, new Uint8Array(4)];
  Object.defineProperty(list, 1, {
    get() {
      structuredClone(0, { transfer: [first.buffer] });
      return new Uint8Array(4);
    },
  });
  const check = () => checkList("buffers", list);
  assertThrows(check, TypeError, "each of buffers is a view of a detached");
});
