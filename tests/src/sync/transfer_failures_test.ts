// portable

import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  AlignedBuffer,
  ERROR_DISK_FULL,
  ERROR_GEN_FAILURE,
  ERROR_INVALID_PARAMETER,
  ERROR_LOCK_VIOLATION,
  ERROR_NO_SYSTEM_RESOURCES,
  listenPipe,
  openSync,
  type SyncFile,
  Win32Error,
} from "../../../mod.ts";
import { kernel32, PIPE_READMODE_MESSAGE } from "../../../src/raw.ts";
import { random } from "../../support/random.ts";
import { fail } from "../../support/strict_kernel/failure.ts";
import {
  type StrictKernel,
  strictTest,
} from "../../support/strict_kernel/mod.ts";
import { OpenFile } from "../../support/strict_kernel/open_file.ts";
import {
  failFunction,
  replaceFunction,
} from "../../support/strict_kernel/replaced.ts";
import {
  STATUS_DEVICE_DATA_ERROR,
  STATUS_UNSUCCESSFUL,
} from "../../support/strict_kernel/status.ts";

const PATH = "C:\\a";
const PIPE = "\\\\.\\pipe\\strict";
const OPTIONS = { read: true, write: true, create: true };

/** Runs a call that fails, and returns what its error says. */
function failed(run: () => unknown): Partial<Win32Error> {
  const { syscall, win32, path, bytesTransferred } = assertThrows(
    run,
    Win32Error,
  );
  return { syscall, win32, path, bytesTransferred };
}

/** Has reads and writes fail before all else. */
function failTransfers(code: number, onCall: () => void): Disposable {
  const replaced = ["ReadFile", "WriteFile"].map((name) =>
    replaceFunction(name, () => (kernel, ...words) => {
      onCall();
      kernel.memory.view(words[3]!, 4).setUint32(0, 0, true);
      return fail(code);
    })
  );
  return {
    [Symbol.dispose]() {
      for (const one of replaced) one[Symbol.dispose]();
    },
  };
}

/** Moves the file pointer behind the file's back, where an unbuffered handle lets no program move it. */
function movePointer(kernel: StrictKernel, file: SyncFile, to: number): void {
  kernel.handles.get(file.handle, OpenFile).position = to;
}

strictTest(
  "a file pointer that cannot be asked for or moved is an error",
  () => {
    using file = openSync(PATH, OPTIONS);
    file.write(new Uint8Array(10));
    const expected = (syscall: string) => ({
      syscall,
      win32: ERROR_GEN_FAILURE,
      path: PATH,
      bytesTransferred: undefined,
    });
    {
      using _ = replaceFunction(
        "NtQueryInformationFile",
        () => () => BigInt(STATUS_UNSUCCESSFUL),
      );
      for (
        const asks of [
          () => file.seek(0, "current"),
          () => file.read(new Uint8Array(1), { at: 0 }),
        ]
      ) assertEquals(failed(asks), expected("NtQueryInformationFile"));
    }
    file.seek(5);
    using _ = failFunction("SetFilePointerEx", ERROR_GEN_FAILURE);
    for (
      const moves of [
        () => file.read(new Uint8Array(1)),
        () => file.write(new Uint8Array(1)),
      ]
    ) assertEquals(failed(moves), expected("SetFilePointerEx"));
  },
);

strictTest(
  "a shortage of memory makes several transfers of one, as long as they are not small",
  (kernel) => {
    const data = random(7).bytes(300_000);
    const lengths: number[] = [];
    const places = new Set<"offset" | "pointer">();
    let most = 70_000;
    kernel.io.whenStarted = ({ request: { length, overlapped } }) => {
      lengths.push(length);
      places.add(overlapped === 0n ? "pointer" : "offset");
      if (length > most) fail(ERROR_NO_SYSTEM_RESOURCES);
    };
    using file = openSync(PATH, OPTIONS);
    const got = new Uint8Array(data.length);
    // At the file pointer, and at offsets of both types.
    for (const at of [undefined, 5, 2n ** 33n]) {
      const options = at === undefined ? undefined : { at };
      for (
        const transfer of [
          () => file.write(data, options),
          () => file.read(got, options),
        ]
      ) {
        file.seek(0);
        lengths.length = 0;
        places.clear();
        assertEquals(transfer(), data.length);
        assertEquals([...places], [at === undefined ? "pointer" : "offset"]);
        const halves = [300_000, 262_144, 131_072];
        const parts = [65_536, 65_536, 65_536, 65_536, 37_856];
        assertEquals(lengths, [...halves, ...parts]);
      }
      assertEquals(got, data);
      got.fill(0);
    }
    most = 0;
    for (const transfer of [() => file.read(got), () => file.write(got)]) {
      lengths.length = 0;
      const { win32, bytesTransferred } = failed(transfer);
      assertEquals([win32, bytesTransferred], [ERROR_NO_SYSTEM_RESOURCES, 0]);
      assertEquals(lengths, [300_000, 262_144, 131_072, 65_536]);
    }
  },
);

strictTest(
  "what is no shortage is not divided, nor is what a pipe transfers",
  async (kernel) => {
    using file = openSync(PATH, OPTIONS);
    file.truncate(200_000);
    using other = openSync(PATH, OPTIONS);
    other.lock({ at: 100_000, length: 1 });
    await using listener = listenPipe(PIPE);
    using client = openSync(PIPE, { read: true, write: true });
    await using _server = await listener.accept();
    const bytes = new Uint8Array(150_000);
    for (
      const [end, code] of [
        [file, ERROR_LOCK_VIOLATION],
        [client, ERROR_NO_SYSTEM_RESOURCES],
      ] as const
    ) {
      let calls = 0;
      kernel.io.whenStarted = () => {
        calls++;
        if (end === client) fail(code);
      };
      for (
        const transfer of [() => end.read(bytes), () => end.write(bytes)]
      ) {
        const { win32, bytesTransferred } = failed(transfer);
        assertEquals([win32, bytesTransferred], [code, 0]);
      }
      assertEquals(calls, 2);
    }
    kernel.io.whenStarted = undefined;
  },
);

strictTest(
  "a transfer that fails in its midst counts what came before",
  (kernel) => {
    using file = openSync(PATH, OPTIONS);
    kernel.io.whenStarted = (operation) =>
      operation.instead = () => ({
        status: STATUS_DEVICE_DATA_ERROR,
        count: 3,
      });
    const bytes = new Uint8Array(10);
    for (const transfer of [() => file.read(bytes), () => file.write(bytes)]) {
      assertEquals(failed(transfer).bytesTransferred, 3);
    }
  },
);

strictTest("a read that is divided ends where the file does", (kernel) => {
  using file = openSync(PATH, OPTIONS);
  file.truncate(2 ** 17);
  kernel.io.whenStarted = ({ request: { length } }) => {
    if (length > 2 ** 16) fail(ERROR_NO_SYSTEM_RESOURCES);
  };
  assertEquals(file.read(new Uint8Array(150_000), { at: 0 }), 2 ** 17);
  assertEquals(file.read(new Uint8Array(150_000), { at: 2 ** 17 }), null);
});

strictTest("a read of a part of a message counts it", async () => {
  await using listener = listenPipe(PIPE, { mode: "message" });
  using client = openSync(PIPE, { read: true, write: true });
  await using server = await listener.accept();
  const mode = Uint32Array.of(PIPE_READMODE_MESSAGE);
  kernel32.SetNamedPipeHandleState(client.handle, mode, null, null);
  await server.writeMessage(Uint8Array.of(1, 2, 3, 4, 5));
  const bytes = new Uint8Array(3);
  assertEquals([client.read(bytes), ...bytes], [3, 1, 2, 3]);
  assertEquals([client.read(bytes), ...bytes], [2, 4, 5, 3]);
});

strictTest(
  "a write that a full disk has cut short goes on until that is an error",
  (kernel) => {
    using file = openSync(PATH, OPTIONS);
    let writes = 0;
    kernel.io.whenStarted = (operation) => {
      if (++writes === 1) operation.instead = () => ({ status: 0, count: 3 });
      else fail(ERROR_DISK_FULL);
    };
    assertEquals(failed(() => file.write(new Uint8Array(10), { at: 0 })), {
      syscall: "WriteFile",
      win32: ERROR_DISK_FULL,
      path: PATH,
      bytesTransferred: 3,
    });
    assertEquals(writes, 2);
    // Nothing is no progress.
    kernel.io.whenStarted = (operation) =>
      operation.instead = () => ({ status: 0, count: 0 });
    assertEquals(file.write(new Uint8Array(10)), 0);
  },
);

strictTest(
  "a method of several transfers counts what those before have transferred",
  () => {
    using file = openSync(PATH, OPTIONS);
    file.write(new Uint8Array(20));
    using other = openSync(PATH, OPTIONS);
    other.lock({ at: 10, length: 10 });
    const buffers = [new Uint8Array(10), new Uint8Array(5)];
    for (const at of [undefined, 0]) {
      const options = at === undefined ? undefined : { at };
      for (
        const [syscall, transfer] of [
          ["ReadFile", () => file.readScatter(buffers, options)],
          ["WriteFile", () => file.writeGather(buffers, options)],
        ] as const
      ) {
        file.seek(0);
        assertEquals(failed(transfer), {
          syscall,
          win32: ERROR_LOCK_VIOLATION,
          path: PATH,
          bytesTransferred: 10,
        });
      }
    }
  },
);

strictTest(
  "a file pointer between two sectors is where whole sectors are read and written",
  (kernel) => {
    using file = openSync(PATH, { ...OPTIONS, unbuffered: true });
    using memory = new AlignedBuffer(8192);
    const data = random(3).bytes(20_000);
    file.writeAll(data);
    for (const at of [100, 4096]) {
      file.seek(4096);
      file.read(memory.bytes.subarray(0, 4096));
      movePointer(kernel, file, at);
      assertEquals(file.read(memory.bytes), 8192);
      assertEquals(memory.bytes, data.subarray(at, at + 8192));
      assertEquals(file.seek(0, "current"), at + 8192);

      file.seek(4096);
      file.read(memory.bytes.subarray(0, 4096));
      movePointer(kernel, file, at);
      memory.bytes.fill(at);
      data.fill(at, at, at + 8192);
      assertEquals(file.write(memory.bytes), 8192);
      assertEquals(file.seek(0, "current"), at + 8192);
      file.seek(0);
      assertEquals(file.readAll(), data);
    }
  },
);

strictTest(
  "what else fails at the file pointer is not tried another way",
  (kernel) => {
    using file = openSync(PATH, { ...OPTIONS, unbuffered: true });
    using memory = new AlignedBuffer(2 ** 18);
    const { bytes } = memory;
    file.writeAll(bytes);
    const attempts = [() => file.read(bytes), () => file.write(bytes)];
    for (
      const [code, place] of [
        [ERROR_INVALID_PARAMETER, 4096],
        [ERROR_LOCK_VIOLATION, 100],
      ] as const
    ) {
      for (const transfer of attempts) {
        file.seek(0);
        file.read(bytes.subarray(0, 4096));
        movePointer(kernel, file, place);
        let calls = 0;
        using _failing = failTransfers(code, () => calls++);
        const { win32, bytesTransferred } = failed(transfer);
        assertEquals([win32, bytesTransferred, calls], [code, 0, 1]);
      }
    }
    // A shortage has made parts of it, and one has been transferred.
    for (const transfer of attempts) {
      file.seek(0);
      file.read(bytes.subarray(0, 4096));
      let calls = 0;
      kernel.io.whenStarted = () => {
        calls++;
        if (calls === 1) fail(ERROR_NO_SYSTEM_RESOURCES);
        if (calls === 2) return;
        movePointer(kernel, file, 100);
        fail(ERROR_INVALID_PARAMETER);
      };
      const { win32, bytesTransferred } = failed(transfer);
      assertEquals([win32, bytesTransferred, calls], [
        ERROR_INVALID_PARAMETER,
        2 ** 17,
        3,
      ]);
      kernel.io.whenStarted = undefined;
    }
  },
);

strictTest(
  "a write of nothing is a message of pipes that have messages, which are asked once",
  async () => {
    for (const mode of ["message", "byte"] as const) {
      await using listener = listenPipe(PIPE, { mode });
      using client = openSync(PIPE, { read: true, write: true });
      await using server = await listener.accept();
      let asked = 0;
      let writes = 0;
      using _asked = replaceFunction(
        "GetNamedPipeInfo",
        (original) => (...args) => {
          asked++;
          return original(...args);
        },
      );
      using _writes = replaceFunction("WriteFile", (original) => (...args) => {
        writes++;
        return original(...args);
      });
      for (let i = 0; i < 3; i++) {
        assertEquals(client.write(new Uint8Array(0)), 0);
        if (mode === "byte") continue;
        assertEquals(await server.readMessage(), new Uint8Array(0));
      }
      assertEquals(asked, 1);
      assertEquals(writes, mode === "byte" ? 0 : 3);
    }
    using file = openSync(PATH, OPTIONS);
    using _ = failFunction("WriteFile", ERROR_GEN_FAILURE);
    using _asked = failFunction("GetNamedPipeInfo", ERROR_GEN_FAILURE, () => {
      throw new Error("a file is asked whether it is a pipe of messages");
    });
    assertEquals(file.write(new Uint8Array(0)), 0);
    assert(file.size() === 0);
  },
);
