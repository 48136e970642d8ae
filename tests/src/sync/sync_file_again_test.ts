// What was read or written once is not checked again: all that may change in between.

import { test } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  AlignedBuffer,
  FileClosedError,
  openSync,
  type SyncFile,
} from "../../../mod.ts";
import { survivors } from "../../support/garbage.ts";
import { kernelFolder } from "../../support/windows_or_strict.ts";

const SIZE = 64;

/** Runs a body with a file of bytes that say where they stand, and each of the two kinds of memory. */
function onFile(
  use: (file: SyncFile, bytes: Uint8Array, path: string) => void,
  options: Parameters<typeof openSync>[1] = {},
): void {
  using memory = new AlignedBuffer(SIZE);
  for (const bytes of [new Uint8Array(SIZE), memory.bytes]) {
    using folder = kernelFolder();
    const path = folder.file("a");
    {
      using plain = openSync(path, { write: true, create: true });
      plain.writeAll(Uint8Array.from({ length: 16 * SIZE }, (_, i) => i / 4));
    }
    using file = openSync(path, { read: true, write: true, ...options });
    use(file, bytes, path);
  }
}

/** Has a file read into a view often enough for all that there is to be known of it. */
function readAgain(file: SyncFile, bytes: Uint8Array): void {
  for (let i = 0; i < 5; i++) assertEquals(file.read(bytes), SIZE);
}

test("read() again goes on where the one before ended, to the end", () => {
  onFile((file, bytes) => {
    for (let i = 0; i < 16; i++) {
      assertEquals(file.read(bytes), SIZE);
      assertEquals([bytes[0], bytes[SIZE - 1]], [16 * i, 16 * i + 15]);
    }
    assertEquals(file.read(bytes), null);
    assertEquals(file.read(bytes), null);
    file.truncate(16 * SIZE + 3);
    assertEquals(file.read(bytes), 3);
  });
});

test("write() again goes on where the one before ended", () => {
  onFile((file, bytes) => {
    for (let i = 0; i < 5; i++) {
      bytes.fill(200 + i);
      assertEquals(file.write(bytes), SIZE);
    }
    file.seek(0);
    for (let i = 0; i < 5; i++) {
      file.read(bytes);
      assertEquals([bytes[0], bytes[SIZE - 1]], [200 + i, 200 + i]);
    }
  });
});

test("what one file has read into, another has yet to look at", () => {
  onFile((file, bytes, path) => {
    readAgain(file, bytes);
    using writer = openSync(path, { write: true });
    assertThrows(() => writer.read(bytes), TypeError, "not open for reading");
    using reader = openSync(path);
    reader.read(bytes);
    assertThrows(() => reader.write(bytes), TypeError, "not open for writing");
  });
});

test("a closed file is closed, whatever was read and written before", () => {
  onFile((file, bytes) => {
    readAgain(file, bytes);
    file.write(bytes);
    file.write(bytes);
    file.close();
    assertThrows(() => file.read(bytes), FileClosedError);
    assertThrows(() => file.write(bytes), FileClosedError);
    assertThrows(() => file.read(bytes, { at: 0 }), FileClosedError);
    assertThrows(() => file.write(bytes, { at: 0 }), FileClosedError);
  });
});

test("memory that was transferred away is not touched, however often it was used before", () => {
  using folder = kernelFolder();
  using file = openSync(folder.file("a"), {
    read: true,
    write: true,
    create: true,
  });
  file.truncate(100 * SIZE);
  const bytes = new Uint8Array(SIZE).fill(1);
  readAgain(file, bytes);
  for (let i = 0; i < 5; i++) file.write(bytes.fill(1));
  for (let i = 0; i < 5; i++) file.read(bytes, { at: 0 });
  const elsewhere = structuredClone(bytes, { transfer: [bytes.buffer] });
  elsewhere.fill(2);
  for (const use of ["read", "write"] as const) {
    assertThrows(() => file[use](bytes), TypeError, "detached");
    assertThrows(() => file[use](bytes, { at: 0 }), TypeError, "detached");
  }
  assertEquals(elsewhere.every((byte) => byte === 2), true);
});

test("memory that was freed is not touched, however often it was used before", () => {
  using folder = kernelFolder();
  using file = openSync(folder.file("a"), {
    read: true,
    write: true,
    create: true,
    unbuffered: true,
  });
  file.truncate(100 * 4096);
  const memory = new AlignedBuffer(4096);
  const { bytes } = memory;
  for (let i = 0; i < 5; i++) file.read(bytes);
  for (let i = 0; i < 5; i++) file.write(bytes);
  memory.free();
  for (const use of ["read", "write"] as const) {
    assertThrows(() => file[use](bytes), TypeError, "detached");
  }
});

test("other views of the same memory are other memory", () => {
  onFile((file, bytes) => {
    const [first, second] = [bytes.subarray(0, 16), bytes.subarray(32, 40)];
    for (let i = 0; i < 6; i++) {
      bytes.fill(255);
      file.seek(4 * i);
      file.read(first);
      assertEquals([bytes[0], bytes[15], bytes[16]], [i, i + 3, 255]);
      file.read(second);
      assertEquals([bytes[31], bytes[32], bytes[39]], [255, i + 4, i + 5]);
      assertEquals(bytes[40], 255);
    }
  });
});

test("read() and write() again still look at the offset", () => {
  onFile((file, bytes) => {
    readAgain(file, bytes);
    file.read(bytes, { at: 0 });
    file.write(bytes, { at: 0 });
    file.write(bytes, { at: 0 });
    for (const at of [-1, 0.5, NaN, 2 ** 53, -1n, 2n ** 63n]) {
      assertThrows(() => file.read(bytes, { at }), RangeError, "at must be");
      assertThrows(() => file.write(bytes, { at }), RangeError, "at must be");
    }
    for (const options of [null, 5, "at"] as never[]) {
      assertThrows(() => file.read(bytes, options), TypeError, "options must");
      assertThrows(() => file.write(bytes, options), TypeError, "options must");
    }
    assertThrows(() => file.read(bytes, { at: "0" as never }), TypeError);
    assertEquals(file.read(bytes, { at: 8n }), SIZE);
    assertEquals(bytes[0], 2);
    assertEquals(file.read(bytes, { at: undefined as never }), SIZE);
    assertEquals(bytes[0], 5 * 16);
  });
});

test("reads at offsets and at the position do not disturb each other", () => {
  onFile((file, bytes) => {
    for (let i = 0; i < 4; i++) {
      assertEquals(file.read(bytes), SIZE);
      assertEquals(bytes[0], 16 * i);
      for (const at of [0, 512, 16 * SIZE - 4, 16 * SIZE, 2 ** 40]) {
        const rest = Math.max(0, Math.min(SIZE, 16 * SIZE - at));
        assertEquals(file.read(bytes, { at }), rest === 0 ? null : rest);
        if (rest > 0) assertEquals(bytes[0], at / 4 & 255);
      }
      assertEquals(file.seek(0, "current"), (i + 1) * SIZE);
    }
  });
});

test("write() again at an offset writes there, beyond 4 GiB, too", () => {
  onFile((file, bytes) => {
    file.setSparse(); // else NTFS writes zeros up to there
    for (const at of [0, 2 ** 32 - SIZE, 2 ** 32, 2 ** 32 + 5 * SIZE]) {
      for (let i = 0; i < 3; i++) {
        bytes.fill(100 + i);
        assertEquals(file.write(bytes, { at }), SIZE);
        bytes.fill(0);
        assertEquals(file.read(bytes, { at }), SIZE);
        assertEquals([bytes[0], bytes[SIZE - 1]], [100 + i, 100 + i]);
      }
    }
    assertEquals(file.size(), 2 ** 32 + 6 * SIZE);
  });
});

test("write() again appends where that is asked for, and refuses offsets", () => {
  for (const both of [true, false]) {
    using folder = kernelFolder();
    const path = folder.file("a");
    using file = openSync(path, {
      append: true,
      create: true,
      read: true,
      write: both,
    });
    const bytes = new Uint8Array(SIZE);
    for (let i = 0; i < 4; i++) {
      bytes.fill(i);
      file.write(bytes);
      file.read(bytes, { at: 0 });
      assertEquals(bytes[0], 0);
      if (both) continue;
      assertThrows(() => file.write(bytes, { at: 0 }), TypeError);
    }
    assertEquals(file.size(), 4 * SIZE);
    for (let i = 0; i < 4; i++) {
      file.read(bytes, { at: i * SIZE });
      assertEquals(bytes[0], i);
    }
  }
});

test("write() again appends, also what was written at an offset before", () => {
  onFile((file, bytes) => {
    file.write(bytes, { at: 0 });
    for (let i = 0; i < 4; i++) {
      const end = file.size();
      assertEquals(file.write(bytes), SIZE);
      assertEquals(file.size(), end + SIZE);
      file.truncate(end + SIZE + 100);
    }
  }, { append: true });
});

test("an offset that takes the memory or the file away is asked for first", () => {
  for (const use of ["read", "write"] as const) {
    onFile((file) => {
      const bytes = new Uint8Array(SIZE);
      for (let i = 0; i < 3; i++) file[use](bytes, { at: 0 });
      let asked = 0;
      const options = {
        get at() {
          asked++;
          if (bytes.byteLength > 0) {
            structuredClone(0, { transfer: [bytes.buffer] });
          }
          return 0;
        },
      };
      assertThrows(() => file[use](bytes, options), TypeError, "detached");
      assertEquals(asked, 1);
    });
    onFile((file, bytes) => {
      for (let i = 0; i < 3; i++) file[use](bytes, { at: 0 });
      const options = {
        get at() {
          file.close();
          return 0;
        },
      };
      assertThrows(() => file[use](bytes, options), FileClosedError);
    });
  }
});

test("open files do not keep what was read and written once", async () => {
  using folder = kernelFolder();
  const path = folder.file("a");
  const opened = Array.from(
    { length: 10 },
    () => openSync(path, { read: true, write: true, create: true }),
  );
  const used: WeakRef<object>[] = [];
  const use = (bytes: Uint8Array, call: (bytes: Uint8Array) => unknown) => {
    for (let i = 0; i < 3; i++) call(bytes);
    used.push(new WeakRef(bytes));
  };
  for (const file of opened) {
    use(new Uint8Array(2 ** 20), (bytes) => file.write(bytes, { at: 0 }));
    use(new Uint8Array(2 ** 20), (bytes) => file.read(bytes, { at: 0 }));
  }
  // The thread itself may keep a few.
  const count = await survivors(used);
  for (const file of opened) file.close();
  assert(count < opened.length, `${count} of ${used.length} are left`);
});

test("read() again of NUL is at the end, as before", () => {
  using file = openSync("\\\\.\\NUL", { read: true, write: true });
  const bytes = new Uint8Array(SIZE);
  for (let i = 0; i < 4; i++) {
    assertEquals(file.write(bytes), SIZE);
    assertEquals(file.read(bytes), null);
  }
});
