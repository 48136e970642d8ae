import { test } from "node:test";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  INVALID_HANDLE_VALUE,
  kernel32,
  type OpenOptions,
  openSync,
  type Win32Error,
} from "../../../mod.ts";
import { FILE_ATTRIBUTE_HIDDEN, FileBasicInfo } from "../../../src/raw.ts";
import { clearDeleteOnClose } from "../../../src/file/file_info.ts";
import { FILE_BASIC_INFO, SECURITY_ATTRIBUTES } from "../../../src/structs.ts";
import { readOnlyIsEnforced } from "../../support/enforcement.ts";
import { collectGarbage, nextJob } from "../../support/garbage.ts";
import { assertNoHandleLeft } from "../../support/handles.ts";
import { assertNotOpened } from "../../support/not_opened.ts";
import { tempFolder } from "../../support/temp_folder.ts";
import { assertRefused } from "../../support/untouched.ts";

/** Sets a file's attribute "hidden", by FileBasicInfo. */
function hide(path: string): void {
  using file = openSync(path, { write: true });
  const info = FILE_BASIC_INFO.create({
    FileAttributes: FILE_ATTRIBUTE_HIDDEN,
  });
  const { handle } = file;
  const length = info.byteLength;
  assert(
    kernel32.SetFileInformationByHandle(handle, FileBasicInfo, info, length),
  );
}

const text = (path: string) => readFileSync(path, "utf8");
const bytes = (content: string) => new TextEncoder().encode(content);

test("openSync() opens for reading if it is not told what for", () => {
  using folder = tempFolder();
  writeFileSync(folder.file("a"), "hello");
  using file = openSync(folder.file("a"));
  const buffer = new Uint8Array(10);
  assertEquals(file.read(buffer), 5);
  assertThrows(() => file.write(buffer), TypeError, "not open for writing");
});

test("openSync() with create keeps a file that is there", () => {
  using folder = tempFolder();
  const path = folder.file("a");
  openSync(path, { write: true, create: true }).close();
  writeFileSync(path, "hello");
  using file = openSync(path, { write: true, create: true });
  assertEquals(file.size(), 5);
});

test("openSync() with truncate empties a file", () => {
  using folder = tempFolder();
  const path = folder.file("a");
  assertNotOpened(
    path,
    { write: true, truncate: true },
    "ERROR_FILE_NOT_FOUND",
  );
  for (const create of [true, false]) {
    writeFileSync(path, "hello");
    using file = openSync(path, { write: true, truncate: true, create });
    assertEquals(file.size(), 0);
  }
});

test("openSync() with createNew leaves a file that is there alone", () => {
  using folder = tempFolder();
  const path = folder.file("a");
  openSync(path, { write: true, createNew: true }).close();
  writeFileSync(path, "hello");
  const error = assertNotOpened(
    path,
    { write: true, createNew: true },
    "ERROR_FILE_EXISTS",
  );
  assertEquals(error.code, "EEXIST");
  assertEquals(text(path), "hello");
});

test("openSync() tells a file that is not there from a folder that is not", () => {
  using folder = tempFolder();
  const error = assertNotOpened(
    folder.file("none"),
    { read: true },
    "ERROR_FILE_NOT_FOUND",
  );
  assertEquals(error.code, "ENOENT");
  assertNotOpened(
    folder.file("none\\a"),
    { write: true, create: true },
    "ERROR_PATH_NOT_FOUND",
  );
});

test("openSync() of a directory says that it is one", () => {
  using folder = tempFolder();
  for (
    const options of [{ read: true }, { write: true }, {
      write: true,
      create: true,
    }]
  ) {
    const error = assertNotOpened(folder.path, options, "ERROR_ACCESS_DENIED");
    assert(
      error.message.endsWith(
        "(ERROR_ACCESS_DENIED, 5). The path is that of a directory: directory: true opens it.",
      ),
    );
  }
});

test("openSync() of a path with control characters says how a backslash is written", () => {
  const error = assertNotOpened(
    "C:\new\test.bin",
    { read: true },
    "ERROR_INVALID_NAME",
  );
  assertStringIncludes(error.message, "a backslash is written twice");
});

test("openSync() does not open a read-only file for writing", {
  skip: !readOnlyIsEnforced(),
}, () => {
  using folder = tempFolder();
  const path = folder.file("a");
  writeFileSync(path, "hello");
  chmodSync(path, 0o444);
  for (const options of [{ write: true }, { append: true }]) {
    const error = assertNotOpened(path, options, "ERROR_ACCESS_DENIED");
    assert(!error.message.includes("directory"), error.message);
  }
  using file = openSync(path);
  assertEquals(file.size(), 5);
  chmodSync(path, 0o666);
});

test("openSync() refuses others what share leaves out", () => {
  using folder = tempFolder();
  const path = folder.file("a");
  writeFileSync(path, "");
  const opens = (options: OpenOptions) => {
    try {
      openSync(path, options).close();
      return true;
    } catch (error) {
      const { symbol, code } = error as Win32Error;
      assertEquals([symbol, code], ["ERROR_SHARING_VIOLATION", "EBUSY"]);
      return false;
    }
  };
  const read = { read: true };
  const write = { write: true };
  const remove = { read: true, deleteOnClose: true };
  for (
    const [share, expected] of [
      [[], [false, false, false]],
      [["read"], [true, false, false]],
      [["write"], [false, true, false]],
      [["read", "write"], [true, true, false]],
    ] as const
  ) {
    using _ = openSync(path, { read: true, share });
    assertEquals([read, write, remove].map(opens), expected, `${share}`);
  }
});

test("openSync() shares with everybody unless told otherwise", () => {
  using folder = tempFolder();
  const path = folder.file("a");
  using first = openSync(path, { write: true, create: true });
  using second = openSync(path, { read: true, write: true });
  first.write(bytes("one"));
  const buffer = new Uint8Array(3);
  assertEquals(second.read(buffer), 3);
  assertEquals(text(path), "one");
});

test("openSync() cannot keep a file to itself that somebody has open", () => {
  using folder = tempFolder();
  const path = folder.file("a");
  using _ = openSync(path, { write: true, create: true });
  assertNotOpened(path, { read: true, share: [] }, "ERROR_SHARING_VIOLATION");
});

test("openSync() with directory opens directories, and files too", () => {
  using folder = tempFolder();
  using directory = openSync(folder.path, { read: true, directory: true });
  const { isDirectory, isFile, isSymlink } = directory.stat();
  assertEquals([isDirectory, isFile, isSymlink], [true, false, false]);
  writeFileSync(folder.file("a"), "hello");
  using file = openSync(folder.file("a"), { read: true, directory: true });
  assertEquals(file.stat().isFile, true);
});

test("openSync() with attributesOnly needs no right to read or write", () => {
  using folder = tempFolder();
  const path = folder.file("a");
  using owner = openSync(path, { write: true, create: true, share: [] });
  owner.write(bytes("hello"));
  assertNotOpened(path, { read: true }, "ERROR_SHARING_VIOLATION");
  using file = openSync(path, { attributesOnly: true });
  assertEquals(file.stat().size, 5);
  assertEquals(file.sectorSize(), owner.sectorSize());
  assertThrows(() => file.read(new Uint8Array(1)), TypeError, "not open for");
  assertThrows(() => file.write(new Uint8Array(1)), TypeError, "not open for");
});

test("openSync() with followLinks: false opens what is no link all the same", () => {
  using folder = tempFolder();
  writeFileSync(folder.file("a"), "hello");
  using file = openSync(folder.file("a"), { read: true, followLinks: false });
  assertEquals(file.stat().isSymlink, false);
  assertEquals(file.read(new Uint8Array(9)), 5);
});

test("openSync() with create and truncate empties hidden files", () => {
  using folder = tempFolder();
  const path = folder.file("a");
  writeFileSync(path, "hello");
  hide(path);
  using file = openSync(path, { write: true, create: true, truncate: true });
  assertEquals(file.size(), 0);
  assertEquals(file.stat().attributes & FILE_ATTRIBUTE_HIDDEN, 2);
});

test("openSync() with deleteOnClose deletes the file with its last handle", () => {
  using folder = tempFolder();
  const path = folder.file("a");
  {
    using file = openSync(path, {
      write: true,
      create: true,
      deleteOnClose: true,
    });
    file.write(bytes("x"));
    assert(existsSync(path));
  }
  assert(!existsSync(path));
});

test("clearDeleteOnClose() keeps a file that was to be deleted on close", () => {
  using folder = tempFolder();
  const path = folder.file("a");
  writeFileSync(path, "hello");
  {
    using file = openSync(path, { read: true, deleteOnClose: true });
    assert(clearDeleteOnClose(file.handle));
  }
  assertEquals(text(path), "hello");
});

test("openSync() opens volumes, whose type may be unknown", () => {
  using volume = openSync("\\\\.\\C:", { attributesOnly: true });
  assertEquals(volume.path, "\\\\.\\C:");
});

test("openSync() refuses bad paths and options before it opens anything", () => {
  using folder = tempFolder();
  const path = folder.file("a");
  const open = openSync as (path?: unknown, options?: unknown) => unknown;
  assertRefused(() => open(), TypeError, "path must be a string");
  assertRefused(
    () => open("", { read: true }),
    TypeError,
    "path must not be empty",
  );
  assertRefused(() => open("a\0b"), TypeError, "NUL");
  assertRefused(
    () => open(`C:\\${"a".repeat(32_764)}`),
    RangeError,
    "at most 32766",
  );
  assertRefused(
    () => open(path, null),
    TypeError,
    "options of openSync() must be an object that may have read, write",
  );
  assertRefused(
    () => open(path, { write: 1, create: true }),
    TypeError,
    "write must be true or false",
  );
  assertRefused(
    () => open(path, { write: true, creat: true }),
    TypeError,
    '"creat" is no option',
  );
  assertRefused(
    () => open(path, { create: true }),
    TypeError,
    "create and createNew need write: true or append: true",
  );
  assertRefused(
    () => open(path, { write: true, create: true, preallocate: -1 }),
    RangeError,
    "preallocate must be a whole number from 0 to 2^53-1, or a bigint beyond: got -1",
  );
  assert(!existsSync(path));
});

test("openSync() with preallocate reserves room and leaves the size", () => {
  using folder = tempFolder();
  const path = folder.file("a");
  for (const preallocate of [0, 100_000, 1n << 20n]) {
    using file = openSync(path, { write: true, create: true, preallocate });
    assertEquals(file.size(), 0);
    file.write(bytes("abc"));
    assertEquals(file.size(), 3);
    file.truncate();
  }
});

test("openSync() leaves no new file where there is no room to preallocate", () => {
  using folder = tempFolder();
  const path = folder.file("a");
  const options = { write: true, createNew: true, preallocate: 2n ** 62n };
  assertNoHandleLeft(() => {
    try {
      openSync(path, options).close();
      // A file system that cannot reserve at all is no failure.
      kernel32.DeleteFileW(path);
    } catch (error) {
      const { syscall } = error as Win32Error;
      assertEquals(syscall, "SetFileInformationByHandle");
      assert(!existsSync(path));
    }
  });
});

test("openSync() hands security attributes on", () => {
  using folder = tempFolder();
  const security = SECURITY_ATTRIBUTES.create({
    nLength: SECURITY_ATTRIBUTES.size,
    bInheritHandle: true,
  });
  using file = openSync(folder.file("a"), {
    write: true,
    create: true,
    security,
  });
  assertEquals(file.size(), 0);
  assertRefused(
    () => openSync("a", { read: true, security: {} as Uint8Array }),
    TypeError,
    "bytes or the address of a SECURITY_ATTRIBUTES: got [object Object]",
  );
});

test("openSync() opens files whose handles are closed when the files are dropped", async () => {
  using folder = tempFolder();
  const options: OpenOptions = {
    write: true,
    create: true,
    share: ["delete"],
  };
  const paths = Array.from({ length: 100 }, (_, i) => folder.file(`${i}`));
  (() => {
    for (const path of paths) openSync(path, options);
  })();
  const isOpen = (path: string) => {
    const handle = kernel32.CreateFileW(path, 0x8000_0000, 7, null, 3, 0, null);
    return handle === INVALID_HANDLE_VALUE || !kernel32.CloseHandle(handle);
  };
  assertEquals(paths.filter(isOpen).length, 100);
  let open = 100;
  for (let round = 0; round < 20 && open > 5; round++) {
    collectGarbage();
    await nextJob();
    open = paths.filter(isOpen).length;
  }
  // A few may still be found on the stack.
  assert(open <= 5, `${open} of 100 are still open`);
});
