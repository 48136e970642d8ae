// portable

import { assertEquals, assertThrows } from "@std/assert";
import {
  ERROR_ACCESS_DENIED,
  ERROR_SHARING_VIOLATION,
  openSync,
  Win32Error,
} from "../../../mod.ts";
import {
  type StrictKernel,
  strictTest,
} from "../../support/strict_kernel/mod.ts";
import {
  failFunction,
  replaceFunction,
} from "../../support/strict_kernel/replaced.ts";

const OPTIONS = { write: true, create: true, delete: true };

/** Notes the class and the flags of what is set. */
function watchClasses(sets: (readonly [number, number])[]): Disposable {
  return replaceFunction(
    "SetFileInformationByHandle",
    (original) => (kernel, ...words) => {
      const view = kernel.memory.view(words[2]!, 1);
      const kind = Number(BigInt.asUintN(32, words[1]!));
      sets.push([kind, view.getUint8(0)]);
      return original(kernel, ...words);
    },
  );
}

function isThere(kernel: StrictKernel, name: string): boolean {
  return kernel.names.volumes.get("D:")!.find(`\\${name}`) !== undefined;
}

// FileRenameInfo and FileDispositionInfo, and those with flags: POSIX semantics are bit 1.
const [RENAME, DISPOSITION, DISPOSITION_EX, RENAME_EX] = [3, 4, 21, 22];

for (const refusesPosix of [undefined, 87] as const) {
  const kind = refusesPosix ? "without" : "with";

  strictTest(
    `rename() and delete() are made ${kind} POSIX semantics, as the system knows them`,
    (kernel) => {
      kernel.names.mount("D:", refusesPosix ? { refusesPosix } : {});
      const sets: (readonly [number, number])[] = [];
      using _ = watchClasses(sets);
      openSync("D:\\taken", OPTIONS).close();
      using file = openSync("D:\\a", OPTIONS);
      file.rename("D:\\b");
      file.rename("D:\\taken", { replace: true });
      assertEquals(["a", "b", "taken"].map((name) => isThere(kernel, name)), [
        false,
        false,
        true,
      ]);
      file.delete();
      file.close();
      assertEquals(isThere(kernel, "taken"), false);
      assertEquals(
        sets,
        refusesPosix
          ? [
            ...[[RENAME_EX, 2], [RENAME, 0], [RENAME_EX, 3], [RENAME, 1]],
            ...[[DISPOSITION_EX, 3], [DISPOSITION, 1]],
          ] as [number, number][]
          : [[RENAME_EX, 2], [RENAME_EX, 3], [DISPOSITION_EX, 3]],
      );
    },
  );
}

strictTest(
  "rename() and delete() say what is needed where they are refused",
  () => {
    using file = openSync("C:\\a", OPTIONS);
    for (const code of [ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION]) {
      let calls = 0;
      using _ = failFunction(
        "SetFileInformationByHandle",
        code,
        () => ++calls > 0,
      );
      for (const isRename of [true, false]) {
        const call = () => isRename ? file.rename("C:\\b") : file.delete();
        const error = assertThrows(call, Win32Error);
        const { syscall, win32, path, message } = error;
        const expected = ["SetFileInformationByHandle", code, "C:\\a"];
        assertEquals([syscall, win32, path], expected);
        const isDenied = code === ERROR_ACCESS_DENIED;
        const hint =
          "The handle needs delete: true. A file that is read-only, " +
          "or open without sharing deletion, is neither replaced nor deleted.";
        assertEquals(message.endsWith(hint), isDenied);
        const name = "New name: 'C:\\b'";
        assertEquals(message.endsWith(name), isRename && !isDenied);
        assertEquals(calls, 1);
        calls = 0;
      }
    }
    assertThrows(
      () => file.rename("C:\\b", { replace: 1 } as never),
      TypeError,
      "replace must be true or false",
    );
    assertThrows(
      () => file.rename("C:\\b", { with: 1 } as never),
      TypeError,
      '"with" is no option of rename(). The only option is replace.',
    );
  },
);
