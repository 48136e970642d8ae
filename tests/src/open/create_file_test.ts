// portable

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  ERROR_ACCESS_DENIED,
  ERROR_FILE_NOT_FOUND,
  ERROR_INVALID_NAME,
  ERROR_SHARING_VIOLATION,
  open,
  type OpenOptions,
  openSync,
  Win32Error,
} from "../../../mod.ts";
import { FILE_READ_DATA } from "../../../src/win32/constants.ts";
import { strictTest } from "../../support/strict_kernel/mod.ts";
import {
  failFunction,
  replaceFunction,
} from "../../support/strict_kernel/replaced.ts";

const PATH = "C:\\a";
const CONTROL = "The path has control characters: in a string literal, a " +
  'backslash is written twice, as in "C:\\\\new".';
const PIPE = "The pipe's server does not allow this user, or only reads or " +
  "only writes: then open it for read or for write alone.";
const DIRECTORY = "The path is that of a directory: directory: true opens it.";

/** Has CreateFileW fail, and returns with which accesses it is called. */
function refusedAccesses(options: OpenOptions, code: number): number[] {
  const accesses: number[] = [];
  using _ = failFunction("CreateFileW", code, (...[, access]) => {
    accesses.push(Number(BigInt.asUintN(32, access!)));
    return true;
  });
  assertThrows(() => openSync(PATH, options), Win32Error);
  return accesses;
}

strictTest("an error of CreateFileW says why the path is refused", (kernel) => {
  kernel.names.volumes.get("C:")!.makeFolder("\\folder");
  openSync(PATH, { write: true, create: true }).close();
  for (
    const [code, path, hint] of [
      [ERROR_INVALID_NAME, "C:\new", CONTROL],
      [ERROR_INVALID_NAME, "C:\\a\x1fb", CONTROL],
      [ERROR_INVALID_NAME, "C:\\a?b", undefined],
      [ERROR_FILE_NOT_FOUND, "C:\new", undefined],
      [ERROR_FILE_NOT_FOUND, "\\\\.\\pipe\\name", undefined],
      [ERROR_ACCESS_DENIED, "\\\\.\\pipe\\name", PIPE],
      [ERROR_ACCESS_DENIED, "//server/PIPE/name", PIPE],
      [ERROR_ACCESS_DENIED, "C:\\\\folder\\pipe\\name", undefined],
      [ERROR_ACCESS_DENIED, "C:\\folder", DIRECTORY],
      [ERROR_ACCESS_DENIED, "C:\\none", undefined],
      [ERROR_ACCESS_DENIED, PATH, undefined],
    ] as const
  ) {
    using _ = failFunction("CreateFileW", code);
    const error = assertThrows(() => openSync(path), Win32Error);
    assertEquals([error.syscall, error.path], ["CreateFileW", path]);
    const plain = new Win32Error("CreateFileW", code, { path }).message;
    const expected = hint === undefined ? plain : `${plain}. ${hint}`;
    assertEquals(error.message, expected);
  }
});

strictTest(
  "an open that is refused is tried once more without reading, to append alone",
  () => {
    for (const code of [ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION]) {
      const [first, second, ...more] = refusedAccesses({ append: true }, code);
      assertEquals(first! & FILE_READ_DATA, FILE_READ_DATA);
      assertEquals(second, first! - FILE_READ_DATA);
      assertEquals(more, []);
      const removable = { append: true, deleteOnClose: true };
      assertEquals(refusedAccesses(removable, code).length, 2);
      for (const options of [{ write: true }, { read: true, append: true }]) {
        assertEquals(refusedAccesses(options, code).length, 1);
      }
    }
    const tries = refusedAccesses({ append: true }, ERROR_FILE_NOT_FOUND);
    assertEquals(tries.length, 1);
  },
);

strictTest(
  "a file that is opened to append is opened once, whatever last error that leaves",
  () => {
    using _ = replaceFunction(
      "CreateFileW",
      (original) => (kernel, ...words) => {
        const handle = original(kernel, ...words);
        kernel.thread.lastError = ERROR_ACCESS_DENIED;
        return handle;
      },
    );
    // The strict kernel notes a handle that stays open.
    openSync(PATH, { append: true, create: true }).close();
  },
);

strictTest(
  "open() refuses a path that is none, and takes files for no consoles",
  async () => {
    for (const path of ["falcon", "CONfig", "C:\\con.txt"]) {
      const error = await assertRejects(() => open(path), Win32Error);
      assertEquals(error.symbol, "ERROR_FILE_NOT_FOUND");
    }
    for (const path of [["con"], Symbol("con")]) {
      await assertRejects(
        () => open(path as unknown as string),
        TypeError,
        "path must be a string or a file: URL",
      );
    }
  },
);
