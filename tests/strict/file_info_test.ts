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
  FileAllocationInfo,
  FileAttributeTagInfo,
  FileStorageInfo,
  OPEN_ALWAYS,
  OPEN_EXISTING,
} from "../../src/win32/constants.ts";
import {
  clearDeleteOnClose,
  type FileType,
  fileTypeOf,
} from "../../src/file/file_info.ts";
import { Disk } from "../support/strict_kernel/disk.ts";
import type { DiskFile } from "../support/strict_kernel/disk_file.ts";
import { fail } from "../support/strict_kernel/failure.ts";
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
    // Only at the beginning is it the path of a device.
    using odd = openSync("D:\\\\.\\a");
    assertEquals(odd.sectorSize(), sector);
  },
);

strictTest("sectorSize() takes no label for a path", () => {
  using _ = silentHandles();
  for (const path of [undefined, "handle 123", "my C:\\disk", "a"]) {
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
  "sectorSize() reads no answer of a query that failed",
  () => {
    using _info = silentHandles();
    using _ = replaceFunction("DeviceIoControl", () => (kernel, ...words) => {
      const [, , , , geometry, size] = words;
      const view = kernel.memory.view(geometry!, Number(size! & 0xFFFF_FFFFn));
      view.setUint32(20, 4096, true);
      fail(1);
    });
    using file = openSync(PATH, { write: true, create: true });
    assertEquals(file.sectorSize().logical, 512);
  },
);

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

/** Has the next answers of GetFileInformationByHandle be made by a function. */
function statAnswers(write: (info: DataView) => void): Disposable {
  return replaceFunction(
    "GetFileInformationByHandle",
    () => (kernel, ...words) => {
      write(kernel.memory.view(words[1]!, 52));
      return 1n;
    },
  );
}

strictTest("stat() takes each member from its place, to the last bit", () => {
  using file = openSync(PATH, { write: true, create: true });
  const since1601 = 11_644_473_600_000n;
  using _ = statAnswers((info) => {
    info.setUint32(0, 0x8021, true);
    for (const [at, time] of [[4, 1001n], [12, 2002n], [20, 3003n]] as const) {
      info.setBigUint64(at, (since1601 + time) * 10_000n + 9999n, true);
    }
    const words = [0x8000_0001, 1, 2, 3, 0x8000_0004, 0x9000_0005];
    words.forEach((word, i) => info.setUint32(28 + 4 * i, word, true));
  });
  assertEquals(file.stat(), {
    isFile: true,
    isDirectory: false,
    isSymlink: false,
    size: 2 ** 32 + 2,
    birthtime: new Date(1001),
    atime: new Date(2002),
    mtime: new Date(3003),
    dev: 0x8000_0001,
    nlink: 3,
    ino: 0x8000_0004_9000_0005n,
    attributes: 0x8021,
  });
});

strictTest(
  "stat() has null for times that are not known, and no size that is not exact",
  () => {
    using file = openSync(PATH, { write: true, create: true });
    let high = 0x1F_FFFF;
    using _ = statAnswers((info) => {
      info.setUint32(0, FILE_ATTRIBUTE_DIRECTORY, true);
      info.setUint32(32, high, true);
      info.setUint32(36, 0xFFFF_FFFF, true);
    });
    const { birthtime, atime, mtime, size, isFile, isDirectory } = file.stat();
    assertEquals([birthtime, atime, mtime], [null, null, null]);
    assertEquals([isFile, isDirectory], [false, true]);
    assertEquals(size, Number.MAX_SAFE_INTEGER);
    high++;
    assertThrows(
      () => file.stat(),
      RangeError,
      "A size of 9007203549708287 bytes is too large for a number",
    );
  },
);

strictTest(
  "what is asked of a file fails with the function's name, its code and the path",
  () => {
    using file = openSync(PATH, { write: true, create: true });
    const failing: [string, () => unknown][] = [
      ["GetFileInformationByHandle", () => file.stat()],
      ["GetFileSizeEx", () => file.size()],
      ["SetFileInformationByHandle", () => file.truncate(1)],
      ["SetFileInformationByHandle", () => file.allocate(1)],
      ["SetFileValidData", () => file.setValidData(0)],
      ["UnlockFileEx", () => file.unlock()],
      ["LockFileEx", () => file.lock()],
      ["LockFileEx", () => file.tryLock()],
    ];
    for (const [name, call] of failing) {
      using _ = failFunction(name, ERROR_INVALID_PARAMETER);
      const { syscall, win32, path } = assertThrows(call, Win32Error);
      assertEquals([syscall, win32, path], [
        name,
        ERROR_INVALID_PARAMETER,
        PATH,
      ]);
    }
    const found = file.stat();
    using _attributes = statAnswers((info) =>
      info.setUint32(0, FILE_ATTRIBUTE_REPARSE_POINT, true)
    );
    using _ = failFunction("GetFileInformationByHandleEx", 5);
    const { syscall, path } = assertThrows(() => file.stat(), Win32Error);
    assertEquals([syscall, path], ["GetFileInformationByHandleEx", PATH]);
    assertEquals(found.isFile, true);
  },
);

strictTest(
  "allocate() and setValidData() keep the size, and make a call only where there is a need",
  () => {
    using file = openSync(PATH, { write: true, create: true });
    file.truncate(1000);
    const classes: number[] = [];
    using _ = replaceFunction(
      "SetFileInformationByHandle",
      (original) => (kernel, ...words) => {
        classes.push(Number(BigInt.asUintN(32, words[1]!)));
        return original(kernel, ...words);
      },
    );
    for (const size of [0, 999, 1000n]) file.allocate(size);
    assertEquals(classes, []);
    file.allocate(1001);
    assertEquals(classes, [FileAllocationInfo]);
    file.setValidData(1000n);
    assertEquals(file.size(), 1000);
  },
);

/** Has FileStorageInfo say what the sectors are. */
function storage(logical: number, physical: number): Disposable {
  return replaceFunction(
    "GetFileInformationByHandleEx",
    () => (kernel, ...words) => {
      const info = kernel.memory.view(words[2]!, 28);
      info.setUint32(0, logical, true);
      info.setUint32(12, physical, true);
      return 1n;
    },
  );
}

strictTest("sectorSize() does not believe what cannot be", () => {
  const expected = [
    [512, 4096, 512, 4096],
    [4096, 512, 4096, 4096],
    [512, 0, 512, 512],
    [512, 3000, 512, 512],
    // Neither 0 nor 500 is a size of sectors: the volume is asked.
    [0, 4096, 512, 512],
    [500, 512, 512, 512],
  ];
  for (const [logical, physical, ...sizes] of expected) {
    using _ = storage(logical!, physical!);
    using file = openSync(PATH, { write: true, create: true });
    const sector = file.sectorSize();
    assertEquals([sector.logical, sector.physical], sizes, `${logical}`);
  }
});

strictTest("fileTypeOf() tells what it is told, and what it is not", () => {
  using file = openSync(PATH, { write: true, create: true });
  const types = ["unknown", "disk", "character", "pipe", "unknown"];
  for (const [i, type] of types.entries()) {
    using _ = replaceFunction("GetFileType", () => () => BigInt(i));
    kernel32.SetLastError(6); // Of a call before.
    assertEquals(fileTypeOf(file.handle, PATH), type as FileType);
  }
  for (const [code, isRefused] of [[6, true], [5, false]] as const) {
    using _ = failFunction("GetFileType", code);
    const ask = () => fileTypeOf(file.handle, PATH);
    if (isRefused) {
      const { syscall, win32, path } = assertThrows(ask, Win32Error);
      assertEquals([syscall, win32, path], ["GetFileType", 6, PATH]);
    } else assertEquals(ask(), "unknown");
  }
  // A function that succeeds may leave a last error behind.
  using _ = replaceFunction("GetFileType", () => () => {
    kernel32.SetLastError(6);
    return 1n;
  });
  assertEquals(fileTypeOf(file.handle, PATH), "disk");
});

strictTest(
  "clearDeleteOnClose() has a file outlive its handle",
  (kernel) => {
    const options = { write: true, create: true, deleteOnClose: true };
    const isThere = () => kernel.names.volumes.get("C:")!.find("\\a");
    const file = openSync(PATH, options);
    assertEquals(clearDeleteOnClose(file.handle), true);
    file.close();
    assertEquals(isThere() !== undefined, true);
    openSync(PATH, options).close();
    assertEquals(isThere(), undefined);
    using other = openSync(PATH, { write: true, create: true });
    assertEquals(clearDeleteOnClose(other.handle), false);
  },
);

strictTest("sectorSize() says that no query has found it", () => {
  using _info = silentHandles();
  using _control = failFunction("DeviceIoControl", 1);
  using file = openSync(PATH, { write: true, create: true });
  for (const name of ["GetVolumePathNameW", "GetDiskFreeSpaceW"]) {
    using _ = failFunction(name, 3);
    const error = assertThrows(() => file.sectorSize(), Win32Error);
    const { syscall, win32, path, message } = error;
    const expected = ["GetFileInformationByHandleEx", 87, PATH];
    assertEquals([syscall, win32, path], expected);
    const hint = "The size of the sectors could not be found by any query.";
    assertEquals(message.endsWith(hint), true, message);
  }
});

strictTest("sectorSize() asks no volume for the path of a device", (kernel) => {
  const disk = new Disk({ size: 8192 });
  kernel.names.devices.set("physicaldrive0", disk);
  using _info = silentHandles();
  using _control = failFunction("DeviceIoControl", 1);
  using file = openSync("\\\\.\\PhysicalDrive0", { attributesOnly: true });
  const error = assertThrows(() => file.sectorSize(), Win32Error);
  const hint = "by any query, and no absolute path is known.";
  assertEquals(error.message.endsWith(hint), true, error.message);
});
