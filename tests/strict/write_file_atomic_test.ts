// portable

import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  ERROR_ACCESS_DENIED,
  ERROR_ALREADY_EXISTS,
  ERROR_DISK_FULL,
  ERROR_FILE_NOT_FOUND,
  ERROR_NO_SYSTEM_RESOURCES,
  open,
  openSync,
  Win32Error,
  writeFileAtomic,
} from "../../mod.ts";
import { fail } from "../support/strict_kernel/failure.ts";
import { type StrictKernel, strictTest } from "../support/strict_kernel/mod.ts";
import {
  failFunction,
  replaceFunction,
} from "../support/strict_kernel/replaced.ts";
import { readText } from "../support/strict_kernel/texts.ts";
import type { VolumeOptions } from "../support/strict_kernel/volume.ts";

const SEEDS = [1, 2];
const PATH = "C:\\a.txt";
const OLD = Uint8Array.of(1, 2, 3);
const NEW = Uint8Array.of(4, 5);

/** Systems that know POSIX semantics, and the three ways in which others refuse them. */
const SYSTEMS: readonly VolumeOptions[] = [
  {},
  { refusesPosix: 1 },
  { refusesPosix: 50 },
  { refusesPosix: 87 },
];

function prepare(kernel: StrictKernel, options: VolumeOptions = {}): void {
  kernel.names.mount("C:", options);
  using file = openSync(PATH, { write: true, create: true });
  file.writeAll(OLD);
}

function content(path = PATH): Uint8Array {
  using file = openSync(path);
  return file.readAll();
}

/** Checks that no other file has been left behind. */
function checkNames(kernel: StrictKernel, expected = ["\\", "\\a.txt"]): void {
  assertEquals([...kernel.names.volumes.get("C:")!.names()].sort(), expected);
}

for (const system of SYSTEMS) {
  const how = system.refusesPosix === undefined
    ? "with POSIX semantics"
    : `where they are refused with ${system.refusesPosix}`;
  strictTest(
    `writeFileAtomic() replaces and creates a file ${how}`,
    async (kernel) => {
      prepare(kernel, system);
      await writeFileAtomic(PATH, NEW);
      assertEquals(content(), NEW);
      await writeFileAtomic(PATH, new Uint8Array(0));
      assertEquals(content(), new Uint8Array(0));
      await writeFileAtomic("C:\\b.txt", OLD);
      assertEquals(content("C:\\b.txt"), OLD);
      checkNames(kernel, ["\\", "\\a.txt", "\\b.txt"]);
    },
    SEEDS,
  );

  strictTest(`rename() and delete() work ${how}`, (kernel) => {
    prepare(kernel, system);
    using file = openSync("C:\\b.txt", {
      write: true,
      createNew: true,
      delete: true,
    });
    const error = assertThrows(() => file.rename(PATH), Win32Error);
    assertEquals(error.win32, ERROR_ALREADY_EXISTS);
    file.rename(PATH, { replace: true });
    checkNames(kernel);
    file.writeAll(NEW);
    assertEquals(content(), NEW);
    file.rename("C:\\c.txt");
    file.delete();
    file.close();
    checkNames(kernel, ["\\"]);
  });
}

strictTest(
  "writeFileAtomic() writes and flushes before the name changes",
  async (kernel) => {
    prepare(kernel);
    const calls: string[] = [];
    const watch = (
      name: "WriteFile" | "FlushFileBuffers" | "SetFileInformationByHandle",
    ) =>
      replaceFunction(name, (original) => (kernel, ...words) => {
        calls.push(name);
        return original(kernel, ...words);
      });
    using _write = watch("WriteFile");
    using _flush = watch("FlushFileBuffers");
    using _rename = watch("SetFileInformationByHandle");
    await writeFileAtomic(PATH, NEW);
    assertEquals(calls, [
      "WriteFile",
      "FlushFileBuffers",
      "SetFileInformationByHandle",
    ]);
  },
);

for (const system of SYSTEMS) {
  strictTest(
    `readers find the old bytes or the new ones at any time, code ${system.refusesPosix}`,
    async (kernel) => {
      prepare(kernel, system);
      let isWritten = false;
      const writing = writeFileAtomic(PATH, NEW).finally(() =>
        isWritten = true
      );
      const found: Uint8Array[] = [];
      while (!isWritten) {
        await Promise.resolve();
        await Promise.resolve();
        await new Promise((resolve) => setTimeout(resolve, 0));
        found.push(content());
      }
      await writing;
      assertEquals(found.at(-1), NEW);
      for (const bytes of found) assert([2, 3].includes(bytes.length));
    },
    SEEDS,
  );

  strictTest(
    `writers of the same file do not keep each other from it, code ${system.refusesPosix}`,
    async (kernel) => {
      prepare(kernel, system);
      const all = Array.from(
        { length: 20 },
        (_, i) => writeFileAtomic(PATH, Uint8Array.of(i)),
      );
      await Promise.all(all);
      assertEquals(content().length, 1);
      checkNames(kernel);
    },
    SEEDS,
  );
}

strictTest(
  "writeFileAtomic() replaces a file that others have open and may be deleted",
  async (kernel) => {
    prepare(kernel);
    using reader = openSync(PATH);
    await writeFileAtomic(PATH, NEW);
    assertEquals(reader.readAll(), OLD);
    assertEquals(content(), NEW);
  },
  SEEDS,
);

strictTest(
  "what cannot be replaced stays, and nothing else is left",
  async (kernel) => {
    prepare(kernel);
    const refused = async (code: number) => {
      const error = await assertRejects(
        () => writeFileAtomic(PATH, NEW),
        Win32Error,
      );
      assertEquals([error.win32, error.path], [code, PATH]);
      checkNames(kernel);
      return error.syscall;
    };
    {
      using _ = openSync(PATH, { read: true, share: ["read"] });
      assertEquals(
        await refused(ERROR_ACCESS_DENIED),
        "SetFileInformationByHandle",
      );
    }
    const volume = kernel.names.volumes.get("C:")!;
    const file = volume.find("\\a.txt");
    if (typeof file !== "object") throw new Error("there is no file");
    file.attributes |= 1; // FILE_ATTRIBUTE_READONLY
    await refused(ERROR_ACCESS_DENIED);
    assertEquals(content(), OLD);
    prepare(kernel, { refusesPosix: 87 });
    using _ = openSync(PATH);
    assertEquals(await refused(ERROR_ACCESS_DENIED), "MoveFileExW");
  },
  SEEDS,
);

for (const name of ["WriteFile", "FlushFileBuffers"] as const) {
  strictTest(
    `a ${name} that fails leaves the old file alone`,
    async (kernel) => {
      prepare(kernel);
      using _ = replaceFunction(name, () => () => fail(ERROR_DISK_FULL));
      const error = await assertRejects(
        () => writeFileAtomic(PATH, NEW),
        Win32Error,
      );
      assertEquals(error.win32, ERROR_DISK_FULL);
      _[Symbol.dispose]();
      assertEquals(content(), OLD);
      checkNames(kernel);
    },
    SEEDS,
  );
}

strictTest(
  "copySecurity copies the access rights of the old file",
  async (kernel) => {
    prepare(kernel);
    const volume = kernel.names.volumes.get("C:")!;
    const fileOf = () => {
      const file = volume.find("\\a.txt");
      if (typeof file !== "object") throw new Error("there is no file");
      return file;
    };
    const security = {
      owner: "",
      isProtected: true,
      entries: [{ allows: true, sid: "S-1-5-32-544", mask: 0x0012_0089 }],
    };
    fileOf().security = security;
    await writeFileAtomic(PATH, NEW, { copySecurity: true });
    assertEquals(fileOf().security, security);
    await writeFileAtomic(PATH, NEW);
    assertEquals(fileOf().security, undefined);
    await writeFileAtomic("C:\\new.txt", NEW, { copySecurity: true });
    assertEquals(content("C:\\new.txt"), NEW);
  },
  SEEDS,
);

strictTest("rename() stays on its volume", (kernel) => {
  prepare(kernel);
  kernel.names.mount("D:");
  using file = openSync(PATH, { read: true, delete: true });
  const error = assertThrows(
    () => file.rename("D:\\a.txt", { replace: true }),
    Win32Error,
  );
  assertEquals(error.symbol, "ERROR_NOT_SAME_DEVICE");
  checkNames(kernel);
});

strictTest("a signal leaves the old file alone", async (kernel) => {
  prepare(kernel);
  const reason = new Error("enough");
  const controller = new AbortController();
  const { signal } = controller;
  const pending = writeFileAtomic(PATH, NEW, { signal });
  controller.abort(reason);
  assertStrictEquals(await assertRejects(() => pending), reason);
  assertStrictEquals(
    await assertRejects(() => writeFileAtomic(PATH, NEW, { signal })),
    reason,
  );
  assertEquals(content(), OLD);
  checkNames(kernel);
}, SEEDS);

strictTest(
  "data whose memory goes meanwhile leaves the old file alone",
  async (kernel) => {
    prepare(kernel);
    for (const data of [NEW.slice(), new DataView(NEW.slice().buffer)]) {
      const pending = writeFileAtomic(PATH, data);
      structuredClone(data.buffer, { transfer: [data.buffer] });
      await assertRejects(
        () => pending,
        TypeError,
        "data is a view of a detached",
      );
    }
    assertEquals(content(), OLD);
    checkNames(kernel);
  },
  SEEDS,
);

strictTest(
  "writeFileAtomic() refuses what is wrong before any call",
  async (kernel) => {
    prepare(kernel);
    // deno-lint-ignore no-explicit-any -- what callers without types may pass
    const wrong: [any, any, any, string][] = [
      [PATH, "text", {}, "data must be a Uint8Array"],
      ["", NEW, {}, "path must not be empty"],
      ["\\\\.\\pipe\\x", NEW, {}, "path must be that of a file"],
      ["//./pipe/x", NEW, {}, 'got the device "//./pipe/x"'],
      ["NUL", NEW, {}, 'got the device "\\\\\\\\.\\\\NUL"'],
      ["C:\\a.txt:stream", NEW, {}, 'got the stream "C:\\\\a.txt:stream"'],
      [PATH, NEW, null, "options of writeFileAtomic() must be an object"],
      [PATH, NEW, { copySecurity: 1 }, "copySecurity must be true or false"],
      [PATH, NEW, { signal: 1 }, "signal must be an AbortSignal"],
    ];
    for (const [path, data, options, message] of wrong) {
      await assertRejects(
        () => writeFileAtomic(path, data, options),
        TypeError,
        message,
      );
    }
    checkNames(kernel);
  },
);

strictTest("writeFileAtomic() takes a path for the kernel", async (kernel) => {
  prepare(kernel);
  const path = `\\\\?\\${PATH}`;
  using _ = replaceFunction("CreateFileW", (original) => (...all) => {
    const name = readText(kernel.memory, all[1]!);
    assert(name.startsWith(path), name);
    return original(...all);
  });
  await writeFileAtomic(path, NEW);
  _[Symbol.dispose]();
  assertEquals(content(), NEW);
  checkNames(kernel);
});

strictTest("rename() and delete() need the right to", async (kernel) => {
  prepare(kernel);
  using synchronous = openSync(PATH);
  await using overlapped = await open(PATH);
  for (const file of [synchronous, overlapped]) {
    for (const method of [() => file.rename("C:\\b"), () => file.delete()]) {
      const error = assertThrows(method, Win32Error, "delete: true");
      assertEquals(error.win32, ERROR_ACCESS_DENIED);
    }
    assertThrows(
      () => file.rename("C:\\b", { replace: 1 as unknown as boolean }),
      TypeError,
    );
  }
  using nameOnly = openSync(PATH, { delete: true });
  nameOnly.delete();
});

strictTest(
  "a folder that is not there is said before anything is written",
  async () => {
    const error = await assertRejects(
      () => writeFileAtomic("C:\\none\\a.txt", NEW),
      Win32Error,
    );
    assert(
      error.win32 !== ERROR_FILE_NOT_FOUND &&
        error.win32 !== ERROR_NO_SYSTEM_RESOURCES,
    );
  },
);

strictTest(
  "errors name the file and not the new one beside it",
  async (kernel) => {
    const missing = "C:\\none\\a.txt";
    const url = new URL("file:///C:/none/a.txt");
    prepare(kernel);
    kernel.names.volumes.get("C:")!.free = 0;
    const cases: readonly [string | URL, name: string, symbol: string][] = [
      [missing, missing, "ERROR_PATH_NOT_FOUND"],
      ["none\\a.txt", "none\\a.txt", "ERROR_PATH_NOT_FOUND"],
      [url, missing, "ERROR_PATH_NOT_FOUND"],
      [PATH, PATH, "ERROR_DISK_FULL"],
    ];
    for (const [path, name, symbol] of cases) {
      const error = await assertRejects(
        () => writeFileAtomic(path, NEW),
        Win32Error,
      );
      assertEquals([error.path, error.symbol], [name, symbol]);
      assert(!error.message.includes(".tmp"), error.message);
      assertEquals(error.bytesTransferred, undefined);
      assert(error.cause instanceof Win32Error);
      assertEquals(error.cause.code, error.code);
    }
    checkNames(kernel);
    const reason = new Win32Error("WriteFile", 5, { path: "another" });
    const signal = AbortSignal.abort(reason);
    assertStrictEquals(
      await assertRejects(() => writeFileAtomic(PATH, NEW, { signal })),
      reason,
    );
  },
);

strictTest(
  "access rights that cannot be read leave the old file alone, and nothing else",
  async (kernel) => {
    prepare(kernel);
    const refused = async (code: number) => {
      const error = await assertRejects(
        () => writeFileAtomic(PATH, NEW, { copySecurity: true }),
        Win32Error,
      );
      assertEquals([error.win32, error.path], [code, PATH]);
      checkNames(kernel);
      return error.syscall;
    };
    {
      using _ = replaceFunction(
        "NtQuerySecurityObject",
        () => () => 0xC000_0022n, // STATUS_ACCESS_DENIED
      );
      const syscall = await refused(ERROR_ACCESS_DENIED);
      assertEquals(syscall, "NtQuerySecurityObject");
    }
    {
      using _ = failFunction("CreateFileW", ERROR_ACCESS_DENIED);
      assertEquals(await refused(ERROR_ACCESS_DENIED), "CreateFileW");
    }
    assertEquals(content(), OLD);
  },
);

strictTest(
  "the new file lies beside the old one, under a name that is not too long",
  async (kernel) => {
    prepare(kernel);
    const long = "n".repeat(255);
    const cases = [
      [PATH, /^C:\\a\.txt\.[0-9a-f]{8}-[0-9a-f]{4}\.tmp$/],
      [`C:\\${long}`, /^C:\\n{200}\.[0-9a-f]{8}-[0-9a-f]{4}\.tmp$/],
    ] as const;
    for (const [path, expected] of cases) {
      const names: string[] = [];
      {
        using _ = replaceFunction("CreateFileW", (original) => (...all) => {
          names.push(readText(kernel.memory, all[1]!));
          return original(...all);
        });
        await writeFileAtomic(path, NEW);
      }
      assertEquals(names, [names[0]!, names[0]!]);
      assertMatch(names[0]!.replace("\\\\?\\", ""), expected);
      assertEquals(content(path), NEW);
    }
  },
);

strictTest("data of no bytes is not written", async (kernel) => {
  prepare(kernel);
  using _ = failFunction("WriteFile", ERROR_DISK_FULL);
  await writeFileAtomic(PATH, new Uint8Array(0));
  assertEquals(content(), new Uint8Array(0));
});
