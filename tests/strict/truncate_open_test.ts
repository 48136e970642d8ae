// portable

import { assertEquals, assertThrows } from "@std/assert";
import {
  ERROR_CALL_NOT_IMPLEMENTED,
  ERROR_INVALID_PARAMETER,
  ERROR_NOT_SUPPORTED,
  listenPipe,
  open,
  openSync,
} from "../../mod.ts";
import {
  FILE_ATTRIBUTE_HIDDEN,
  FileAllocationInfo,
} from "../../src/win32/constants.ts";
import type { DiskFile } from "../support/strict_kernel/disk_file.ts";
import { type StrictKernel, strictTest } from "../support/strict_kernel/mod.ts";
import {
  failFunction,
  replaceFunction,
} from "../support/strict_kernel/replaced.ts";

const PATH = "C:\\a";
const PIPE = "\\\\.\\pipe\\strict";
const FILE_ATTRIBUTE_SYSTEM = 4;

function fileOf(kernel: StrictKernel): DiskFile {
  return kernel.names.volumes.get("C:")!.find("\\a") as DiskFile;
}

function create(kernel: StrictKernel, length = 5): DiskFile {
  using file = openSync(PATH, { write: true, createNew: true });
  file.writeAll(new Uint8Array(length).fill(7));
  return fileOf(kernel);
}

for (const attribute of [FILE_ATTRIBUTE_HIDDEN, FILE_ATTRIBUTE_SYSTEM]) {
  strictTest(
    `truncate empties a file with attribute ${attribute}, which stays`,
    async (kernel) => {
      const file = create(kernel);
      for (const create of [true, false]) {
        const options = { write: true, truncate: true, create };
        for (
          const openIt of [
            () => openSync(PATH, options),
            () => open(PATH, options),
          ]
        ) {
          file.attributes |= attribute;
          file.setEnd(5);
          const opened = await openIt();
          assertEquals([file.size, file.allocation], [0, 0]);
          assertEquals(file.attributes & attribute, attribute);
          await opened.close();
        }
      }
    },
  );
}

strictTest(
  "truncate sets the end of file where the allocation cannot be set",
  (kernel) => {
    const file = create(kernel);
    using _ = failFunction(
      "SetFileInformationByHandle",
      ERROR_CALL_NOT_IMPLEMENTED,
      (...[, kind]) => Number(BigInt.asUintN(32, kind!)) === FileAllocationInfo,
    );
    using _opened = openSync(PATH, { write: true, truncate: true });
    assertEquals(file.size, 0);
  },
);

strictTest(
  "truncate and preallocate of a device or pipe are nothing",
  async () => {
    using _ = failFunction(
      "SetFileInformationByHandle",
      ERROR_INVALID_PARAMETER,
    );
    for (const path of ["NUL", "\\\\.\\NUL", PIPE]) {
      for (const create of [true, false]) {
        const options = { write: true, truncate: true, create };
        for (const more of [{}, { preallocate: 10_000 }]) {
          for (const openIt of [openSync, open]) {
            await using _ = listenPipe(PIPE);
            const file = await openIt(path, { ...options, ...more });
            await file.close();
          }
        }
      }
    }
  },
);

strictTest(
  "truncate empties a file whose size is beyond numbers, which preallocate says of it",
  (kernel) => {
    const file = create(kernel);
    file.size = 2 ** 53;
    assertThrows(
      () => openSync(PATH, { write: true, preallocate: 1 }),
      RangeError,
      "A size of 9007199254740992 bytes is too large",
    );
    assertEquals(file.size, 2 ** 53);
    openSync(PATH, { write: true, truncate: true }).close();
    assertEquals(file.size, 0);
  },
);

strictTest(
  "preallocate on a file system that cannot reserve room is nothing",
  async () => {
    using _ = failFunction(
      "SetFileInformationByHandle",
      ERROR_NOT_SUPPORTED,
      (...[, kind]) => Number(BigInt.asUintN(32, kind!)) === FileAllocationInfo,
    );
    const options = { write: true, create: true, preallocate: 10_000 };
    openSync(PATH, options).close();
    await (await open(PATH, options)).close();
  },
);

strictTest(
  "a file that has been emptied is opened even if its room is gone meanwhile",
  (kernel) => {
    const file = create(kernel);
    using _ = replaceFunction(
      "SetFileInformationByHandle",
      (original) => (kernel, ...words) => {
        if (file.size === 0) file.volume.free = 0;
        return original(kernel, ...words);
      },
    );
    const options = { write: true, truncate: true, preallocate: 10_000 };
    openSync(PATH, options).close();
    assertEquals([file.size, file.allocation], [0, 0]);
  },
);

strictTest(
  "preallocate reserves room in a new file, and in one that is emptied",
  (kernel) => {
    const options = {
      write: true,
      create: true,
      truncate: true,
      preallocate: 10_000,
    };
    for (let i = 0; i < 2; i++) {
      using file = openSync(PATH, options);
      assertEquals([fileOf(kernel).size, fileOf(kernel).allocation], [
        0,
        12_288,
      ]);
      file.writeAll(new Uint8Array(20_000));
    }
  },
);

strictTest(
  "preallocate and allocate() never shorten a file",
  async (kernel) => {
    const file = create(kernel, 10_000);
    for (const size of [0, 1, 4096, 9999, 10_000, 10_000n]) {
      const options = { write: true, preallocate: size };
      using opened = openSync(PATH, options);
      assertEquals(file.size, 10_000, `preallocate ${size}`);
      opened.allocate(size);
      assertEquals(file.size, 10_000, `allocate ${size}`);
      const overlapped = await open(PATH, options);
      overlapped.allocate(size);
      assertEquals(file.size, 10_000);
      await overlapped.close();
    }
    using opened = openSync(PATH, { write: true });
    opened.allocate(20_000);
    assertEquals([file.size, file.allocation], [10_000, 20_480]);
  },
);
