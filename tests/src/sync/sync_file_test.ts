// portable

import { test } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  isPowerOfTwo,
  openSync,
  UnexpectedEndOfFileError,
  Win32Error,
} from "../../../mod.ts";
import { counting, onFile, position, take } from "../../support/on_file.ts";
import { contentOf } from "../../support/windows_or_strict.ts";

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
    assertEquals([...contentOf(path)], [1, 2, 3, 4, 9, 6]);
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

test("write() beyond the end leaves zeros between", () => {
  onFile((file, path) => {
    file.write(counting(2));
    file.write(counting(2, 8), { at: 5 });
    file.seek(9);
    file.write(counting(1, 7));
    assertEquals([...contentOf(path)], [1, 2, 0, 0, 0, 8, 9, 0, 0, 7]);
  });
});

test("read() and write() find their offset beyond 4 GiB, as a number and as a bigint", () => {
  onFile((file) => {
    file.setSparse(); // else NTFS writes zeros up to there
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
    assertEquals([...contentOf(path)], [1, 2, 3, 4, 5]);
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
    assertEquals(contentOf(path).length, 5);
  });
  onFile((_, path) => {
    using reader = openSync(path);
    const error = assertThrows(() => reader.flush(), Win32Error);
    assertEquals(error.symbol, "ERROR_ACCESS_DENIED");
    assertEquals(error.syscall, "FlushFileBuffers");
    assertEquals(error.path, path);
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
      `'${path}' ended after 3 of the 8 bytes`,
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
    assertEquals([...contentOf(path)], [1, 8, 9, 4, 5]);
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
    assertEquals([...contentOf(path)], [1, 2, 3, 4, 8, 9]);
  });
});
