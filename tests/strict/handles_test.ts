// portable

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  ERROR_INVALID_FUNCTION,
  ERROR_NOT_SUPPORTED,
  FileClosedError,
  type FileMode,
  fromHandle,
  type Handle,
  INVALID_HANDLE_VALUE,
  kernel32,
  open,
  openSync,
  OverlappedFile,
  SyncFile,
  toHandle,
  Win32Error,
} from "../../mod.ts";
import {
  FILE_FLAG_OVERLAPPED,
  OPEN_ALWAYS,
  STD_ERROR_HANDLE,
  STD_INPUT_HANDLE,
  STD_OUTPUT_HANDLE,
} from "../../src/win32/constants.ts";
import { turns } from "../support/event_loop.ts";
import { endByHand, portOf } from "../support/overlapped_strict.ts";
import { OpenFile } from "../support/strict_kernel/open_file.ts";
import { type StrictKernel, strictTest } from "../support/strict_kernel/mod.ts";
import {
  failFunction,
  replaceFunction,
} from "../support/strict_kernel/replaced.ts";

const MODE: FileMode = {
  read: true,
  write: true,
  append: false,
  unbuffered: false,
};

/** Opens a file with the raw layer. */
function rawHandle(flags = 0, access = 0xC000_0000): Handle {
  return kernel32.CreateFileW(
    "C:\\a",
    access,
    7,
    null,
    OPEN_ALWAYS,
    flags,
    null,
  );
}

function isOpen(kernel: StrictKernel, handle: Handle): boolean {
  return [...kernel.handles.entries()].some(([open]) => open === handle);
}

strictTest(
  "constructors refuse a handle of the other kind, and do not take it over",
  (kernel) => {
    const overlapped = rawHandle(FILE_FLAG_OVERLAPPED);
    assertThrows(
      () => new SyncFile(overlapped, "mine", MODE),
      TypeError,
      "'mine' was opened with FILE_FLAG_OVERLAPPED, so that the kernel would use memory after the call: use OverlappedFile, or fromHandle(), which chooses",
    );
    const synchronous = rawHandle();
    assertThrows(
      () => new OverlappedFile(synchronous, "mine", MODE),
      TypeError,
      "'mine' was opened without FILE_FLAG_OVERLAPPED, which an OverlappedFile needs: use SyncFile, or fromHandle(), which chooses",
    );
    for (const handle of [overlapped, synchronous]) {
      assertEquals(isOpen(kernel, handle), true);
      kernel32.CloseHandle(handle);
    }
  },
);

strictTest(
  "openSync() and open() make no call to learn what they know",
  async (kernel) => {
    using _ = failFunction("NtQueryInformationFile", ERROR_NOT_SUPPORTED);
    using _standard = failFunction("GetStdHandle", ERROR_NOT_SUPPORTED);
    let types = 0;
    using _type = replaceFunction(
      "GetFileType",
      (original) => (kernel, ...words) => {
        types++;
        return original(kernel, ...words);
      },
    );
    const options = { write: true, create: true };
    using first = openSync("C:\\a", options);
    const second = await open("C:\\a", options);
    assertEquals([first.owned, second.owned], [true, true]);
    assertEquals(types, 2, "one for each file");
    await second.close();
    assertEquals(kernel.violations, []);
  },
);

strictTest(
  "a file that does not own its handle leaves it open",
  async (kernel) => {
    for (const flags of [0, FILE_FLAG_OVERLAPPED]) {
      const handle = rawHandle(flags);
      const file = fromHandle(handle, { owned: false });
      assertEquals(file.owned, false);
      await file.close();
      assertEquals(file.closed, true);
      assertEquals(isOpen(kernel, handle), true);
      // It stays bound: packets of other code's operations may come.
      if (flags !== 0) assert(portOf(kernel));
      kernel32.CloseHandle(handle);
    }
    const handle = rawHandle();
    new SyncFile(handle, "mine", MODE, { owned: false }).close();
    kernel32.CloseHandle(handle);
    const overlapped = rawHandle(FILE_FLAG_OVERLAPPED);
    const file = new OverlappedFile(overlapped, "", MODE, { owned: false });
    await file.close();
    kernel32.CloseHandle(overlapped);
  },
);

strictTest(
  "a file that a constructor makes owns its handle unless told otherwise",
  async (kernel) => {
    const handle = rawHandle(FILE_FLAG_OVERLAPPED);
    const file = new OverlappedFile(handle, "mine", MODE);
    assertEquals(file.owned, true);
    await file.close();
    assertEquals(isOpen(kernel, handle), false);
  },
);

strictTest(
  "a file that does not own its handle cancels what it has started itself alone",
  async (kernel) => {
    endByHand(kernel);
    const handle = rawHandle(FILE_FLAG_OVERLAPPED);
    const file = fromHandle(handle, { owned: false }) as OverlappedFile;
    const cancelled: bigint[] = [];
    using _ = replaceFunction(
      "CancelIoEx",
      (original) => (kernel, ...words) => {
        cancelled.push(words[1]!);
        return original(kernel, ...words);
      },
    );
    await file.write(new Uint8Array(10), { at: 0 });
    const read = file.read(new Uint8Array(10), { at: 0 });
    const closed = file.close();
    await turns();
    kernel.io.pending.endScheduled();
    await Promise.allSettled([read, closed]);
    assertEquals(cancelled.length > 0, true);
    assertEquals(cancelled.includes(0n), false, "NULL is all of the handle's");
    assertEquals(kernel.violations, []);
    kernel32.CloseHandle(handle);
  },
);

strictTest("a file owns its handle unless told otherwise", async (kernel) => {
  for (const options of [{}, { owned: true }, { owned: undefined }]) {
    const handle = rawHandle();
    const file = fromHandle(handle, options);
    assertEquals(file.owned, true);
    await file.close();
    assertEquals(isOpen(kernel, handle), false);
  }
});

strictTest("no file owns a standard handle", async (kernel) => {
  const which = [STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE];
  for (const standard of which) {
    for (const flags of [0, FILE_FLAG_OVERLAPPED]) {
      const handle = rawHandle(flags);
      kernel.handles.standard.set(standard, handle);
      const file = fromHandle(handle, { owned: true });
      assertEquals(file.owned, false);
      await file.close();
      assertEquals(isOpen(kernel, handle), true);
      kernel32.CloseHandle(handle);
    }
  }
});

strictTest(
  "a file that openSync() opens is owned, whatever number its handle has",
  (kernel) => {
    // The program has closed its standard output, and the number is free again.
    using _ = replaceFunction(
      "CreateFileW",
      (original) => (kernel, ...words) => {
        const handle = original(kernel, ...words);
        kernel.handles.standard.set(STD_OUTPUT_HANDLE, handle as bigint);
        return handle;
      },
    );
    const file = openSync("C:\\a", { write: true, create: true });
    assertEquals(file.owned, true);
    file.close();
    assertEquals(kernel.handles.standard.size, 1);
  },
);

strictTest("the handle of a closed file is refused", async () => {
  const options = { write: true, create: true };
  const first = openSync("C:\\a", options);
  assertEquals(typeof first.handle, "bigint");
  first.close();
  assertThrows(() => first.handle, FileClosedError, "C:\\a");
  const second = await open("C:\\a", options);
  await second.close();
  assertThrows(() => second.handle, FileClosedError, "C:\\a");
});

strictTest("fromHandle() finds out what the handle can do", async () => {
  const accesses = [
    [0x8000_0000, "write", "not open for writing"],
    [0x4000_0000, "read", "not open for reading"],
    [0x0012_0114, "read", "not open for reading"],
  ] as const;
  for (const [access, method, part] of accesses) {
    for (const flags of [0, FILE_FLAG_OVERLAPPED]) {
      const file = fromHandle(rawHandle(flags, access), {});
      assertEquals(file instanceof SyncFile, flags === 0);
      await assertRejects(
        async () => await file[method](new Uint8Array(1)),
        TypeError,
        part,
      );
      await file.close();
    }
  }
});

strictTest("arguments that are wrong are refused before any call", (kernel) => {
  const handle = rawHandle();
  const calls: string[] = [];
  const names = ["GetFileType", "NtQueryInformationFile", "GetStdHandle"];
  const watched = names.map((name) =>
    replaceFunction(name, (original) => (kernel, ...words) => {
      calls.push(name);
      return original(kernel, ...words);
    })
  );
  const refused = (
    file: unknown,
    options: unknown,
    errorClass: typeof TypeError | typeof RangeError,
    part: string,
  ) => {
    const call = fromHandle as (...args: unknown[]) => unknown;
    assertThrows(() => call(file, options), errorClass, part);
  };
  for (const value of [5, null, undefined, "5", {}]) {
    refused(value, {}, TypeError, "handle must be a handle (bigint): got");
  }
  refused(5, {}, TypeError, "5 (number). toHandle() makes one of a number.");
  for (const value of [INVALID_HANDLE_VALUE, -1n]) {
    refused(
      value,
      {},
      TypeError,
      "handle must not be INVALID_HANDLE_VALUE, which a call returns that has " +
        "failed: compare its result before, and throw Win32Error.last()",
    );
  }
  refused(handle, 5, TypeError, "options of fromHandle() must be an object");
  refused(handle, null, TypeError, "options of fromHandle() must be an object");
  refused(
    handle,
    { name: "a" },
    TypeError,
    '"name" is no option of fromHandle',
  );
  refused(handle, { path: 5 }, TypeError, "path must be a string");
  refused(
    handle,
    { owned: 1 },
    TypeError,
    "owned must be true or false: got 1",
  );
  refused(
    handle,
    { maxInFlight: 5 },
    TypeError,
    "options of maxInFlight must be an",
  );
  const none = { maxInFlight: { operations: 0 } };
  refused(handle, none, RangeError, "maxInFlight.operations must be");
  for (const File of [SyncFile, OverlappedFile]) {
    const make = (...args: unknown[]) => () =>
      Reflect.construct(File, args) as unknown;
    assertThrows(make(5, "a", MODE), TypeError, "must be a handle (bigint)");
    assertThrows(make(handle, 5, MODE), TypeError, "path must be a string");
    for (const mode of [null, undefined, 5, "r"]) {
      assertThrows(
        make(handle, "a", mode),
        TypeError,
        "mode must be an object such as { read: true, write: false, append: false, unbuffered: false }: got",
      );
    }
    assertThrows(
      make(handle, "a", { ...MODE, read: 1 }),
      TypeError,
      "mode.read must be true or false: got 1",
    );
    assertThrows(
      make(handle, "a", MODE, null),
      TypeError,
      `options of ${File.name} must be`,
    );
    assertThrows(
      make(handle, "a", MODE, { operations: 1 }),
      TypeError,
      `"operations" is no option of ${File.name}. The o`,
    );
    assertThrows(
      make(handle, "a", MODE, { owned: "no" }),
      TypeError,
      "owned must be true or false",
    );
  }
  assertThrows(
    () => new OverlappedFile(handle, "a", MODE, { maxInFlight: { bytes: 0 } }),
    RangeError,
    "maxInFlight.bytes must be",
  );
  for (const one of watched) one[Symbol.dispose]();
  assertEquals(calls, []);
  assertEquals(isOpen(kernel, handle), true);
  kernel32.CloseHandle(handle);
});

strictTest("a mode is copied, so that it cannot change", () => {
  const mode = { ...MODE, write: false };
  using file = new SyncFile(rawHandle(), "mine", mode);
  mode.write = true;
  assertThrows(() => file.write(new Uint8Array(1)), TypeError, "not open for");
});

strictTest("a handle of an unknown kind can be opened", () => {
  // As of volumes under Wine, which fails with one or the other.
  for (const code of [ERROR_INVALID_FUNCTION, ERROR_NOT_SUPPORTED]) {
    using _ = failFunction("GetFileType", code);
    using file = openSync("C:\\a", { write: true, create: true });
    assertEquals(file.size(), 0);
  }
});

strictTest("a handle of nothing is refused", () => {
  assertThrows(
    () => fromHandle(toHandle(0x7FFF_0000)),
    Error,
    "ERROR_INVALID_HANDLE",
  );
});

strictTest(
  "open() sends those who want a console to openSync()",
  async (kernel) => {
    const names = ["CONIN$", "conout$", "CON", "\\\\.\\CON", "\\\\?\\CONIN$"];
    for (const name of names) {
      await assertRejects(
        () => open(name, { read: true }),
        TypeError,
        `A console has no overlapped I/O: open "${name}" with openSync()`,
      );
    }
    assertEquals(
      [...kernel.handles.entries()].some(([, object]) =>
        object instanceof OpenFile
      ),
      false,
    );
  },
);

strictTest("a handle that is none is refused with what was asked", () => {
  const none = toHandle(0x7FFF_0000);
  const refused = [
    [() => fromHandle(none, { path: "mine" }), "NtQueryInformationFile"],
    [() => new SyncFile(none, "mine", MODE), "GetFileType"],
    [() => new OverlappedFile(none, "mine", MODE), "GetFileType"],
  ] as const;
  for (const [make, name] of refused) {
    const { syscall, win32, path } = assertThrows(make, Win32Error);
    assertEquals([syscall, win32, path], [name, 6, "mine"]);
  }
});
