import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { openSync } from "../../../mod.ts";
import { tempFolder } from "../../support/temp_folder.ts";
import { LONG } from "../../support/long.ts";

/** One more than a DWORD counts. */
const FOUR_GIB = 2 ** 32;

/** The most that one call is asked for. */
const ONE_CALL = 2 ** 30;

/**
 * A buffer of a few more bytes than a DWORD counts, if the runtime has any so
 * large: Bun ends at 4 GiB, which is one too many already.
 */
function hugeBuffer(): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(FOUR_GIB + 5);
  } catch (error) {
    assert(error instanceof RangeError);
    return new Uint8Array(FOUR_GIB);
  }
}

test("write() and writeAll() split a buffer of more than 4 GiB - 1", () => {
  // To NUL, which never looks at the bytes, so that they take up no memory.
  using file = openSync("NUL", { write: true });
  const buffer = hugeBuffer();
  assertEquals(file.write(buffer), buffer.length);
  file.writeAll(buffer);
  assertEquals(file.writeGather([buffer, buffer]), 2 * buffer.length);
});

test(
  "write() and read() lose nothing where one call ends and the next begins",
  LONG,
  () => {
    const buffer = new Uint8Array(ONE_CALL + 5);
    const marks = [0, ONE_CALL - 1, ONE_CALL, ONE_CALL + 4];
    marks.forEach((at, i) => buffer[at] = i + 1);

    using folder = tempFolder();
    using file = openSync(folder.file("huge"), {
      read: true,
      write: true,
      create: true,
      temporary: true,
      deleteOnClose: true,
    });
    assertEquals(file.write(buffer), buffer.length);
    assertEquals(file.size(), buffer.length);
    assertEquals(file.seek(0, "current"), buffer.length);

    const one = new Uint8Array(1);
    assertEquals(marks.map((at) => file.read(one, { at }) && one[0]), [
      1,
      2,
      3,
      4,
    ]);

    for (const at of marks) buffer[at] = 0;
    file.seek(0);
    assertEquals(file.read(buffer), buffer.length);
    assertEquals(marks.map((at) => buffer[at]), [1, 2, 3, 4]);
    assertEquals(file.read(one), null);

    assertEquals(file.read(buffer, { at: 3n }), buffer.length - 3);
    assertEquals(marks.slice(1).map((at) => buffer[at - 3]), [2, 3, 4]);
  },
);
