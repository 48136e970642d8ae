// portable

import { test } from "node:test";
import { assertEquals } from "@std/assert";
import * as offsets from "../../../src/win32/offsets.ts";
import * as structs from "../../../src/structs.ts";

for (const [name, numbers] of Object.entries(offsets)) {
  test(`files and @kernel32/io/structs agree on ${name}`, () => {
    const layout = structs[name as keyof typeof offsets];
    const { size, ...members } = numbers;
    assertEquals(size, layout.size);
    for (const [member, offset] of Object.entries(members)) {
      assertEquals(offset, layout.offsetOf(member as never), member);
    }
  });
}

test("a LARGE_INTEGER, a FILE_END_OF_FILE_INFO and their like are one number of 64 bits", () => {
  for (
    const layout of [
      structs.LARGE_INTEGER,
      structs.FILE_END_OF_FILE_INFO,
      structs.FILE_ALLOCATION_INFO,
      structs.GET_LENGTH_INFORMATION,
    ]
  ) {
    assertEquals(layout.size, BigInt64Array.BYTES_PER_ELEMENT);
    const bytes = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]);
    assertEquals(
      Object.values(layout.read(bytes)).filter((part) =>
        typeof part === "bigint"
      ),
      [0x0807_0605_0403_0201n],
    );
  }
});
