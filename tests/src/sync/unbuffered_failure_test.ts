import "../../support/windows_or_strict.ts";
import { test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { AlignedBuffer, Win32Error } from "../../../mod.ts";
import { BOUNCE, onDevice, pattern, same } from "../../support/on_device.ts";

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
