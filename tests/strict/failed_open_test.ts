// portable

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  ERROR_ACCESS_DENIED,
  ERROR_DISK_FULL,
  ERROR_INVALID_FUNCTION,
  ERROR_INVALID_HANDLE,
  ERROR_INVALID_PARAMETER,
  ERROR_NOT_SUPPORTED,
  ERROR_USER_MAPPED_FILE,
  open,
  openSync,
  type OverlappedOptions,
  Win32Error,
} from "../../mod.ts";
import {
  FileAllocationInfo,
  FileEndOfFileInfo,
  FileStorageInfo,
} from "../../src/win32/constants.ts";
import { FileDispositionInfoEx } from "../../src/file/file_info.ts";
import { collectGarbage, nextJob } from "../support/garbage.ts";
import type { DiskFile } from "../support/strict_kernel/disk_file.ts";
import { type StrictKernel, strictTest } from "../support/strict_kernel/mod.ts";
import {
  failFunction,
  replaceFunction,
} from "../support/strict_kernel/replaced.ts";

const PATH = "C:\\a";
const CONTENT = [1, 2, 3, 4, 5];
const write = true;
const create = true;
const truncate = true;

/** Creates the file that is opened. */
function writeContent(): void {
  using file = openSync(PATH, { write, createNew: true });
  file.writeAll(Uint8Array.from(CONTENT));
}

function content(): number[] {
  using file = openSync(PATH);
  return [...file.readAll()];
}

const found = (kernel: StrictKernel) =>
  kernel.names.volumes.get("C:")!.find("\\a");

const isClass = (wanted: number) => (...[, kind]: bigint[]) =>
  Number(BigInt.asUintN(32, kind!)) === wanted;

/** What can fail after CreateFileW, and the options that make it be done. */
const FAILURES: readonly {
  name: string;
  options: OverlappedOptions;
  overlappedAlone?: boolean;
  fail: () => Disposable[];
}[] = [
  {
    name: "the type of the handle",
    options: { write, truncate },
    fail: () => [failFunction("GetFileType", ERROR_INVALID_HANDLE)],
  },
  {
    name: "the size of the sectors",
    options: { write, truncate, unbuffered: true },
    fail: () => [
      failFunction(
        "GetFileInformationByHandleEx",
        ERROR_INVALID_PARAMETER,
        isClass(FileStorageInfo),
      ),
      failFunction("DeviceIoControl", ERROR_INVALID_FUNCTION),
      failFunction("GetVolumePathNameW", ERROR_NOT_SUPPORTED),
    ],
  },
  {
    name: "the completion port",
    options: { write, truncate },
    overlappedAlone: true,
    fail: () => [
      failFunction(
        "CreateIoCompletionPort",
        ERROR_INVALID_PARAMETER,
        (file) => file !== 0xFFFF_FFFF_FFFF_FFFFn,
      ),
    ],
  },
  {
    name: "the room",
    options: { write, truncate, preallocate: 2 ** 50 },
    fail: () => [],
  },
  {
    name: "the truncation",
    options: { write, truncate },
    fail: () => [
      failFunction(
        "SetFileInformationByHandle",
        ERROR_USER_MAPPED_FILE,
        isClass(FileEndOfFileInfo),
      ),
      failFunction(
        "SetFileInformationByHandle",
        ERROR_USER_MAPPED_FILE,
        isClass(FileAllocationInfo),
      ),
    ],
  },
];

/** Opens in vain in each way, with what fails failing. */
async function inVain(
  { options, overlappedAlone, fail }: (typeof FAILURES)[number],
  more: OverlappedOptions,
  after: () => void,
): Promise<void> {
  const failing = <T>(run: () => T): T => {
    const replaced = fail();
    try {
      return run();
    } finally {
      // In reverse: some replace the same function.
      for (const one of replaced.reverse()) one[Symbol.dispose]();
    }
  };
  if (!overlappedAlone) {
    failing(() =>
      assertThrows(() => openSync(PATH, { ...options, ...more }), Win32Error)
    );
    after();
  }
  const opening = failing(() => open(PATH, { ...options, ...more }));
  await assertRejects(() => opening, Win32Error);
  after();
}

for (const failure of FAILURES) {
  strictTest(
    `a file that existed is not changed if ${failure.name} fails`,
    async () => {
      writeContent();
      await inVain(failure, {}, () => assertEquals(content(), CONTENT));
      await inVain(failure, { create }, () => assertEquals(content(), CONTENT));
    },
  );

  strictTest(
    `a file that existed is not deleted if ${failure.name} fails`,
    async () => {
      writeContent();
      const more = { deleteOnClose: true };
      await inVain(failure, more, () => assertEquals(content(), CONTENT));
    },
  );

  // Nothing is there to be emptied.
  if (failure.name === "the truncation") continue;
  strictTest(
    `a file that was created is gone again if ${failure.name} fails`,
    async (kernel) => {
      const after = () => assertEquals(found(kernel), undefined);
      await inVain(failure, { create }, after);
      await inVain(failure, { truncate: false, createNew: true }, after);
    },
  );
}

strictTest("options that are wrong leave the file alone", async () => {
  writeContent();
  const wrong: unknown[] = [
    { write, truncate, maxInFlight: { operations: 0 } },
    { write, truncate, maxInFlight: 5 },
    { read: true, deleteOnClose: true, maxInFlight: { bytes: -1 } },
    { write, truncate, preallocate: -1 },
    { write, truncate, share: ["all"] },
    { write, truncate, security: new Uint8Array(3) },
    { write, truncate, impersonation: "all" },
  ];
  for (const options of wrong) {
    await assertRejects(() => open(PATH, options as OverlappedOptions));
    assertEquals(content(), CONTENT);
  }
});

strictTest(
  "a getter that throws leaves the file alone, and no handle",
  async () => {
    writeContent();
    const names = ["write", "truncate", "share", "maxInFlight", "preallocate"];
    for (const name of names) {
      const options = { write, truncate } as OverlappedOptions;
      Object.defineProperty(options, name, {
        enumerable: true,
        get: () => {
          throw new Error("a getter");
        },
      });
      await assertRejects(() => open(PATH, options), Error, "a getter");
      assertEquals(content(), CONTENT);
    }
  },
);

strictTest("truncation is the last call that opening makes", async (kernel) => {
  writeContent();
  const file = found(kernel) as DiskFile;
  const sizes: number[] = [];
  const watched = ["CreateFileW", "GetFileType", "CreateIoCompletionPort"].map(
    (name) =>
      replaceFunction(name, (original) => (kernel, ...words) => {
        const result = original(kernel, ...words);
        sizes.push(file.size);
        return result;
      }),
  );
  const options = { write, create, truncate, preallocate: 10_000 };
  openSync(PATH, options).close();
  assertEquals(sizes, sizes.map(() => 5));
  assertEquals(file.size, 0);
  using again = openSync(PATH, { write });
  again.writeAll(Uint8Array.from(CONTENT));
  sizes.length = 0;
  await (await open(PATH, options)).close();
  assertEquals(sizes, sizes.map(() => 5));
  assert(sizes.length > 1);
  assertEquals(file.size, 0);
  for (const one of watched) one[Symbol.dispose]();
});

strictTest(
  "a system without FILE_DISPOSITION_INFO_EX deletes the file, and says what failed",
  () => {
    writeContent();
    using _ = failFunction(
      "SetFileInformationByHandle",
      ERROR_INVALID_PARAMETER,
      isClass(FileDispositionInfoEx),
    );
    const error = assertThrows(
      () =>
        openSync(PATH, { write, deleteOnClose: true, preallocate: 2 ** 50 }),
      Win32Error,
    );
    assertEquals(error.win32, ERROR_DISK_FULL);
  },
);

strictTest(
  "a file that was created to be deleted on close is gone even if its name may not be deleted",
  (kernel) => {
    // The handle that creates a file may delete it, whatever rights the file takes from its folder.
    using _ = failFunction("DeleteFileW", ERROR_ACCESS_DENIED);
    const options = { write, create, deleteOnClose: true };
    const error = assertThrows(
      () => openSync(PATH, { ...options, preallocate: 2 ** 50 }),
      Win32Error,
    );
    assertEquals(error.win32, ERROR_DISK_FULL);
    assertEquals(found(kernel), undefined);
  },
);

strictTest(
  "a handle is closed once if the size of the sectors fails",
  async (kernel) => {
    writeContent();
    const failing = [
      failFunction(
        "GetFileInformationByHandleEx",
        ERROR_INVALID_PARAMETER,
        isClass(FileStorageInfo),
      ),
      failFunction("DeviceIoControl", ERROR_INVALID_FUNCTION),
      failFunction("GetVolumePathNameW", ERROR_NOT_SUPPORTED),
    ];
    for (let i = 0; i < 20; i++) {
      await assertRejects(() => open(PATH, { write, unbuffered: true }));
      assertThrows(() => openSync(PATH, { write, unbuffered: true }));
    }
    for (const one of failing.reverse()) one[Symbol.dispose]();
    for (let round = 0; round < 10; round++) {
      collectGarbage();
      await nextJob();
    }
    // The strict kernel notes the second close of a handle.
    assertEquals(kernel.violations, []);
  },
);

strictTest("a sharing violation names the share mode", async () => {
  using _ = openSync(PATH, { write, create });
  for (
    const attempt of [
      () => openSync(PATH, { read: true, share: ["read"] }),
      () => open(PATH, { read: true, share: ["read"] }),
    ]
  ) {
    const error = await assertRejects(
      async () => await attempt(),
      Win32Error,
      'or share, which is ["read"] here',
    );
    assertEquals(error.symbol, "ERROR_SHARING_VIOLATION");
  }
});
