// portable

import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  AlignedBuffer,
  ERROR_ACCESS_DENIED,
  fromHandle,
  open,
  openSync,
  OverlappedFile,
  SyncFile,
  Win32Error,
} from "../../mod.ts";
import {
  FILE_FLAG_OVERLAPPED,
  GENERIC_READ,
  IOCTL_DISK_GET_LENGTH_INFO,
  kernel32,
  OPEN_EXISTING,
} from "../../src/raw.ts";
import { Disk, type DiskOptions } from "../support/strict_kernel/disk.ts";
import { type StrictKernel, strictTest } from "../support/strict_kernel/mod.ts";
import { failFunction } from "../support/strict_kernel/replaced.ts";

const SEEDS = [1, 2, 3];
const SECTOR = 512;
const SIZE = 20 * SECTOR;
const ERROR_SECTOR_NOT_FOUND = 27;

/** How a raw device is opened: alone, in both halves, with and without the flag. */
const MODES = [{}, { unbuffered: true }] as const;

/** A disk, or the volume on one, each byte of which says where it stands. */
function device(kernel: StrictKernel, options: Partial<DiskOptions> = {}) {
  const disk = new Disk({ size: SIZE, ...options });
  disk.bytes.write(0, content(0, SIZE));
  const isVolume = options.fileSystemSize !== undefined;
  const name = isVolume ? "d:" : "physicaldrive1";
  kernel.names.devices.set(name, disk);
  return { disk, path: `\\\\.\\${name}` };
}

function content(from: number, to: number): Uint8Array {
  return Uint8Array.from({ length: to - from }, (_, i) => (from + i) % 251);
}

const VOLUME = { fileSystemSize: SIZE - SECTOR };

strictTest(
  "a disk is known as one by a path that begins with \\??\\",
  (kernel) => {
    device(kernel);
    using file = openSync("\\??\\PhysicalDrive1", { read: true });
    assertEquals(file.size(), SIZE);
    const bytes = new Uint8Array(100);
    assertEquals(file.read(bytes, { at: SIZE - 3 }), 3);
  },
);

for (const [what, options] of [["disk", {}], ["volume", VOLUME]] as const) {
  strictTest(
    `a ${what} is read to its last byte and ends there, synchronously`,
    (kernel) => {
      const { path } = device(kernel, options);
      for (const mode of MODES) {
        using file = openSync(path, { read: true, ...mode });
        assertEquals(file.size(), SIZE);
        for (
          const [at, length] of [
            [0, 4096],
            [SIZE - 2048, 4096],
            [SIZE - 3, 100],
            [17, SIZE],
            [0, SIZE + 1],
          ] as const
        ) {
          const bytes = new Uint8Array(length);
          const end = Math.min(SIZE, at + length);
          assertEquals(file.read(bytes, { at }), end - at);
          assertEquals(bytes.subarray(0, end - at), content(at, end));
        }
        assertEquals(file.read(new Uint8Array(100), { at: SIZE }), null);
        assertEquals(file.read(new Uint8Array(512), { at: SIZE + 512 }), null);
        assertEquals(file.readAll(), content(0, SIZE));
        assertEquals(file.read(new Uint8Array(512)), null);
        assertEquals(file.seek(-10, "end"), SIZE - 10);
        assertEquals(file.readAll(), content(SIZE - 10, SIZE));
      }
    },
  );

  strictTest(
    `a ${what} is read to its last byte and ends there, overlapped`,
    async (kernel) => {
      const { path } = device(kernel, options);
      for (const mode of MODES) {
        await using file = await open(path, { read: true, ...mode });
        using native = new AlignedBuffer(8192);
        assertEquals(file.size(), SIZE);
        for (const at of [0, 512, 8192, SIZE - 512, SIZE - 3]) {
          const end = Math.min(SIZE, at + 8192);
          for (const bytes of [native.bytes, new Uint8Array(8192)]) {
            assertEquals(await file.read(bytes, { at }), end - at);
            assertEquals(bytes.subarray(0, end - at), content(at, end));
          }
          const pages = [0, 4096].map((i) =>
            native.bytes.subarray(i, i + 4096)
          );
          assertEquals(await file.readScatter(pages, { at }), end - at);
        }
        assertEquals(await file.read(native.bytes, { at: SIZE }), null);
        assertEquals(await file.readAll(), content(0, SIZE));
        assertEquals(await file.read(native.bytes), null);
      }
    },
    SEEDS,
  );

  strictTest(`a stream of a ${what} ends at its last byte`, async (kernel) => {
    const { path } = device(kernel, options);
    for (const start of [0, 5]) {
      const file = await open(path);
      const stream = file.createReadable({ start, chunkSize: 4096 });
      assertEquals(await new Response(stream).bytes(), content(start, SIZE));
    }
  }, SEEDS);
}

strictTest("a handle of a disk is known for what it is", async (kernel) => {
  const { path } = device(kernel);
  for (const flags of [0, FILE_FLAG_OVERLAPPED]) {
    const handle = kernel32.CreateFileW(
      path,
      GENERIC_READ,
      0,
      null,
      OPEN_EXISTING,
      flags,
      null,
    );
    const file = fromHandle(handle);
    assert(file instanceof (flags ? OverlappedFile : SyncFile));
    assertEquals(await file.readAll({ at: SIZE - 7 }), content(SIZE - 7, SIZE));
    await file.close();
  }
});

strictTest("writes of any length keep what else a disk has", async (kernel) => {
  const { path, disk } = device(kernel);
  const access = { read: true, write: true };
  const expected = content(0, SIZE);
  const check = (at: number, length: number) => {
    expected.fill(255, at, at + length);
    assertEquals(disk.bytes.read(0, SIZE), expected);
  };
  using synchronous = openSync(path, access);
  assertEquals(synchronous.write(new Uint8Array(3).fill(255), { at: 511 }), 3);
  check(511, 3);
  synchronous.seek(SIZE - 5);
  synchronous.writeAll(new Uint8Array(5).fill(255));
  check(SIZE - 5, 5);
  await using overlapped = await open(path, access);
  await overlapped.write(new Uint8Array(700).fill(255), { at: 1000 });
  check(1000, 700);
});

strictTest("a write past the end of a disk is refused", async (kernel) => {
  const { path, disk } = device(kernel);
  const access = { read: true, write: true };
  using synchronous = openSync(path, access);
  await using overlapped = await open(path, access);
  for (const [at, length] of [[SIZE, 1], [SIZE - 3, 5], [SIZE - 512, 1024]]) {
    const data = new Uint8Array(length!);
    const refused = (error: Win32Error) => {
      assertEquals(error.win32, ERROR_SECTOR_NOT_FOUND);
      assertEquals(error.bytesTransferred, 0);
      assertEquals(error.message.includes("lockVolume()"), false);
    };
    refused(
      assertThrows(() => synchronous.write(data, { at: at! }), Win32Error),
    );
    refused(
      await assertRejects(
        () => overlapped.write(data, { at: at! }),
        Win32Error,
      ),
    );
    assertEquals(disk.bytes.read(0, SIZE), content(0, SIZE));
  }
});

strictTest("a refused write to a volume names lockVolume()", async (kernel) => {
  const { path } = device(kernel, VOLUME);
  const access = { read: true, write: true };
  using synchronous = openSync(path, access);
  await using overlapped = await open(path, access);
  for (const data of [new Uint8Array(512), new Uint8Array(3)]) {
    const refused = (error: Win32Error) => {
      assertEquals(error.win32, ERROR_ACCESS_DENIED);
      assertStringIncludes(
        error.message,
        "Windows refuses writes to what a mounted volume has: lock the volume " +
          "with lockVolume(), dismount it, and write before it is unlocked.",
      );
    };
    refused(
      assertThrows(() => synchronous.write(data, { at: 512 }), Win32Error),
    );
    refused(
      await assertRejects(
        () => overlapped.write(data, { at: 512 }),
        Win32Error,
      ),
    );
  }
});

strictTest(
  "a disk that is open for writing alone takes whole sectors",
  (kernel) => {
    const { path, disk } = device(kernel);
    using file = openSync(path, { write: true });
    file.write(new Uint8Array(512).fill(255), { at: 512 });
    assertEquals(disk.bytes.read(512, 512), new Uint8Array(512).fill(255));
    assertThrows(
      () => file.write(new Uint8Array(5), { at: 0 }),
      Win32Error,
      "needs read: true",
    );
  },
);

strictTest(
  "a stream writes a disk that is open for writing alone",
  async (kernel) => {
    const { path, disk } = device(kernel);
    const file = await open(path, { write: true });
    const writer = file.createWritable({ chunkSize: 4096 }).getWriter();
    await writer.write(new Uint8Array(SIZE).fill(255));
    await writer.close();
    assertEquals(disk.bytes.read(0, SIZE), new Uint8Array(SIZE).fill(255));
  },
  SEEDS,
);

strictTest(
  "a stream that passes the end of a disk says what is written",
  async (kernel) => {
    const { path } = device(kernel);
    const file = await open(path, { read: true, write: true });
    const writer = file.createWritable({ chunkSize: 4096 }).getWriter();
    const error = await assertRejects(async () => {
      await writer.write(new Uint8Array(SIZE + 512));
      await writer.close();
    }, Win32Error);
    assertEquals(error.win32, ERROR_SECTOR_NOT_FOUND);
    assertEquals(error.bytesTransferred, 8192);
  },
  SEEDS,
);

strictTest(
  "a file is no disk, whatever its file system refuses",
  async () => {
    const options = { read: true, write: true, create: true };
    using synchronous = openSync("\\\\?\\C:\\a", options);
    await using overlapped = await open("\\\\?\\C:\\b", options);
    for (const file of [synchronous, overlapped]) {
      using _ = failFunction("WriteFile", ERROR_ACCESS_DENIED);
      const { message } = await assertRejects(
        async () => void await file.write(new Uint8Array(512)),
        Win32Error,
      );
      assertEquals(message.includes("lockVolume()"), false);
    }
    using _ = failFunction("DeviceIoControl", ERROR_ACCESS_DENIED);
    using same = openSync("\\\\?\\C:\\a", options);
    assertEquals(same.write(new Uint8Array(5)), 5);
    assertEquals(same.size(), 5);
  },
);

strictTest("a disk that does not tell its length is read", async (kernel) => {
  const { path } = device(kernel);
  using _ = failFunction(
    "DeviceIoControl",
    ERROR_ACCESS_DENIED,
    (...[, code]) =>
      Number(BigInt.asUintN(32, code!)) === IOCTL_DISK_GET_LENGTH_INFO,
  );
  using synchronous = openSync(path, { read: true });
  await using overlapped = await open(path, { read: true });
  for (const file of [synchronous, overlapped]) {
    const bytes = new Uint8Array(5);
    assertEquals(await file.read(bytes, { at: 3 }), 5);
    assertEquals(bytes, content(3, 8));
  }
});

strictTest("a disk of no known type is a disk all the same", async (kernel) => {
  const { path } = device(kernel);
  using _ = failFunction("GetFileType", 1);
  using synchronous = openSync(path, { read: true });
  await using overlapped = await open(path, { read: true });
  for (const file of [synchronous, overlapped]) {
    const bytes = new Uint8Array(5);
    assertEquals(await file.read(bytes, { at: 3 }), 5);
    assertEquals(bytes, content(3, 8));
  }
});
