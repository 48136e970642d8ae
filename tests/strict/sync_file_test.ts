// portable

import { assertEquals, assertThrows } from "@std/assert";
import {
  AlignedBuffer,
  ERROR_NO_SYSTEM_RESOURCES,
  fromHandle,
  open,
  openSync,
  SyncFile,
} from "../../mod.ts";
import {
  FILE_APPEND_DATA,
  FILE_FLAG_OVERLAPPED,
  GENERIC_READ,
  kernel32,
} from "../../src/raw.ts";
import { CallWatch } from "../support/matrix/calls.ts";
import { fail } from "../support/strict_kernel/failure.ts";
import { FilePositionInformation } from "../../ffi/ntdll.ts";
import { replaceFunction } from "../support/strict_kernel/replaced.ts";
import { CharacterDevice } from "../support/strict_kernel/device.ts";
import { strictTest } from "../support/strict_kernel/mod.ts";

strictTest("fromHandle() finds out what a handle can do", async () => {
  for (const flags of [0, FILE_FLAG_OVERLAPPED]) {
    const access = GENERIC_READ | FILE_APPEND_DATA;
    const handle = kernel32.CreateFileW(
      "C:\\a",
      access,
      0,
      null,
      4,
      flags,
      null,
    );
    const file = fromHandle(handle);
    assertEquals(file instanceof SyncFile, flags === 0);
    assertEquals(await file.write(new Uint8Array(3)), 3);
    assertEquals(
      await file.read(new Uint8Array(100), { at: 0 }),
      flags === 0 ? 3 : 6,
    );
    await file.close();
  }
});

strictTest(
  "SyncFile transfers 1 GiB by one call, and more by several",
  (kernel) => {
    using memory = new AlignedBuffer(2 ** 30 + 5);
    kernel.names.devices.set("own", new CharacterDevice({}));
    const lengths: number[] = [];
    kernel.io.whenStarted = (operation) => {
      const { length } = operation.request;
      lengths.push(length);
      operation.instead = () => ({ status: 0, count: length });
    };
    using file = openSync("\\\\.\\own", { read: true, write: true });
    for (const transfer of ["read", "write"] as const) {
      assertEquals(file[transfer](memory.bytes), 2 ** 30 + 5);
      assertEquals(lengths.splice(0), [2 ** 30, 5]);
      assertEquals(file[transfer](memory.bytes.subarray(5)), 2 ** 30);
      assertEquals(lengths.splice(0), [2 ** 30]);
    }
  },
);

strictTest("SyncFile writes and reads a file of the strict kernel", () => {
  using file = openSync("C:\\a", { read: true, write: true, create: true });
  file.writeAll(new Uint8Array([1, 2, 3, 4, 5]));
  assertEquals(file.size(), 5);
  assertEquals(file.seek(1), 1);
  const bytes = new Uint8Array(10);
  assertEquals(file.read(bytes), 4);
  assertEquals(bytes.subarray(0, 4), new Uint8Array([2, 3, 4, 5]));
  assertEquals(file.read(bytes), null);
});

strictTest("seek() checks its offset before it asks the system", (kernel) => {
  using file = openSync("C:\\a", { read: true, write: true, create: true });
  for (const origin of ["current", "end"] as const) {
    using watch = new CallWatch(kernel);
    assertThrows(() => file.seek(0.5, origin), RangeError, "got 0.5");
    assertEquals(watch.calls, []);
  }
});

strictTest(
  "a transfer of several calls goes on behind 2^53, up to which numbers are exact",
  async (kernel) => {
    using memory = new AlignedBuffer(2 ** 17);
    const at = 2 ** 53 - 1;
    const starts: bigint[] = [];
    kernel.io.whenStarted = (operation) => {
      const { length, overlapped } = operation.request;
      if (length > 2 ** 16) fail(ERROR_NO_SYSTEM_RESOURCES);
      starts.push(kernel.memory.view(overlapped, 32).getBigUint64(16, true));
      operation.instead = () => ({ status: 0, count: length });
    };
    const options = { read: true, write: true, create: true };
    using sync = openSync("C:\\a", options);
    await using overlapped = await open("C:\\b", options);
    for (const file of [sync, overlapped]) {
      for (const transfer of ["read", "write"] as const) {
        await file[transfer](memory.bytes, { at });
        assertEquals(starts.splice(0), [BigInt(at), BigInt(at) + 2n ** 16n]);
      }
    }
  },
);

strictTest("SyncFile keeps a file pointer behind 2^53 to the byte", () => {
  const pointer = 2n ** 53n + 1n;
  const moves: bigint[] = [];
  using _query = replaceFunction(
    "NtQueryInformationFile",
    (original) => (kernel, ...words) => {
      const result = original(kernel, ...words);
      if (words[4] === BigInt(FilePositionInformation)) {
        kernel.memory.view(words[2]!, 8).setBigInt64(0, pointer, true);
      }
      return result;
    },
  );
  using _move = replaceFunction(
    "SetFilePointerEx",
    (original) => (kernel, ...words) => {
      moves.push(words[1]!);
      return original(kernel, ...words);
    },
  );
  const options = { read: true, write: true, create: true };
  using file = openSync("C:\\a", options);
  file.read(new Uint8Array(1), { at: 0 });
  file.read(new Uint8Array(1));
  assertEquals(moves, [pointer]);
  assertThrows(
    () => file.seek(0, "current"),
    RangeError,
    `0 from the current would be ${pointer}`,
  );
  assertEquals(file.seek(-2, "current"), 2 ** 53 - 1);
  assertEquals(file.readAll({ at: pointer }).length, 0);
  using unbuffered = openSync("C:\\a", { ...options, unbuffered: true });
  for (const method of ["read", "write"] as const) {
    assertThrows(
      () => unbuffered[method](new Uint8Array(1)),
      RangeError,
      `An unbuffered transfer must end before 2^53-2^20: got at ${pointer}`,
    );
  }
});
