// portable

import { assertEquals, assertThrows } from "@std/assert";
import {
  ERROR_INVALID_PARAMETER,
  fromHandle,
  kernel32,
  openSync,
  type SyncFile,
  Win32Error,
} from "../../mod.ts";
import {
  FILE_ATTRIBUTE_DIRECTORY,
  FILE_ATTRIBUTE_REPARSE_POINT,
  FileAttributeTagInfo,
  FileStorageInfo,
  OPEN_ALWAYS,
  OPEN_EXISTING,
} from "../../src/win32/constants.ts";
import { Disk } from "../support/strict_kernel/disk.ts";
import type { DiskFile } from "../support/strict_kernel/disk_file.ts";
import { type StrictKernel, strictTest } from "../support/strict_kernel/mod.ts";
import {
  failFunction,
  replaceFunction,
} from "../support/strict_kernel/replaced.ts";

const PATH = "C:\\a";

/** Has files be reparse points of a kind. */
function tagged(tag: number): Disposable {
  return replaceFunction(
    "GetFileInformationByHandleEx",
    (original) => (kernel, ...words) => {
      const [, kind, address] = words;
      const result = original(kernel, ...words);
      if (Number(BigInt.asUintN(32, kind!)) === FileAttributeTagInfo) {
        kernel.memory.view(address!, 8).setUint32(4, tag, true);
      }
      return result;
    },
  );
}

function kindOf(kernel: StrictKernel, tag: number, attributes: number): string {
  using file = openSync(PATH, { write: true, create: true });
  const found = kernel.names.volumes.get("C:")!.find("\\a") as DiskFile;
  found.attributes = attributes;
  using _ = tagged(tag);
  const { isFile, isDirectory, isSymlink } = file.stat();
  return [isFile && "file", isDirectory && "directory", isSymlink && "link"]
    .filter((name) => name !== false).join();
}

// https://learn.microsoft.com/openspecs/windows_protocols/ms-fscc/c8e77b37-3909-4fe6-a4ea-2b9d423b1ee4
const TAGS = [
  ["a symbolic link", 0xA000_000C, true],
  ["a junction", 0xA000_0003, true],
  ["a file in a cloud", 0x9000_001A, false],
  ["a deduplicated file", 0x8000_0013, false],
  ["a program's alias", 0x8000_001B, false],
] as const;

for (const [name, tag, isLink] of TAGS) {
  strictTest(`stat() takes ${name} for what it is`, (kernel) => {
    const reparse = FILE_ATTRIBUTE_REPARSE_POINT;
    const directory = reparse | FILE_ATTRIBUTE_DIRECTORY;
    assertEquals(kindOf(kernel, tag, reparse), isLink ? "link" : "file");
    assertEquals(kindOf(kernel, tag, directory), isLink ? "link" : "directory");
  });
}

strictTest(
  "stat() asks for no tag where there is no reparse point",
  (kernel) => {
    using _ = failFunction(
      "GetFileInformationByHandleEx",
      ERROR_INVALID_PARAMETER,
    );
    using file = openSync(PATH, { write: true, create: true });
    assertEquals(file.stat().isFile, true);
    assertEquals(kernel.violations, []);
  },
);

/** Has the handle not say what its sectors are. */
function silentHandles(): Disposable {
  return failFunction(
    "GetFileInformationByHandleEx",
    ERROR_INVALID_PARAMETER,
    (...[, kind]) => Number(BigInt.asUintN(32, kind!)) === FileStorageInfo,
  );
}

strictTest(
  "sectorSize() asks the volume of a path, if the handle says nothing",
  (kernel) => {
    const sector = { logical: 4096, physical: 4096 };
    kernel.names.mount("D:", { sector });
    using _ = silentHandles();
    using file = openSync("D:\\a", { write: true, create: true });
    assertEquals(file.sectorSize(), sector);
    const handle = kernel32.CreateFileW(
      "D:\\a",
      0x8000_0000,
      7,
      null,
      OPEN_ALWAYS,
      0,
      null,
    );
    using named = fromHandle(handle, {
      path: "D:\\a",
    }) as unknown as typeof file;
    assertEquals(named.sectorSize(), sector);
  },
);

strictTest("sectorSize() takes no label for a path", () => {
  using _ = silentHandles();
  for (const path of [undefined, "handle 123", "my disk", "a"]) {
    const handle = kernel32.CreateFileW(
      "C:\\a",
      0x8000_0000,
      7,
      null,
      OPEN_ALWAYS,
      0,
      null,
    );
    using file = fromHandle(handle, { path }) as ReturnType<typeof openSync>;
    const error = assertThrows(() => file.sectorSize(), Win32Error);
    assertEquals(error.win32, ERROR_INVALID_PARAMETER);
    assertEquals(
      error.message.endsWith("by any query, and no absolute path is known."),
      true,
      error.message,
    );
  }
});

strictTest(
  "sectorSize() asks the disk of a handle before the volume of its path",
  (kernel) => {
    const disk = new Disk({ size: 8192, sector: 4096 });
    kernel.names.devices.set("physicaldrive0", disk);
    const handle = kernel32.CreateFileW(
      "\\\\.\\PhysicalDrive0",
      0x8000_0000,
      7,
      null,
      OPEN_EXISTING,
      0,
      null,
    );
    using file = fromHandle(handle, { path: PATH }) as SyncFile;
    assertEquals(file.sectorSize().logical, 4096);
  },
);

strictTest("sectorSize() asks the system once", () => {
  using file = openSync(PATH, { write: true, create: true });
  const size = file.sectorSize();
  using _ = silentHandles();
  assertEquals(file.sectorSize(), size);
});
