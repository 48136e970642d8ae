import { test } from "node:test";
import { readFileSync, writeFileSync } from "node:fs";
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  FileClosedError,
  isPowerOfTwo,
  kernel32,
  type OpenOptions,
  openSync,
  UnexpectedEndOfFileError,
  Win32Error,
} from "../../mod.ts";
import { SyncFile } from "../../src/sync_file.ts";
import { assertNoHandleLeft } from "../support/handles.ts";
import { tempFolder } from "../support/temp_folder.ts";

/** Runs a test's body on a new file, once buffered and once unbuffered. */
function onFile(
  run: (file: SyncFile, path: string) => void,
  options: OpenOptions = {},
): void {
  for (const unbuffered of [false, true]) {
    using folder = tempFolder();
    const path = folder.file("a.bin");
    using file = openSync(path, {
      read: true,
      write: true,
      create: true,
      unbuffered,
      ...options,
    });
    run(file, path);
  }
}

/** Bytes that count up from a value. */
function counting(length: number, from = 1): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => from + i);
}

/** Reads some bytes and returns them, or null at the end. */
function take(file: SyncFile, length: number, at?: number): number[] | null {
  const buffer = new Uint8Array(length);
  const count = file.read(buffer, at === undefined ? undefined : { at });
  return count === null ? null : [...buffer.subarray(0, count)];
}

const position = (file: SyncFile) => file.seek(0, "current");

test("read() and write() go on where the last one ended", () => {
  onFile((file, path) => {
    assertEquals(file.write(counting(3)), 3);
    assertEquals(file.write(counting(3, 4)), 3);
    assertEquals(take(file, 1), null);
    file.seek(0);
    assertEquals(take(file, 2), [1, 2]);
    assertEquals(take(file, 2), [3, 4]);
    file.write(counting(1, 9));
    assertEquals(take(file, 2), [6]);
    assertEquals([...readFileSync(path)], [1, 2, 3, 4, 9, 6]);
  });
});

test("read() gives null at the end of the file and beyond", () => {
  onFile((file) => {
    assertEquals(take(file, 10), null);
    assertEquals(take(file, 10, 0), null);
    file.write(counting(5), { at: 0 });
    assertEquals(take(file, 10, 3), [4, 5]);
    assertEquals(take(file, 10, 5), null);
    assertEquals(take(file, 10, 6), null);
    assertEquals(take(file, 10, 100_000), null);
    assertEquals(take(file, 10), [1, 2, 3, 4, 5]);
    assertEquals(take(file, 10), null);
    file.seek(1000);
    assertEquals(take(file, 10), null);
    assertEquals(position(file), 1000);
  });
});

test("read() and write() of nothing do nothing, at the end too", () => {
  onFile((file) => {
    assertEquals(file.read(new Uint8Array(0)), 0);
    assertEquals(file.read(new Uint8Array(0), { at: 99 }), 0);
    assertEquals(file.write(new Uint8Array(0)), 0);
    assertEquals(file.write(new Uint8Array(0), { at: 99 }), 0);
    file.writeAll(new Uint8Array(0));
    file.readExactly(new Uint8Array(0));
    assertEquals(file.size(), 0);
    assertEquals(position(file), 0);
  });
});

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
        assertEquals([...readFileSync(path)], model.bytes, `after ${names}`);
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
    using folder = tempFolder();
    const path = folder.file("a");
    writeFileSync(path, counting(10));
    using file = openSync(path, { read: true, unbuffered });
    assertEquals(take(file, 2, 5), [6, 7]);
    assertEquals(take(file, 2), [1, 2]);
  }
});

test("write() beyond the end leaves zeros between", () => {
  onFile((file, path) => {
    file.write(counting(2));
    file.write(counting(2, 8), { at: 5 });
    file.seek(9);
    file.write(counting(1, 7));
    assertEquals([...readFileSync(path)], [1, 2, 0, 0, 0, 8, 9, 0, 0, 7]);
  });
});

test("read() and write() find their offset beyond 4 GiB, as a number and as a bigint", () => {
  onFile((file) => {
    const at = 2 ** 32 + 5;
    file.write(counting(3), { at });
    file.write(counting(1, 7), { at: BigInt(at) + 3n });
    assertEquals(file.size(), at + 4);
    assertEquals(take(file, 8, at + 1), [2, 3, 7]);
    assertEquals(take(file, 2, 5), [0, 0]);
    const buffer = new Uint8Array(2);
    assertEquals(file.read(buffer, { at: BigInt(at) }), 2);
    assertEquals([...buffer], [1, 2]);
    file.seek(at + 2);
    assertEquals(take(file, 2), [3, 7]);
    assertEquals(position(file), at + 4);
  });
});

test("read() and write() take any view, and touch its bytes alone", () => {
  onFile((file) => {
    const memory = counting(16, 0);
    file.write(new DataView(memory.buffer, 3, 2));
    file.write(new Uint16Array(memory.buffer, 8, 1));
    assertEquals(take(file, 9, 0), [3, 4, 8, 9]);
    const target = new Uint8Array(12).fill(0xEE);
    file.read(new DataView(target.buffer, 1, 2), { at: 0 });
    file.read(new Float64Array(target.buffer, 0, 0), { at: 0 });
    file.read(target.subarray(10, 11), { at: 3 });
    assertEquals([...target.subarray(0, 5)], [0xEE, 3, 4, 0xEE, 0xEE]);
    assertEquals([...target.subarray(9)], [0xEE, 9, 0xEE]);
  });
});

test("write() with append goes to the end, wherever the position is", () => {
  onFile((file, path) => {
    file.write(counting(2));
    file.seek(0);
    file.write(counting(1, 3));
    assertEquals(position(file), 3);
    file.write(counting(1, 9), { at: 1 });
    assertEquals(take(file, 2, 0), [1, 9]);
    file.write(counting(1, 4));
    assertEquals([...readFileSync(path)], [1, 9, 3, 4]);
  }, { append: true });
});

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
    assertEquals([...readFileSync(path)], [1, 2, 3]);
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
      assertEquals([...readFileSync(path)], expected);
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
    assertEquals([...readFileSync(path)], [1, 2, 5, 11, 12]);
  });
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
    assertEquals([...readFileSync(path)], [1, 2, 0, 0]);
    file.write(counting(1, 9));
    assertEquals([...readFileSync(path)], [1, 2, 0, 0, 0, 9]);
    file.truncate();
    assertEquals(file.size(), 0);
    file.truncate(100_000);
    assertEquals(file.size(), 100_000);
    assert(readFileSync(path).every((byte) => byte === 0));
  });
});

test("truncate() of a file that is not open for writing fails", () => {
  using folder = tempFolder();
  writeFileSync(folder.file("a"), "hello");
  using file = openSync(folder.file("a"));
  const error = assertThrows(() => file.truncate(1), Win32Error);
  assert([5, 87].includes(error.win32), error.symbol); // The second is Wine's.
  assertEquals(error.path, folder.file("a"));
  assertEquals(file.size(), 5);
});

test("allocate() leaves the size and what the file has", () => {
  onFile((file, path) => {
    file.write(counting(5));
    try {
      file.allocate(1 << 20);
      file.allocate(1n << 21n);
    } catch (error) {
      const { symbol, syscall } = error as Win32Error;
      assertEquals(symbol, "ERROR_CALL_NOT_IMPLEMENTED"); // Wine.
      assertEquals(syscall, "SetFileInformationByHandle");
    }
    assertEquals([...readFileSync(path)], [1, 2, 3, 4, 5]);
    assertEquals(position(file), 5);
  });
});

test("setValidData() keeps the size, or says which privilege it wants", () => {
  onFile((file) => {
    file.truncate(100_000);
    try {
      file.setValidData(100_000);
      file.setValidData(100_000n);
    } catch (error) {
      const { symbol, syscall } = error as Win32Error;
      assertEquals(symbol, "ERROR_PRIVILEGE_NOT_HELD");
      assertEquals(syscall, "SetFileValidData");
    }
    assertEquals(file.size(), 100_000);
  });
});

test("flush() writes out what was written, and fails where nothing can be written", () => {
  onFile((file, path) => {
    file.write(counting(5));
    file.flush();
    assertEquals(readFileSync(path).length, 5);
  });
  onFile((_, path) => {
    using reader = openSync(path);
    const error = assertThrows(() => reader.flush(), Win32Error);
    assertEquals(error.symbol, "ERROR_ACCESS_DENIED");
    assertEquals(error.syscall, "FlushFileBuffers");
  });
});

test("sectorSize() gives powers of two, the physical size no smaller", () => {
  onFile((file) => {
    const { logical, physical } = file.sectorSize();
    assert(isPowerOfTwo(logical) && logical >= 512, `${logical}`);
    assert(isPowerOfTwo(physical) && physical >= logical, `${physical}`);
  });
});

test("readExactly() fills the buffer", () => {
  onFile((file) => {
    file.write(counting(10));
    const buffer = new Uint8Array(4);
    file.readExactly(buffer, { at: 6 });
    assertEquals([...buffer], [7, 8, 9, 10]);
    file.seek(1);
    file.readExactly(buffer);
    assertEquals([...buffer], [2, 3, 4, 5]);
    assertEquals(position(file), 5);
  });
});

test("readExactly() says how much there was when the file ends before", () => {
  onFile((file, path) => {
    file.write(counting(5));
    const buffer = new Uint8Array(8);
    const error = assertThrows(
      () => file.readExactly(buffer, { at: 2 }),
      UnexpectedEndOfFileError,
      `"${path}" ended after 3 of the 8 bytes`,
    );
    assertEquals(error.bytesTransferred, 3);
    assertEquals([...buffer], [3, 4, 5, 0, 0, 0, 0, 0]);
    assertThrows(() => file.readExactly(buffer), UnexpectedEndOfFileError);
  });
});

test("writeGather() and readScatter() take one buffer after the other", () => {
  onFile((file, path) => {
    assertEquals(
      file.writeGather([counting(2), new Uint8Array(0), counting(3, 3)]),
      5,
    );
    assertEquals(
      file.writeGather([counting(1, 8), counting(1, 9)], { at: 1 }),
      2,
    );
    assertEquals([...readFileSync(path)], [1, 8, 9, 4, 5]);
    assertEquals(position(file), 5);

    const [a, b, c] = [1, 2, 4].map((length) => new Uint8Array(length));
    assertEquals(file.readScatter([a!, b!], { at: 1 }), 3);
    assertEquals([...a!, ...b!], [8, 9, 4]);
    file.seek(2);
    assertEquals(file.readScatter([a!, c!, b!]), 3);
    assertEquals([...a!, ...c!], [9, 4, 5, 0, 0]);
    assertEquals(file.readScatter([a!, b!]), null);
    assertEquals(file.readScatter([a!], { at: 5n }), null);
    assertEquals(file.readScatter([]), 0);
    assertEquals(file.writeGather([]), 0);
  });
});

test("writeAll() writes all of it", () => {
  onFile((file, path) => {
    file.writeAll(counting(5));
    file.writeAll(counting(2, 8), { at: 4 });
    assertEquals([...readFileSync(path)], [1, 2, 3, 4, 8, 9]);
  });
});

test("SyncFile refuses what it was not opened for", () => {
  using folder = tempFolder();
  const path = folder.file("a");
  using writer = openSync(path, { write: true, create: true });
  using reader = openSync(path);
  const one = new Uint8Array(1);
  for (
    const method of [
      () => writer.read(one),
      () => writer.readExactly(one),
      () => writer.readScatter([one]),
    ]
  ) {
    assertThrows(
      method,
      TypeError,
      "not open for reading: open it with read: true",
    );
  }
  for (
    const method of [
      () => reader.write(one),
      () => reader.writeAll(one),
      () => reader.writeGather([one]),
    ]
  ) {
    assertThrows(
      method,
      TypeError,
      "not open for writing: open it with write: true",
    );
  }
});

test("SyncFile refuses every method but `using` once it is closed", () => {
  onFile((file, path) => {
    const one = new Uint8Array(1);
    const methods: Record<string, () => unknown> = {
      allocate: () => file.allocate(1),
      close: () => file.close(),
      flush: () => file.flush(),
      lock: () => file.lock(),
      read: () => file.read(one),
      readAll: () => file.readAll(),
      readExactly: () => file.readExactly(new Uint8Array(0)),
      readScatter: () => file.readScatter([]),
      sectorSize: () => file.sectorSize(),
      seek: () => file.seek(0),
      setValidData: () => file.setValidData(1),
      size: () => file.size(),
      stat: () => file.stat(),
      truncate: () => file.truncate(),
      unlock: () => file.unlock(),
      write: () => file.write(one),
      writeAll: () => file.writeAll(new Uint8Array(0)),
      writeGather: () => file.writeGather([]),
    };
    const names = new Set<string>();
    for (
      let proto = SyncFile.prototype as object;
      proto !== Object.prototype;
      proto = Object.getPrototypeOf(proto)
    ) {
      for (const name of Object.getOwnPropertyNames(proto)) names.add(name);
    }
    const others = ["constructor", "handle", "closed", "check", "closeHandle"];
    for (const name of others) names.delete(name);
    assertEquals([...names].sort(), Object.keys(methods).sort());

    assertEquals(file.closed, false);
    file.close();
    assertEquals(file.closed, true);
    for (const [name, method] of Object.entries(methods)) {
      assertThrows(
        method,
        FileClosedError,
        `${name}() needs an open file, and "${path}" has been closed`,
      );
    }
    file[Symbol.dispose]();
  });
});

test("close() gives the handle back, also of a file that was read and written", () => {
  for (const unbuffered of [false, true]) {
    using folder = tempFolder();
    const options = { read: true, write: true, create: true, unbuffered };
    assertNoHandleLeft(() => {
      const file = openSync(folder.file("a"), options);
      file.write(counting(5));
      file.read(counting(5), { at: 0 });
      file.close();
    });
  }
});

test("close() says so if somebody else has closed the handle", () => {
  using folder = tempFolder();
  const file = openSync(folder.file("a"), { write: true, create: true });
  kernel32.CloseHandle(file.handle);
  const error = assertThrows(() => file.close(), Win32Error);
  assertEquals(error.symbol, "ERROR_INVALID_HANDLE");
  assertEquals(error.syscall, "CloseHandle");
  assertEquals(error.code, "EBADF");
  assertEquals(file.closed, true);
  file[Symbol.dispose]();
});

test("SyncFile does not take a handle over that is not a file's", () => {
  const event = kernel32.CreateEventW(null, true, false, null);
  const mode = { read: true, write: true, append: false, unbuffered: false };
  const error = assertThrows(
    () => new SyncFile(event, "an event", mode),
    Win32Error,
  );
  assertEquals(error.symbol, "ERROR_INVALID_HANDLE");
  assertEquals(error.path, "an event");
  assert(kernel32.CloseHandle(event));
  assertThrows(
    () => new SyncFile(5 as unknown as typeof event, "a number", mode),
    TypeError,
    "must be a handle (bigint): got 5 (number)",
  );
});
