import { test } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  AlignedBuffer,
  FileClosedError,
  type OpenOptions,
  UnexpectedEndOfFileError,
  Win32Error,
} from "../../../mod.ts";
import { open } from "../../../src/open/open.ts";
import type { OverlappedFile } from "../../../src/overlapped/overlapped_file.ts";
import { overlappedPipe } from "../../support/overlapped_pipes.ts";
import { random } from "../../support/random.ts";
import { refusedUnlessEnded } from "../../support/refused_unless_ended.ts";
import {
  contentOf,
  fileOf,
  kernelFolder,
} from "../../support/windows_or_strict.ts";

/** Runs a test's body on a new file, once buffered and once unbuffered. */
async function onFile(
  run: (file: OverlappedFile, path: string) => Promise<void>,
  options: OpenOptions = {},
): Promise<void> {
  for (const unbuffered of [false, true]) {
    using folder = kernelFolder();
    const path = folder.file("a.bin");
    await using file = await open(path, {
      read: true,
      write: true,
      create: true,
      unbuffered,
      ...options,
    });
    await run(file, path);
  }
}

/** Bytes that count up from a value. */
function counting(length: number, from = 1): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => from + i);
}

/** Reads some bytes and returns them, or null at the end. */
async function take(
  file: OverlappedFile,
  length: number,
  at?: number,
): Promise<number[] | null> {
  const buffer = new Uint8Array(length);
  const options = at === undefined ? undefined : { at };
  const count = await file.read(buffer, options);
  return count === null ? null : [...buffer.subarray(0, count)];
}

const position = (file: OverlappedFile) => file.seek(0, "current");

test("read() and write() go on where the last one ended", async () => {
  await onFile(async (file, path) => {
    assertEquals(await file.write(counting(3)), 3);
    assertEquals(await file.write(counting(3, 4)), 3);
    assertEquals(await take(file, 1), null);
    await file.seek(0);
    assertEquals(await take(file, 2), [1, 2]);
    assertEquals(await take(file, 2), [3, 4]);
    await file.write(counting(1, 9));
    assertEquals(await take(file, 2), [6]);
    assertEquals([...contentOf(path)], [1, 2, 3, 4, 9, 6]);
  });
});

test("transfers without an offset keep their order when they are started together", async () => {
  await onFile(async (file, path) => {
    const counts = Array.from(
      { length: 100 },
      (_, i) => file.write(counting(1 + i % 7, i)),
    );
    const expected = Array.from(
      { length: 100 },
      (_, i) => [...counting(1 + i % 7, i)],
    );
    assertEquals(
      await Promise.all(counts),
      expected.map(({ length }) => length),
    );
    assertEquals([...contentOf(path)], expected.flat());
    const seek = file.seek(0);
    const parts = expected.map(({ length }) => take(file, length));
    assertEquals(await seek, 0);
    assertEquals(await Promise.all(parts), expected);
  });
});

test("read() gives null at the end of the file and beyond", async () => {
  await onFile(async (file) => {
    assertEquals(await take(file, 10), null);
    assertEquals(await take(file, 10, 0), null);
    await file.write(counting(5), { at: 0 });
    assertEquals(await take(file, 10, 3), [4, 5]);
    assertEquals(await take(file, 10, 5), null);
    assertEquals(await take(file, 10, 6), null);
    assertEquals(await take(file, 10, 100_000), null);
    assertEquals(await take(file, 10), [1, 2, 3, 4, 5]);
    assertEquals(await take(file, 10), null);
    await file.seek(1000);
    assertEquals(await take(file, 10), null);
    assertEquals(await position(file), 1000);
  });
});

test("read() and write() with an offset leave the position alone", async () => {
  await onFile(async (file) => {
    await file.write(counting(8));
    await file.write(counting(2, 50), { at: 3 });
    await file.write(counting(1, 60), { at: 20n });
    assertEquals(await position(file), 8);
    assertEquals(await take(file, 4, 2), [3, 50, 51, 6]);
    assertEquals(await position(file), 8);
    assertEquals(await take(file, 100), [...new Uint8Array(12), 60]);
  });
});

test("write() and read() take memory of every kind", async () => {
  await onFile(async (file) => {
    const words = new Uint32Array([1, 2, 0x04030201]).subarray(1);
    assertEquals(await file.write(words, { at: 0 }), 8);
    using own = new AlignedBuffer(64);
    assertEquals(await file.read(own.bytes.subarray(3, 7), { at: 0 }), 4);
    assertEquals([...own.bytes.subarray(0, 9)], [0, 0, 0, 2, 0, 0, 0, 0, 0]);
    const view = new DataView(new ArrayBuffer(8), 2, 4);
    assertEquals(await file.read(view, { at: 4 }), 4);
    assertEquals(view.getUint32(0, true), 0x04030201);
    assertEquals(await file.read(new Uint8Array(0)), 0);
    assertEquals(await file.write(new Uint8Array(0), { at: 100 }), 0);
    assertEquals(file.size(), 8);
  });
});

test("hundreds of operations on one file are under way at once", async () => {
  const size = 512;
  await onFile(async (file) => {
    const writes = Array.from(
      { length: 500 },
      (_, i) => file.write(new Uint8Array(size).fill(i), { at: i * size }),
    );
    const counts = await Promise.all(writes);
    assert(counts.every((count) => count === size));
    const reads = Array.from(
      { length: 500 },
      (_, i) => take(file, size, i * size),
    );
    (await Promise.all(reads)).forEach((bytes, i) => {
      assert(bytes!.every((byte) => byte === (i & 255)), `block ${i}`);
    });
  });
});

test("operations on many files are under way at once", async () => {
  using folder = kernelFolder();
  const files = await Promise.all(
    Array.from({ length: 200 }, (_, i) =>
      open(folder.file(`${i}`), {
        read: true,
        write: true,
        create: true,
        deleteOnClose: true,
      })),
  );
  await Promise.all(files.map((file, i) => file.writeAll(counting(9, i))));
  const read = await Promise.all(files.map((file) => take(file, 10, 0)));
  read.forEach((bytes, i) => assertEquals(bytes, [...counting(9, i)]));
  await Promise.all(files.map((file) => file.close()));
});

test("read() and write() transfer large buffers, of which one operation has a part", async () => {
  const size = 2 ** 23 + 12_345;
  await onFile(async (file) => {
    const data = random(1).bytes(size);
    assertEquals(await file.write(data), size);
    assertEquals(await position(file), size);
    const buffer = new Uint8Array(size + 10);
    assertEquals(await file.read(buffer, { at: 0 }), size);
    assert(buffer.subarray(0, size).every((byte, i) => byte === data[i]));
    using own = new AlignedBuffer(size);
    assertEquals(await file.read(own.bytes, { at: 1 }), size - 1);
    assert(own.bytes.every((byte, i) => byte === (data[i + 1] ?? 0)));
  });
});

test("read() keeps what it read when the end comes within a later part", async () => {
  const size = 2 ** 22; // What one operation copies.
  await onFile(async (file) => {
    await file.truncate(size);
    assertEquals(await file.read(new Uint8Array(size + 1)), size);
    assertEquals(await position(file), size);
  });
});

test("readExactly() fills the buffer, or says how much there was", async () => {
  await onFile(async (file) => {
    await file.writeAll(counting(10));
    await file.seek(1);
    const buffer = new Uint8Array(6);
    await file.readExactly(buffer);
    assertEquals([...buffer], [2, 3, 4, 5, 6, 7]);
    const error = await assertRejects(
      () => file.readExactly(buffer),
      UnexpectedEndOfFileError,
      "after 3 of the 6 bytes",
    );
    assertEquals(error.bytesTransferred, 3);
    assertEquals([...buffer], [8, 9, 10, 5, 6, 7]);
    assertEquals(await position(file), 10);
  });
});

test("append goes to the end, wherever that is, also from two files at once", async () => {
  for (const unbuffered of [false, true]) {
    using folder = kernelFolder();
    const path = folder.file("a.log");
    const options = { append: true, create: true, unbuffered };
    await using a = await open(path, options);
    {
      await using b = await open(path, { append: true });
      const lines = Array.from({ length: 50 }, (_, i) => `line ${i}\n`);
      for (const [i, line] of lines.entries()) {
        const file = !unbuffered && i % 2 > 0 ? b : a;
        await file.writeAll(new TextEncoder().encode(line));
      }
      assertEquals(new TextDecoder().decode(contentOf(path)), lines.join(""));
    }
    await assertRejects(
      () => a.write(counting(1), { at: 0 }),
      TypeError,
      "open for appending",
    );
  }
});

test("append and write together write at an offset, too", async () => {
  await onFile(async (file, path) => {
    await file.write(counting(3));
    await file.write(counting(1, 9), { at: 0 });
    await Promise.all([file.write(counting(2, 4)), file.write(counting(2, 6))]);
    assertEquals([...contentOf(path)], [9, 2, 3, 4, 5, 6, 7]);
  }, { append: true });
});

test("seek() goes from the start, the position and the end, in turn with the transfers", async () => {
  await onFile(async (file) => {
    const done: unknown[] = await Promise.all([
      file.write(counting(10)),
      file.seek(-3, "end"),
      take(file, 1),
      file.seek(-4, "current"),
      take(file, 1),
      file.seek(2),
      take(file, 2),
    ]);
    assertEquals(done, [10, 7, [8], 4, [5], 2, [3, 4]]);
    await assertRejects(() => file.seek(-1), RangeError);
    assertEquals(await position(file), 4);
  });
});

test("flush() and truncate() work beside transfers", async () => {
  await onFile(async (file, path) => {
    await Promise.all([
      file.write(counting(100), { at: 0 }),
      file.flush(),
      file.write(counting(100), { at: 1000 }),
      file.flush(),
    ]);
    await file.truncate(50);
    await file.flush();
    assertEquals([...contentOf(path)], [...counting(50)]);
  });
});

test("lock() waits for another file's lock without blocking", async () => {
  using folder = kernelFolder();
  const path = folder.file("a");
  const options = { read: true, write: true, create: true };
  await using a = await open(path, options);
  await using b = await open(path, options);
  await a.lock({ at: 10, length: 10 });
  await b.lock({ at: 0, length: 10 });
  await assertRejects(
    () => b.lock({ at: 19, length: 1, wait: false }),
    Win32Error,
    "ERROR_LOCK_VIOLATION",
  );
  let has = false;
  const lock = b.lock({ at: 15, length: 10 }).then(() => has = true);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assertEquals(has, false);
  a.unlock({ at: 10, length: 10 });
  await lock;
  await assertRejects(
    () => a.lock({ at: 10, length: 10, wait: false, exclusive: false }),
    Win32Error,
    "ERROR_LOCK_VIOLATION",
  );
  b.unlock({ at: 15, length: 10 });
  await a.lock({ at: 10, length: 10, wait: false, exclusive: false });
  await b.lock({ at: 10, length: 10, wait: false, exclusive: false });
});

test("lock() gives up waiting when it is aborted or the file is closed", async () => {
  using folder = kernelFolder();
  const path = folder.file("a");
  const options = { read: true, write: true, create: true };
  await using a = await open(path, options);
  const b = await open(path, options);
  await a.lock();
  const reason = new Error("no longer");
  const controller = new AbortController();
  const { signal } = controller;
  const aborted = assertRejects(() => b.lock({ signal }), Error, "no longer");
  setTimeout(() => controller.abort(reason), 30);
  assertEquals(await aborted, reason);
  const closed = assertRejects(() => b.lock(), FileClosedError);
  await b.close();
  await closed;
  a.unlock();
});

test("methods refuse what they cannot do with a sentence, as rejections", async () => {
  using folder = kernelFolder();
  const path = folder.file("a");
  fileOf(path, "text");
  const file = await open(path);
  const bytes = new Uint8Array(4);
  const shared = new Uint8Array(new SharedArrayBuffer(4));
  const rules: [
    () => Promise<unknown>,
    new (...args: never[]) => Error,
    string,
  ][] = [
    [() => file.write(bytes), TypeError, "open it with write: true"],
    [() => file.writeAll(bytes), TypeError, "open it with write: true"],
    [() => file.writeGather([bytes]), TypeError, "open it with write: true"],
    [() => file.read("a" as never), TypeError, "buffer must be a Uint8Array"],
    [() => file.read(shared as never), TypeError, "shared memory"],
    [() => file.read(bytes, { at: -1 }), RangeError, "at must be a whole"],
    [
      () => file.readExactly(bytes, { at: 2n ** 63n }),
      RangeError,
      "at must be",
    ],
    [() => file.readScatter(bytes as never), TypeError, "a list of buffers"],
    [
      () => file.read(bytes, { signal: {} as never }),
      TypeError,
      "signal must be an AbortSignal",
    ],
    [
      () => file.lock({ signal: "stop" as never }),
      TypeError,
      'signal must be an AbortSignal, such as that of an AbortController: got the string "stop"',
    ],
  ];
  for (const [run, errorClass, part] of rules) {
    await assertRejects(run, errorClass as never, part);
  }
  assertEquals(await take(file, 9), [...new TextEncoder().encode("text")]);
  await file.close();
  const methods: (() => Promise<unknown>)[] = [
    () => file.read(bytes),
    () => file.read(bytes, { at: 0 }),
    () => file.readExactly(bytes),
    () => file.readScatter([bytes]),
    () => file.write(bytes),
    () => file.flush(),
    () => file.lock(),
    () => file.seek(0),
    () => file.close(),
  ];
  for (const method of methods) {
    await assertRejects(method, FileClosedError, "has been closed");
  }
  await using pipe = await overlappedPipe();
  await assertRejects(
    () => pipe.server.read(bytes, { at: 0 }),
    TypeError,
    "has no offsets",
  );
  await assertRejects(() => pipe.server.seek(0), TypeError, "has no offsets");
});

test("what is no buffer is refused by its name", async () => {
  await onFile(async (file) => {
    const none = 7 as never;
    const named: [string, () => Promise<unknown>][] = [
      ["buffer", () => file.read(none)],
      ["buffer", () => file.readExactly(none)],
      ["buffers", () => file.readScatter(none)],
      ["each of buffers", () => file.readScatter([none])],
      ["data", () => file.write(none)],
      ["data", () => file.writeAll(none)],
      ["buffers", () => file.writeGather(none)],
      ["each of buffers", () => file.writeGather([none])],
    ];
    for (const [name, run] of named) {
      const { message } = await assertRejects(run, TypeError);
      assertEquals(message.startsWith(`${name} must be`), true, message);
    }
  });
});

test("readAll() gives nothing far beyond the end", async () => {
  await onFile(async (file) => {
    await file.write(counting(10));
    assertEquals([...await file.readAll({ at: 2 ** 50 })], []);
  });
});

test("an error tells how many bytes were transferred before it, and the position follows", async () => {
  using folder = kernelFolder();
  const path = folder.file("a");
  await using file = await open(path, {
    read: true,
    write: true,
    create: true,
  });
  await using owner = await open(path, { read: true, write: true });
  const size = 2 ** 22; // What one operation copies.
  await file.truncate(2 * size + 10);
  await owner.lock({ at: size + 100, length: 1 });
  const failing: [number, () => Promise<unknown>][] = [
    [size, () => file.write(new Uint8Array(size + 1000))],
    [size, () => file.writeAll(new Uint8Array(size + 1000))],
    [
      50,
      () => file.writeGather([new Uint8Array(50), new Uint8Array(2 * size)]),
    ],
  ];
  for (const [expected, write] of failing) {
    await file.seek(expected === 50 ? size : 0);
    const error = await write().then(() => undefined, (error) => error);
    if (error === undefined) return; // Locks are not enforced here.
    assert(error instanceof Win32Error, String(error));
    assertEquals(error.symbol, "ERROR_LOCK_VIOLATION");
    assertEquals(error.bytesTransferred, expected);
    const start = expected === 50 ? size : 0;
    assertEquals(await position(file), start + expected);
  }
});

test("readScatter() and writeGather() treat a list of buffers as one", async () => {
  await onFile(async (file) => {
    const list = [counting(5), counting(0), counting(3, 6), counting(4, 9)];
    assertEquals(await file.writeGather(list), 12);
    assertEquals(await file.writeGather([]), 0);
    assertEquals(await position(file), 12);
    const into = [2, 0, 3, 20, 5].map((length) => new Uint8Array(length));
    assertEquals(await file.readScatter(into, { at: 1 }), 11);
    assertEquals([...into[0]!], [2, 3]);
    assertEquals([...into[2]!], [4, 5, 6]);
    assertEquals([...into[3]!.subarray(0, 7)], [7, 8, 9, 10, 11, 12, 0]);
    assertEquals(await file.readScatter(into), null);
    assertEquals(await file.readScatter(into, { at: 11 }), 1);
    assertEquals(await file.readScatter([], { at: 0 }), 0);
    assertEquals(await position(file), 12);
  });
});

test("readable buffers that are transferred elsewhere meanwhile are refused, not corrupted", async () => {
  await onFile(async (file) => {
    await file.writeAll(counting(8));
    for (const at of [undefined, 0]) {
      await file.seek(0);
      const buffer = new Uint8Array(8);
      const options = at === undefined ? {} : { at };
      const read = file.read(buffer, options);
      const moved = new Uint8Array(buffer.buffer.transfer());
      const ended = await refusedUnlessEnded(read, 8);
      assertEquals([...moved], [...ended ? counting(8) : new Uint8Array(8)]);
    }
  });
});

test("data that is transferred elsewhere before its turn is refused, not taken for written", async () => {
  await onFile(async (file, path) => {
    const data = counting(8);
    const first = file.writeAll(counting(2));
    const second = assertRejects(
      () => file.writeAll(data),
      TypeError,
      "has been transferred elsewhere",
    );
    const buffer = new Uint8Array(8);
    const third = assertRejects(
      () => file.readExactly(buffer),
      TypeError,
      "has been transferred elsewhere",
    );
    data.buffer.transfer();
    buffer.buffer.transfer();
    await Promise.all([first, second, third]);
    assertEquals([...contentOf(path)], [1, 2]);
    // Large data goes in parts: the first is on its way, the second is gone.
    const large = new Uint8Array(2 ** 22 + 1).fill(7);
    const write = assertRejects(
      () => file.writeAll(large, { at: 0 }),
      TypeError,
    );
    large.buffer.transfer();
    await write;
  });
});

test("an AlignedBuffer may be freed while an operation uses it", async () => {
  await onFile(async (file, path) => {
    const size = 65_536;
    const data = new AlignedBuffer(size);
    data.bytes.fill(7);
    const write = file.writeAll(data.bytes, { at: 0 });
    data.free();
    assertEquals(data.bytes.length, 0);
    await write;
    assert(contentOf(path).every((byte) => byte === 7));
    const buffer = new AlignedBuffer(size);
    const read = file.read(buffer.bytes, { at: 0 });
    buffer.free();
    await refusedUnlessEnded(read, size);
  });
});
