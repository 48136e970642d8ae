import { test } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { open, openSync, type SyncFile, Win32Error } from "../../../mod.ts";
import { counting, onFile, position, take } from "../../support/on_file.ts";
import {
  contentOf,
  fileOf,
  kernelFolder,
  OF_WINDOWS,
} from "../../support/windows_or_strict.ts";

test("read() and write() at an offset leave the position, in whatever order", () => {
  const START = counting(12);
  interface Model {
    bytes: number[];
    position: number;
  }
  const put = (model: Model, at: number, bytes: number[]) => {
    while (model.bytes.length < at) model.bytes.push(0);
    model.bytes.splice(at, bytes.length, ...bytes);
  };
  const got = (model: Model, at: number, length: number) =>
    model.bytes.length > at ? model.bytes.slice(at, at + length) : null;
  const steps: [string, (file: SyncFile, model: Model) => void][] = [
    ["read", (file, model) => {
      const expected = got(model, model.position, 3);
      assertEquals(take(file, 3), expected);
      model.position += expected?.length ?? 0;
    }],
    ["write", (file, model) => {
      file.write(counting(2, 50));
      put(model, model.position, [50, 51]);
      model.position += 2;
    }],
    ["read at", (file, model) => {
      assertEquals(take(file, 4, 2), got(model, 2, 4));
    }],
    ["write at", (file, model) => {
      file.write(counting(2, 90), { at: 14 });
      put(model, 14, [90, 91]);
    }],
    ["truncate", (file, model) => {
      file.truncate(7);
      model.bytes.length = Math.min(model.bytes.length, 7);
    }],
    ["seek", (file, model) => {
      model.position = file.seek(4);
    }],
    ["seek from here", (file, model) => {
      model.position += 1;
      assertEquals(file.seek(1, "current"), model.position);
    }],
  ];
  onFile((file, path) => {
    const count = steps.length;
    for (let number = 0; number < count ** 3; number++) {
      const digits = [number, number / count, number / count ** 2];
      const chosen = digits.map((digit) => steps[Math.floor(digit) % count]!);
      file.truncate();
      file.seek(0);
      file.write(START);
      file.seek(0);
      const model = { bytes: [...START], position: 0 };
      const names = chosen.map(([name]) => name).join(", ");
      for (const [, step] of chosen) {
        step(file, model);
        assertEquals(position(file), model.position, `after ${names}`);
      }
      assertEquals(file.size(), model.bytes.length, `after ${names}`);
      if (number % 7 === 0) {
        assertEquals([...contentOf(path)], model.bytes, `after ${names}`);
      }
    }
  });
});

test("read() and write() at an offset leave the position, as the first of a file too", () => {
  onFile((file) => {
    file.write(counting(3), { at: 5 });
    assertEquals(position(file), 0);
  });
  for (const unbuffered of [false, true]) {
    using folder = kernelFolder();
    const path = folder.file("a");
    fileOf(path, counting(10));
    using file = openSync(path, { read: true, unbuffered });
    assertEquals(take(file, 2, 5), [6, 7]);
    assertEquals(take(file, 2), [1, 2]);
  }
});

test(
  "write() with append goes to the end, wherever the position is",
  OF_WINDOWS,
  () => {
    onFile((file, path) => {
      file.write(counting(2));
      file.seek(0);
      file.write(counting(1, 3));
      assertEquals(position(file), 3);
      file.write(counting(1, 9), { at: 1 });
      assertEquals(take(file, 2, 0), [1, 9]);
      file.write(counting(1, 4));
      assertEquals([...contentOf(path)], [1, 9, 3, 4]);
    }, { append: true });
  },
);

test("write() of a file for appending only goes to the end and takes no offset", () => {
  onFile((file, path) => {
    file.write(counting(2));
    file.seek(0);
    assertEquals(take(file, 1), [1]);
    file.write(counting(1, 3));
    assertThrows(
      () => file.write(counting(1), { at: 0 }),
      TypeError,
      "open it with write: true to write at an offset",
    );
    assertEquals([...contentOf(path)], [1, 2, 3]);
  }, { append: true, write: false });
});

test("write() of two files that append to the same one loses nothing", () => {
  for (const write of [false, true]) {
    onFile((file, path) => {
      using other = openSync(path, { append: true, write });
      const expected = [];
      for (let i = 0; i < 50; i++) {
        (i % 2 === 0 ? file : other).write(counting(3, i));
        expected.push(i, i + 1, i + 2);
      }
      assertEquals([...contentOf(path)], expected);
    }, { append: true, write });
  }
});

test("write() after the file has become longer elsewhere stays at its position", () => {
  onFile((file, path) => {
    file.write(counting(2));
    {
      using other = openSync(path, { append: true });
      other.write(counting(3, 10));
    }
    file.write(counting(1, 5));
    assertEquals([...contentOf(path)], [1, 2, 5, 11, 12]);
  });
});

test("seek() takes the numbers of Deno.SeekMode for the words", async () => {
  using folder = kernelFolder();
  const options = { read: true, write: true, create: true };
  using synchronous = openSync(folder.file("a"), options);
  synchronous.truncate(10);
  await using overlapped = await open(folder.file("a"), options);
  for (const file of [synchronous, overlapped]) {
    assertEquals(await file.seek(4, 0), 4);
    assertEquals(await file.seek(2, 1), 6);
    assertEquals(await file.seek(-1, 2), 9);
  }
});

test("seek() counts from the start, the position or the end", () => {
  onFile((file) => {
    file.write(counting(10));
    assertEquals(file.seek(4), 4);
    assertEquals(file.seek(3, "start"), 3);
    assertEquals(file.seek(2, "current"), 5);
    assertEquals(file.seek(-4, "current"), 1);
    assertEquals(file.seek(0, "end"), 10);
    assertEquals(file.seek(-3, "end"), 7);
    assertEquals(take(file, 5), [8, 9, 10]);
    assertEquals(file.seek(5n, "end"), 15);
    assertEquals(file.size(), 10);
    assertEquals(file.seek(-10n, "end"), 0);
  });
});

test("seek() goes as far as positions are exact", () => {
  onFile((file) => {
    const last = Number.MAX_SAFE_INTEGER;
    assertEquals(file.seek(2 ** 43), 2 ** 43);
    assertEquals(take(file, 1), null);
    assertEquals(file.seek(last), last);
    assertEquals(file.seek(BigInt(last)), last);
    assertThrows(() => file.seek(1, "current"), RangeError, "from 0 to 2^53-1");
    assertEquals(position(file), last);
    assertEquals(file.seek(-last, "current"), 0);
  });
});

test("seek() refuses a position before the start, and stays", () => {
  onFile((file) => {
    file.write(counting(5));
    for (
      const [offset, origin, where] of [
        [-1, "start", "-1 from the start would be -1"],
        [-6, "current", "-6 from the current would be -1"],
        [-7n, "end", "-7 from the end would be -2"],
      ] as const
    ) {
      assertThrows(() => file.seek(offset, origin), RangeError, where);
    }
    assertEquals(position(file), 5);
  });
});

test("truncate() makes a file shorter, and longer with zeros", () => {
  onFile((file, path) => {
    file.write(counting(5));
    file.truncate(2);
    assertEquals(position(file), 5);
    assertEquals(take(file, 1), null);
    file.truncate(4n);
    assertEquals([...contentOf(path)], [1, 2, 0, 0]);
    file.write(counting(1, 9));
    assertEquals([...contentOf(path)], [1, 2, 0, 0, 0, 9]);
    file.truncate();
    assertEquals(file.size(), 0);
    file.truncate(100_000);
    assertEquals(file.size(), 100_000);
    assert(contentOf(path).every((byte) => byte === 0));
  });
});

test("truncate() of a file that is not open for writing fails", () => {
  using folder = kernelFolder();
  fileOf(folder.file("a"), "hello");
  using file = openSync(folder.file("a"));
  const error = assertThrows(() => file.truncate(1), Win32Error);
  assert([5, 87].includes(error.win32), error.symbol); // The second is Wine's.
  assertEquals(error.path, folder.file("a"));
  assertEquals(file.size(), 5);
});
