// portable

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  AlignedBuffer,
  ERROR_NO_SYSTEM_RESOURCES,
  open,
  openSync,
  Win32Error,
} from "../../mod.ts";
import { fail } from "../support/strict_kernel/failure.ts";
import { strictTest } from "../support/strict_kernel/mod.ts";

const APPEND = { append: true, create: true };
const SIZES = ["truncate", "allocate", "setValidData"] as const;

strictTest(
  "what needs write access says so of a file that is only appended to",
  async () => {
    const files = [openSync("C:\\a", APPEND), await open("C:\\a", APPEND)];
    for (const file of files) {
      for (const method of SIZES) {
        assertThrows(
          () => file[method](1),
          TypeError,
          `${method}() needs write: true, and 'C:\\a' is open with append: true alone: open it with both`,
        );
      }
      await file.close();
    }
  },
);

strictTest(
  "a file that is appended to and written can be given a size",
  async () => {
    const options = { ...APPEND, write: true };
    const files = [openSync("C:\\a", options), await open("C:\\a", options)];
    for (const file of files) {
      file.truncate(3);
      file.allocate(100);
      await file.write(Uint8Array.of(1));
      assertEquals(file.size(), 4);
      await file.close();
    }
  },
);

strictTest(
  "a file that is only appended to can be locked, and not read",
  async () => {
    using file = openSync("C:\\a", APPEND);
    using other = openSync("C:\\a", APPEND);
    file.lock({ at: 0, length: 10 });
    assertEquals(other.tryLock({ at: 5, length: 1 }), false);
    assertEquals(other.tryLock({ at: 10, length: 1 }), true);
    file.unlock({ at: 0, length: 10 });
    assertThrows(() => file.read(new Uint8Array(1)), TypeError, "not open for");
    const overlapped = await open("C:\\a", APPEND);
    await overlapped.lock({ at: 20, length: 10 });
    assertEquals(other.tryLock({ at: 25, length: 1 }), false);
    await assertRejects(() => overlapped.read(new Uint8Array(1)), TypeError);
    await overlapped.close();
  },
);

strictTest("what is appended goes to the end, whoever wrote before", () => {
  using file = openSync("C:\\a", APPEND);
  using other = openSync("C:\\a", APPEND);
  file.write(Uint8Array.of(1));
  other.write(Uint8Array.of(2, 3));
  file.write(Uint8Array.of(4));
  using reader = openSync("C:\\a");
  assertEquals([...reader.readAll()], [1, 2, 3, 4]);
});

strictTest("the position is behind what was appended, wherever it was", () => {
  for (const write of [false, true]) {
    using file = openSync("C:\\a", { ...APPEND, write, read: true });
    file.write(new Uint8Array(10));
    file.seek(1);
    file.read(new Uint8Array(2), { at: 5 });
    file.write(new Uint8Array(3));
    assertEquals(file.seek(0, "current"), file.size());
  }
});

strictTest(
  "a write at an offset leaves the position of a file that is appended to",
  () => {
    for (const unbuffered of [false, true]) {
      const options = { ...APPEND, write: true, read: true, unbuffered };
      using file = openSync("C:\\a", options);
      file.truncate(10);
      file.seek(1);
      const parts = [Uint8Array.of(5), Uint8Array.of(6)];
      assertEquals(file.writeGather(parts, { at: 3 }), 2);
      assertEquals([file.seek(0, "current"), file.size()], [1, 10]);
      file.write(Uint8Array.of(7));
      assertEquals([file.seek(0, "current"), file.size()], [11, 11]);
      const expected = [0, 0, 0, 5, 6, 0, 0, 0, 0, 0, 7];
      assertEquals([...file.readAll({ at: 0 })], expected);
    }
  },
);

strictTest(
  "a failure to append leaves the position, unless some of it has been appended",
  () => {
    const one = Uint8Array.of(1);
    for (const write of [false, true]) {
      for (const unbuffered of [false, true]) {
        const options = { ...APPEND, write, read: true, unbuffered };
        using file = openSync("C:\\b", options);
        file.write(new Uint8Array(700));
        for (const seek of [() => file.seek(1), () => file.read(one)]) {
          seek();
          const before = file.seek(0, "current");
          {
            const whole = { read: true, write: true } as const;
            using other = openSync("C:\\b", whole);
            other.lock();
            const error = assertThrows(() => file.write(one), Win32Error);
            assertEquals(error.bytesTransferred, 0);
            assertEquals(file.seek(0, "current"), before);
          }
          file.write(one);
          assertEquals(file.seek(0, "current"), file.size());
          file.seek(0);
        }
      }
    }
  },
);

strictTest(
  "the position is behind what has been appended before a failure",
  (kernel) => {
    using memory = new AlignedBuffer(2 ** 26 + 1);
    kernel.io.whenStarted = ({ request: { length } }) => {
      if (length > 2 ** 25) fail(ERROR_NO_SYSTEM_RESOURCES);
    };
    for (const write of [false, true]) {
      for (const unbuffered of [false, true]) {
        const options = { ...APPEND, write, read: true, unbuffered };
        using file = openSync("C:\\a", { ...options, deleteOnClose: true });
        file.write(new Uint8Array(100));
        file.seek(1);
        using other = openSync("C:\\a", {
          write: true,
          share: ["read", "write", "delete"],
        });
        other.lock({ at: 2 ** 26, length: 1 });
        const append = () => file.write(memory.bytes);
        const error = assertThrows(append, Win32Error, "LOCK_VIOLATION");
        const done = error.bytesTransferred!;
        assert(done > 0, `${done}`);
        assertEquals(file.seek(0, "current"), 100 + done);
      }
    }
  },
);

strictTest(
  "what is appended is divided in a shortage of memory if it is more than 64 MiB, and not else",
  (kernel) => {
    using memory = new AlignedBuffer(2 ** 26 + 1);
    const lengths: number[] = [];
    kernel.io.whenStarted = (operation) => {
      const { length } = operation.request;
      lengths.push(length);
      if (length > 2 ** 25) fail(ERROR_NO_SYSTEM_RESOURCES);
      operation.instead = () => ({ status: 0, count: length });
    };
    for (const write of [false, true]) {
      using file = openSync("C:\\a", { ...APPEND, write });
      assertThrows(
        () => file.write(memory.bytes.subarray(1)),
        Win32Error,
        "ERROR_NO_SYSTEM_RESOURCES",
      );
      assertEquals(lengths.splice(0), [2 ** 26]);
      assertEquals(file.write(memory.bytes), 2 ** 26 + 1);
      assertEquals(lengths.splice(0), [
        2 ** 26 + 1,
        2 ** 26,
        2 ** 25,
        2 ** 25,
        1,
      ]);
    }
  },
);

strictTest(
  "a file that others may write and not read is appended to, and cannot be locked",
  () => {
    using owner = openSync("C:\\a", {
      write: true,
      create: true,
      share: ["write"],
    });
    using file = openSync("C:\\a", { append: true });
    file.write(Uint8Array.of(1, 2));
    assertEquals(owner.size(), 2);
    assertThrows(() => file.lock(), Win32Error, "ERROR_ACCESS_DENIED");
  },
);

strictTest("a file that others may not write is not appended to", () => {
  using _ = openSync("C:\\a", { write: true, create: true, share: ["read"] });
  assertThrows(
    () => openSync("C:\\a", { append: true }),
    Win32Error,
    "ERROR_SHARING_VIOLATION",
  );
});
