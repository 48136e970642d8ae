// portable

import { assertEquals, assertThrows } from "@std/assert";
import {
  AlignedBuffer,
  listenPipe,
  openSync,
  type SyncFile,
  UnexpectedEndOfFileError,
  Win32Error,
} from "../../../mod.ts";
import { CharacterDevice } from "../../support/strict_kernel/device.ts";
import {
  type StrictKernel,
  strictTest,
} from "../../support/strict_kernel/mod.ts";
import { failFunction } from "../../support/strict_kernel/replaced.ts";

const PIPE = "\\\\.\\pipe\\strict";

/** Opens a device that gives what it has piece by piece, and takes three bytes at most. */
function openDevice(
  kernel: StrictKernel,
  pieces: number[][] = [],
): { file: SyncFile; taken: number[] } {
  const taken: number[] = [];
  const device = new CharacterDevice({
    read: () => Uint8Array.from(pieces.shift() ?? []),
    write: (bytes) => {
      taken.push(...bytes.subarray(0, 3));
      return { count: Math.min(bytes.length, 3) };
    },
  });
  kernel.names.devices.set("own", device);
  const file = openSync("\\\\.\\own", { read: true, write: true });
  return { file, taken };
}

strictTest(
  "readExactly() goes on behind what has come, and readScatter() ends with what is not full",
  (kernel) => {
    const pieces = [[1, 2], [3], [4, 5], [6, 7], [8], [9]];
    using file = openDevice(kernel, pieces).file;
    const five = new Uint8Array(5);
    file.readExactly(five);
    assertEquals([...five], [1, 2, 3, 4, 5]);
    const [a, b, c] = [2, 3, 4].map((length) => new Uint8Array(length));
    assertEquals(file.readScatter([a!, b!, c!]), 3);
    assertEquals([...a!, ...b!, ...c!], [6, 7, 8, 0, 0, 0, 0, 0, 0]);
    assertEquals([file.read(five), five[0]], [1, 9]);
  },
);

strictTest(
  "writeAll() goes on behind what was taken, and write() and writeGather() end there",
  (kernel) => {
    const { file, taken } = openDevice(kernel);
    const eight = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    file.writeAll(eight);
    assertEquals(taken.splice(0), [...eight]);
    assertEquals(file.write(eight), 3);
    assertEquals(taken.splice(0), [1, 2, 3]);
    const [a, b] = [eight.subarray(0, 2), eight.subarray(2)];
    assertEquals(file.writeGather([a, b, a]), 5);
    assertEquals(taken, [1, 2, 3, 4, 5]);
    file.close();
  },
);

strictTest(
  "writeGather() joins what is appended, and writes each buffer for itself elsewhere",
  (kernel) => {
    using memory = new AlignedBuffer(2 ** 26);
    const lengths: number[] = [];
    kernel.io.whenStarted = (operation) => {
      const { length } = operation.request;
      lengths.push(length);
      operation.instead = () => ({ status: 0, count: length });
    };
    const two = Uint8Array.of(1, 2);
    const gather = (append: boolean, buffers: Uint8Array[]) => {
      using file = openSync("C:\\a", { write: true, create: true, append });
      file.writeGather(buffers);
      return lengths.splice(0);
    };
    assertEquals(gather(true, [two, two]), [4]);
    assertEquals(gather(false, [two, two]), [2, 2]);
    assertEquals(gather(false, [memory.bytes, two]), [2 ** 26, 2]);
    assertThrows(
      () => gather(true, [memory.bytes, two]),
      RangeError,
      "67108864",
    );
    assertEquals(lengths, []);
  },
);

strictTest("the end of a pipe ends what reads on", async () => {
  for (const method of ["readExactly", "readScatter", "readAll"] as const) {
    await using listener = listenPipe(PIPE);
    using client = openSync(PIPE, { read: true, write: true });
    const server = await listener.accept();
    await server.write(Uint8Array.of(1, 2, 3));
    await server.close();
    const bytes = new Uint8Array(5);
    if (method === "readAll") {
      assertEquals([...client.readAll()], [1, 2, 3]);
      assertEquals([...client.readAll()], []);
    } else if (method === "readScatter") {
      const list = [bytes.subarray(0, 3), bytes.subarray(3)];
      assertEquals(client.readScatter(list), 3);
      assertEquals(client.readScatter(list), null);
    } else {
      for (const [bytesTransferred, count] of [[3, 3], [0, 3]] as const) {
        const error = assertThrows(
          () => client.readExactly(bytes),
          UnexpectedEndOfFileError,
        );
        assertEquals(error.bytesTransferred, bytesTransferred);
        assertEquals([...bytes.subarray(0, count)], [1, 2, 3]);
      }
    }
  }
});

strictTest(
  "offsets are checked where nothing is transferred, too",
  (kernel) => {
    const options = { read: true, write: true, create: true };
    using file = openSync("C:\\a", options);
    using device = openDevice(kernel).file;
    using appended = openSync("C:\\b", { append: true, create: true });
    const nothing = new Uint8Array(0);
    const calls = (file: SyncFile, at: number) => ({
      readExactly: () => file.readExactly(nothing, { at }),
      readScatter: () => file.readScatter([], { at }),
      write: () => file.write(nothing, { at }),
      writeAll: () => file.writeAll(nothing, { at }),
      writeGather: () => file.writeGather([], { at }),
    });
    using _reads = failFunction("ReadFile", 31);
    using _writes = failFunction("WriteFile", 31);
    for (const [name, call] of Object.entries(calls(file, -1))) {
      assertThrows(call, RangeError, "at must be a whole number from 0", name);
    }
    for (const [name, call] of Object.entries(calls(device, 0))) {
      assertThrows(call, TypeError, "has no offsets", name);
    }
    for (const [name, call] of Object.entries(calls(appended, 0))) {
      const part = name.startsWith("read")
        ? "not open for reading"
        : "every write goes to its end";
      assertThrows(call, TypeError, part, name);
    }
    assertThrows(() => file.read(new Uint8Array(1)), Win32Error);
  },
);
