// portable

import { test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { ascii, utf16 } from "../../../src/layout/mod.ts";
import { hex, Packet } from "./samples.ts";

test("utf16() ends a text at its first NUL and preserves lone surrogates", () => {
  const text = utf16(4);
  assertEquals(text.size, 8);
  assertEquals(text.align, 2);
  assertEquals(text.create("é\ud800"), hex("e90000d800000000"));
  assertEquals(text.read(hex("e90000d800006100")), "é\ud800");
  assertEquals(text.read(hex("6100620063006400")), "abcd");
});

test("utf16() refuses a text without room for its NUL, or with one inside", () => {
  assertThrows(
    () => utf16(4).create("abcd"),
    RangeError,
    "The value of type utf16(4) has room for 3 characters and the NUL that " +
      'ends them: got the string "abcd", which has 4',
  );
  assertThrows(() => utf16(4).create("a\0b"), RangeError, "NUL");
  assertThrows(() => Packet.create({ name: "abcd" }), RangeError, '"name"');
  assertThrows(() => utf16(4).create(7 as never), TypeError, "string");
});

test("utf16() without terminator fills its field", () => {
  const text = utf16(2, { terminated: false });
  assertEquals(text.create("ab"), hex("61006200"));
  assertThrows(
    () => text.create("abc"),
    RangeError,
    "has room for 2 characters: got",
  );
});

test("utf16() and ascii() refuse options that they do not have", () => {
  for (const [name, text] of Object.entries({ utf16, ascii })) {
    assertThrows(
      () => text(4, { terminate: false } as never),
      TypeError,
      `"terminate" is no option of ${name}(). The only option is terminated.`,
    );
  }
});

test("utf16() and ascii() refuse options that are none", () => {
  for (const [name, text] of Object.entries({ utf16, ascii })) {
    for (const wrong of [null, 5, "terminated"]) {
      assertThrows(
        () => text(4, wrong as never),
        TypeError,
        `options of ${name}() must be an object: got`,
      );
    }
    for (const terminated of [null, 0, "no"]) {
      assertThrows(
        () => text(4, { terminated } as never),
        TypeError,
        "terminated must be true or false: got",
      );
    }
    text(4, { terminated: undefined } as never);
  }
});

test("utf16() of no length has the empty text alone", () => {
  assertEquals(utf16(0).create(utf16(0).read(new Uint8Array(0))).length, 0);
  assertThrows(() => utf16(0).create("a"), RangeError, "room for 0 characters");
});

test("ascii() holds ASCII and refuses the rest", () => {
  assertEquals(ascii(4).create("abc"), hex("61626300"));
  assertEquals(ascii(4).read(hex("61ff0063")), "aÿ");
  assertThrows(
    () => ascii(4).create("é"),
    RangeError,
    "The value of type ascii(4) must have no characters beyond ASCII: got the " +
      'string "é"',
  );
  assertThrows(() => ascii(4).create("abcd"), RangeError, "room for 3");
});
