import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { AlignedBuffer, openSync } from "../../../mod.ts";
import { BOUNCE, onDevice, pattern, same } from "../../support/on_device.ts";
import { kernelFolder } from "../../support/windows_or_strict.ts";

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
    assertEquals(device.takeNames(), "write");
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
    // Whole sectors end where they should.
    io.write(pattern(2 * logical), 0);
    assertEquals(device.takeNames(), "write");
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

test("openSync() with unbuffered keeps aligned transfers to themselves: no copy, one call", () => {
  using folder = kernelFolder();
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
