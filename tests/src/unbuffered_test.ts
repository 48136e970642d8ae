import { test } from "node:test";
import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  AlignedBuffer,
  openSync,
  type SyncFile,
  Win32Error,
} from "../../mod.ts";
import { UnbufferedIo } from "../../src/unbuffered.ts";
import { StrictDevice } from "../support/strict_device.ts";
import { tempFolder } from "../support/temp_folder.ts";

const BOUNCE = 1024 * 1024;

/** Logical and physical sectors that disks have: old ones, 512e and 4Kn. */
const SECTORS = [[512, 512], [512, 4096], [4096, 4096]] as const;

interface Setup {
  readonly io: UnbufferedIo;
  readonly device: StrictDevice;
  /** The same file, buffered. */
  readonly file: SyncFile;
  readonly logical: number;
  readonly physical: number;
  /** All that the file has. */
  content(): Uint8Array;
}

/** Runs a body on a new file for each kind of sectors. */
function onDevice(run: (setup: Setup) => void): void {
  for (const [logical, physical] of SECTORS) {
    using folder = tempFolder();
    const path = folder.file("a.bin");
    using file = openSync(path, { read: true, write: true, create: true });
    const device = new StrictDevice(file, logical, physical);
    using io = new UnbufferedIo(device);
    const content = () => readFileSync(path);
    run({ io, device, file, logical, physical, content });
  }
}

/** Bytes none of which is 0, a different sequence for each seed, in memory that is not aligned. */
function pattern(length: number, seed = 0): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(new ArrayBuffer(length + 1), 1);
  for (let i = 0; i < length; i++) bytes[i] = (i * 7 + seed) % 255 + 1;
  return bytes;
}

function same(actual: Uint8Array, expected: Uint8Array, message = ""): void {
  if (Buffer.compare(actual, expected) === 0) return;
  assertEquals(actual.length, expected.length, `length ${message}`);
  const at = actual.findIndex((byte, i) => byte !== expected[i]);
  assertEquals(at, -1, `the first other byte ${message}`);
}

/** Offsets and lengths beside every border that there is. */
function edges(logical: number, physical: number, from = 0): number[] {
  const borders = [0, logical, 2 * logical, physical, 3 * physical, 8192];
  const values = borders.flatMap((border) => [border - 1, border, border + 1]);
  return [...new Set(values)].filter((value) => value >= from);
}

test("read() gives any bytes of a file, whatever offset and length", () => {
  onDevice(({ io, file, logical, physical }) => {
    const content = pattern(3 * 4096 + 77);
    file.write(content);
    for (const offset of edges(logical, physical)) {
      for (const length of edges(logical, physical, 1)) {
        const buffer = new Uint8Array(length);
        const count = io.read(buffer, offset);
        const expected = content.subarray(offset, offset + length);
        same(buffer.subarray(0, count), expected, `at ${offset}, ${length}`);
      }
    }
  });
});

test("write() changes the bytes that are meant and no others, whatever offset and length", () => {
  onDevice(({ io, file, logical, physical, content }) => {
    for (const size of [0, 100, physical + 100, 3 * 4096 + 77]) {
      for (const offset of edges(logical, physical)) {
        for (const length of edges(logical, physical, 1)) {
          const expected = pattern(Math.max(size, offset + length));
          file.truncate();
          file.write(expected.subarray(0, size), { at: 0 });
          const data = pattern(length, 99);
          io.write(data, offset);
          if (offset > size) expected.fill(0, size, offset);
          expected.set(data, offset);
          same(content(), expected, `${size}: ${length} at ${offset}`);
        }
      }
    }
  });
});

test("read() and write() take any memory: unaligned views, aligned ones, and parts of those", () => {
  onDevice(({ io, content, logical }) => {
    using aligned = new AlignedBuffer(16_384);
    const heap = new Uint8Array(new ArrayBuffer(16_384));
    for (const memory of [heap, aligned.bytes]) {
      for (const start of [0, 1, 511, 512, 4095, 4096]) {
        for (const length of [logical - 1, logical, 2 * logical, 9000]) {
          const view = memory.subarray(start, start + length);
          view.set(pattern(length, start));
          io.write(view, 0);
          same(content().subarray(0, length), pattern(length, start));
          view.fill(0);
          assertEquals(io.read(view, 0), length);
          same(view, pattern(length, start), `from ${start}, ${length}`);
        }
      }
    }
  });
});

test("whole sectors in aligned memory go straight through, in one call", () => {
  onDevice(({ io, device, logical, physical }) => {
    using buffer = new AlignedBuffer(3 * BOUNCE);
    for (const length of [logical, 4 * logical, 3 * BOUNCE]) {
      io.write(buffer.bytes.subarray(0, length), 2 * logical);
      assertEquals(device.calls.splice(0), [
        { name: "write", length, offset: 2 * logical },
      ]);
      io.read(buffer.bytes.subarray(0, length), 2 * logical);
      assertEquals(device.calls.splice(0), [
        { name: "read", length, offset: 2 * logical },
      ]);
    }
    io.write(buffer.bytes.subarray(physical, 3 * physical), 0);
    assertEquals(device.takeNames(), "write");
  });
});

test("whole sectors go straight through though what follows them does not", () => {
  onDevice(({ io, device, logical }) => {
    using buffer = new AlignedBuffer(8 * 4096);
    const { bytes } = buffer;
    bytes.set(pattern(bytes.length));
    io.write(bytes.subarray(0, 4 * 4096 + 5), 0);
    assertEquals(device.calls.splice(0), [
      { name: "size", length: 0, offset: 0 },
      { name: "write", length: 4 * 4096, offset: 0 },
      { name: "write", length: logical, offset: 4 * 4096 },
      { name: "setEnd", length: 0, offset: 4 * 4096 + 5 },
    ]);
    io.read(bytes.subarray(0, 4 * 4096 + 5), 0);
    assertEquals(device.calls.splice(0), [
      { name: "read", length: 4 * 4096, offset: 0 },
      { name: "read", length: logical, offset: 4 * 4096 },
    ]);
  });
});

test("memory that is aligned to the logical sector only is not good enough", () => {
  onDevice(({ io, device, logical, physical }) => {
    if (logical === physical) return;
    using buffer = new AlignedBuffer(8192);
    io.write(buffer.bytes.subarray(logical, logical + 4096), 0);
    // The device would have refused it.
    assertEquals(device.takeNames(), "size write");
  });
});

test("write() inside of a sector reads it first, and only it", () => {
  onDevice(({ io, device, file, logical }) => {
    file.write(pattern(8 * logical));
    io.write(pattern(10), 5);
    assertEquals(device.calls.splice(0), [
      { name: "size", length: 0, offset: 0 },
      { name: "read", length: logical, offset: 0 },
      { name: "write", length: logical, offset: 0 },
    ]);
    io.write(pattern(4 * logical), logical + 5);
    assertEquals(device.calls.splice(0), [
      { name: "size", length: 0, offset: 0 },
      { name: "read", length: logical, offset: 5 * logical },
      { name: "read", length: logical, offset: logical },
      { name: "write", length: 5 * logical, offset: logical },
    ]);
  });
});

test("write() reads no sector that it fills or that lies beyond the end", () => {
  onDevice(({ io, device, logical }) => {
    io.write(pattern(2 * logical), 0);
    assertEquals(device.takeNames(), "size write");
    io.write(pattern(logical + 1), 2 * logical);
    assertEquals(device.takeNames(), "size write setEnd");
    io.write(pattern(3), 100 * logical + 1);
    assertEquals(device.takeNames(), "size write setEnd");
  });
});

test("write() leaves the end where it is, to the byte", () => {
  onDevice(({ io, file, logical }) => {
    for (
      const size of [1, logical - 1, logical, logical + 1, 5 * logical + 3]
    ) {
      file.truncate(size);
      io.write(pattern(1), 0);
      assertEquals(file.size(), size);
      io.write(pattern(1), size - 1);
      assertEquals(file.size(), size);
      io.write(pattern(1), size);
      assertEquals(file.size(), size + 1);
      io.write(pattern(logical), size);
      assertEquals(file.size(), size + logical);
    }
  });
});

test("write() beyond the end leaves zeros between", () => {
  onDevice(({ io, file, content, logical }) => {
    const start = pattern(logical + 10);
    for (const gap of [1, 100, logical, 3 * logical + 7]) {
      file.truncate();
      file.write(start, { at: 0 });
      io.write(pattern(5), start.length + gap);
      const expected = new Uint8Array(start.length + gap + 5);
      expected.set(start);
      expected.set(pattern(5), start.length + gap);
      same(content(), expected, `a gap of ${gap}`);
    }
  });
});

test("read() ends where the file does, to the byte", () => {
  onDevice(({ io, file }) => {
    const content = pattern(4097);
    file.write(content);
    const buffer = new Uint8Array(4096);
    assertEquals(io.read(buffer, 0), 4096);
    assertEquals(io.read(buffer, 4096), 1);
    assertEquals(buffer[0], content[4096]);
    // On Windows: ERROR_INVALID_PARAMETER for an offset that is not aligned.
    assertEquals(io.read(buffer, 4097), 0);
    assertEquals(io.read(buffer, 8191), 0);
    assertEquals(io.read(buffer, 8192), 0);
    assertEquals(io.read(buffer, 2 ** 40 + 1), 0);
    using aligned = new AlignedBuffer(4096);
    assertEquals(io.read(aligned.bytes, 4096), 1);
    assertEquals(io.read(aligned.bytes, 8192), 0);
  });
});

test("read() writes nothing behind what it read", () => {
  onDevice(({ io, file }) => {
    file.write(pattern(10));
    const buffer = new Uint8Array(100).fill(0xEE);
    assertEquals(io.read(buffer.subarray(10, 90), 3), 7);
    assert(buffer.subarray(0, 10).every((byte) => byte === 0xEE));
    assert(buffer.subarray(17).every((byte) => byte === 0xEE));
  });
});

test("read() and write() of more than the bounce buffer lose nothing at its borders", () => {
  onDevice(({ io, device, content, logical }) => {
    const data = pattern(2 * BOUNCE + 3 * logical + 11);
    for (const offset of [0, 5, logical, BOUNCE - 3]) {
      io.write(data, offset);
      const written = content().subarray(offset, offset + data.length);
      same(written, data, `written at ${offset}`);
      device.calls.length = 0;
      const back = pattern(data.length, 3);
      assertEquals(io.read(back, offset), data.length);
      same(back, data, `read at ${offset}`);
      assertEquals(device.takeNames(), "read read read");
    }
  });
});

test("read() sees a file that has grown or shrunk elsewhere", () => {
  onDevice(({ io, file }) => {
    const buffer = new Uint8Array(10_000);
    for (const size of [10, 5000, 4096, 0, 9999]) {
      file.truncate();
      file.write(pattern(size, size), { at: 0 });
      assertEquals(io.read(buffer, 0), size);
      same(buffer.subarray(0, size), pattern(size, size));
    }
  });
});

test("write() does not bring back what was cut off elsewhere", () => {
  onDevice(({ io, file, content, logical }) => {
    io.write(pattern(2 * logical), 0);
    io.write(pattern(3), 2 * logical + 1); // The bounce buffer has old bytes.
    file.truncate(logical + 5);
    io.write(pattern(1), 2 * logical - 1);
    const expected = new Uint8Array(2 * logical);
    expected.set(pattern(2 * logical).subarray(0, logical + 5));
    expected[2 * logical - 1] = pattern(1)[0]!;
    same(content(), expected);
  });
});

test("a write that fails counts the caller's bytes alone", () => {
  onDevice(({ io, device, file, logical }) => {
    file.truncate(4 * BOUNCE);
    const failing = (bytesTransferred: number, from: number) => {
      let writes = 0;
      device.fail = ({ name }) => {
        if (name !== "write" || writes++ < from) return;
        throw new Win32Error("WriteFile", 112, { path: "d", bytesTransferred });
      };
    };
    const countOf = (length: number, offset: number) => {
      const error = assertThrows(
        () => io.write(pattern(length), offset),
        Win32Error,
      );
      assertEquals(error.symbol, "ERROR_DISK_FULL");
      assertEquals(error.path, "d");
      return error.bytesTransferred;
    };
    failing(0, 0);
    assertEquals(countOf(3 * logical, 7), 0);
    // What lies before the offset in its sector is not the caller's …
    failing(2 * logical, 0);
    assertEquals(countOf(5 * logical, 7), 2 * logical - 7);
    // … nor is what lies behind the data.
    failing(2 * logical, 0);
    assertEquals(countOf(logical + 3, 0), logical + 3);
    failing(3 * logical, 1);
    assertEquals(
      countOf(2 * BOUNCE, 7),
      BOUNCE - 7 + 3 * logical,
    );
    using buffer = new AlignedBuffer(8192);
    failing(4096, 0);
    const error = assertThrows(() => io.write(buffer.bytes, 0), Win32Error);
    assertEquals(error.bytesTransferred, 4096);
  });
});

test("a write whose sector cannot be read has written nothing of it", () => {
  onDevice(({ io, device, file, logical, content }) => {
    file.write(pattern(8 * logical));
    device.fail = ({ name, length }) => {
      if (name !== "read") return;
      throw new Win32Error("ReadFile", 33, { bytesTransferred: length });
    };
    const error = assertThrows(() => io.write(pattern(9, 5), 3), Win32Error);
    assertEquals(error.syscall, "ReadFile");
    assertEquals(error.bytesTransferred, 0);
    same(content(), pattern(8 * logical));
  });
});

test("a read that fails counts what is in the caller's buffer", () => {
  onDevice(({ io, device, file, logical }) => {
    file.write(pattern(2 * BOUNCE));
    const partly = (part: number, from: number) => {
      let reads = 0;
      device.fail = ({ name, offset }, bytes) => {
        if (name !== "read" || reads++ < from) return;
        const content = pattern(2 * BOUNCE);
        bytes!.set(content.subarray(offset, offset + part));
        throw new Win32Error("ReadFile", 33, { bytesTransferred: part });
      };
    };
    const check = (length: number, offset: number, expected: number) => {
      const buffer = new Uint8Array(length);
      const error = assertThrows(() => io.read(buffer, offset), Win32Error);
      assertEquals(error.bytesTransferred, expected);
      const content = pattern(2 * BOUNCE);
      same(
        buffer.subarray(0, expected),
        content.subarray(offset, offset + expected),
      );
    };
    partly(0, 0);
    check(100, 3, 0);
    partly(2 * logical, 0);
    check(5 * logical, 7, 2 * logical - 7);
    partly(logical, 1);
    check(2 * BOUNCE - 100, 7, BOUNCE - 7 + logical);
    using buffer = new AlignedBuffer(8192);
    partly(4096, 0);
    const error = assertThrows(() => io.read(buffer.bytes, 0), Win32Error);
    assertEquals(error.bytesTransferred, 4096);
  });
});

test("errors that are not the system's pass through", () => {
  onDevice(({ io, device }) => {
    device.fail = () => {
      throw new RangeError("mine");
    };
    assertThrows(() => io.write(pattern(9), 3), RangeError, "mine");
    assertThrows(() => io.read(pattern(9), 3), RangeError, "mine");
  });
});

test("openSync() with unbuffered keeps aligned transfers to themselves: no copy, one call", () => {
  using folder = tempFolder();
  using file = openSync(folder.file("a"), {
    read: true,
    write: true,
    create: true,
    unbuffered: true,
  });
  using buffer = new AlignedBuffer(65_536);
  buffer.bytes.set(pattern(65_536));
  assertEquals(file.write(buffer.bytes), 65_536);
  buffer.bytes.fill(0);
  assertEquals(file.read(buffer.bytes, { at: 0 }), 65_536);
  same(buffer.bytes, pattern(65_536));
  assertEquals(file.read(buffer.bytes, { at: 65_536 }), null);
});
