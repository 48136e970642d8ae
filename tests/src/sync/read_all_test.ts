import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { test } from "node:test";
import { open, openSync } from "../../../mod.ts";
import { fileOf, kernelFolder } from "../../support/windows_or_strict.ts";

/** Around a sector, a page and the bounce buffer. */
const SIZES = [0, 1, 511, 512, 513, 4096, 5000, 2 ** 20 + 1];

function pattern(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => (i * 31 + (i >> 8)) & 255);
}

for (const unbuffered of [false, true]) {
  const kind = unbuffered ? "unbuffered" : "buffered";

  test(`readAll() gives all bytes of a ${kind} file`, async () => {
    using folder = kernelFolder();
    for (const size of SIZES) {
      const path = folder.file(`${size}`);
      const expected = pattern(size);
      fileOf(path, expected);
      using sync = openSync(path, { read: true, unbuffered });
      assertEquals(sync.readAll(), expected);
      assertEquals(sync.readAll().length, 0);
      await using file = await open(path, { read: true, unbuffered });
      assertEquals(await file.readAll(), expected);
      assertEquals((await file.readAll()).length, 0);
    }
  });

  test(`readAll() of a ${kind} file starts at an offset and leaves the position`, async () => {
    using folder = kernelFolder();
    const path = folder.file("a");
    const expected = pattern(5000);
    fileOf(path, expected);
    using sync = openSync(path, { read: true, unbuffered });
    sync.seek(7);
    assertEquals(sync.readAll({ at: 4001 }), expected.slice(4001));
    assertEquals(sync.readAll({ at: 6000n }).length, 0);
    assertEquals(sync.seek(0, "current"), 7);
    await using file = await open(path, { read: true, unbuffered });
    await file.seek(7);
    assertEquals(await file.readAll({ at: 4001 }), expected.slice(4001));
    assertEquals(await file.seek(0, "current"), 7);
  });
}

test("readAll() refuses what read() refuses", async () => {
  using folder = kernelFolder();
  const path = folder.file("a");
  using sync = openSync(path, { write: true, create: true });
  assertThrows(() => sync.readAll(), TypeError, "read: true");
  await using file = await open(path, { read: true });
  await assertRejects(() => file.readAll({ at: -1 }), RangeError, "at must be");
  await assertRejects(
    () => file.readAll({ signal: AbortSignal.abort(new Error("stop")) }),
    Error,
    "stop",
  );
});
