// portable

import {
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  ERROR_ACCESS_DENIED,
  ERROR_INVALID_FUNCTION,
  FileClosedError,
  open,
  openSync,
  Win32Error,
} from "../../mod.ts";
import {
  FSCTL_DISMOUNT_VOLUME,
  FSCTL_LOCK_VOLUME,
  FSCTL_UNLOCK_VOLUME,
} from "../../src/raw.ts";
import { Disk } from "../support/strict_kernel/disk.ts";
import { type StrictKernel, strictTest } from "../support/strict_kernel/mod.ts";
import { replaceFunction } from "../support/strict_kernel/replaced.ts";

const SEEDS = [1, 2];
const VOLUME = "\\\\.\\D:";
const BOTH = { read: true, write: true };
const CODES = [FSCTL_LOCK_VOLUME, FSCTL_DISMOUNT_VOLUME, FSCTL_UNLOCK_VOLUME];

function volume(kernel: StrictKernel): Disk {
  const disk = new Disk({ size: 8192, fileSystemSize: 8192 - 512 });
  kernel.names.devices.set("d:", disk);
  return disk;
}

/** Notes the codes of locks that are sent. */
function watchCodes(codes: number[]): Disposable {
  return replaceFunction(
    "DeviceIoControl",
    (original) => (kernel, ...words) => {
      const code = Number(BigInt.asUintN(32, words[1]!));
      if (CODES.includes(code)) codes.push(code);
      return original(kernel, ...words);
    },
  );
}

strictTest(
  "a locked volume is written, dismounted and unlocked",
  async (kernel) => {
    const disk = volume(kernel);
    const codes: number[] = [];
    using _ = watchCodes(codes);
    {
      using file = openSync(VOLUME, BOTH);
      {
        using lock = file.lockVolume();
        lock.dismount();
        file.write(Uint8Array.of(1), { at: 8191 });
      }
      assertEquals(codes.splice(0), CODES);
    }
    await using file = await open(VOLUME, BOTH);
    {
      await using lock = await file.lockVolume();
      await lock.dismount();
      await file.write(Uint8Array.of(2), { at: 0 });
    }
    assertEquals(codes.splice(0), CODES);
    assertEquals([disk.bytes.read(0, 1)[0], disk.bytes.read(8191, 1)[0]], [
      2,
      1,
    ]);
    const refused = () => file.write(Uint8Array.of(3), { at: 0 });
    await assertRejects(refused, Win32Error, "lockVolume()");
  },
  SEEDS,
);

strictTest("a lock ends with its file, and once", async (kernel) => {
  volume(kernel);
  const codes: number[] = [];
  using _ = watchCodes(codes);
  const file = openSync(VOLUME, BOTH);
  const lock = file.lockVolume();
  file.close();
  assertThrows(
    () => lock.dismount(),
    FileClosedError,
    "dismount() needs an open file",
  );
  lock[Symbol.dispose]();
  const overlapped = await open(VOLUME, BOTH);
  const other = await overlapped.lockVolume();
  await overlapped.close();
  await assertRejects(
    () => other.dismount(),
    FileClosedError,
    "dismount() needs an open file",
  );
  await other[Symbol.asyncDispose]();
  assertEquals(codes.splice(0), [FSCTL_LOCK_VOLUME, FSCTL_LOCK_VOLUME]);
  using again = openSync(VOLUME, BOTH);
  const last = again.lockVolume();
  last[Symbol.dispose]();
  last[Symbol.dispose]();
  assertThrows(() => last.dismount(), TypeError, "has been released");
  assertEquals(codes.splice(0), [FSCTL_LOCK_VOLUME, FSCTL_UNLOCK_VOLUME]);
  await using once = await open(VOLUME, BOTH);
  const lastOne = await once.lockVolume();
  await lastOne[Symbol.asyncDispose]();
  await lastOne[Symbol.asyncDispose]();
  await assertRejects(() => lastOne.dismount(), TypeError, "has been released");
  assertEquals(codes, [FSCTL_LOCK_VOLUME, FSCTL_UNLOCK_VOLUME]);
}, SEEDS);

strictTest("a volume that cannot be locked says why", async (kernel) => {
  volume(kernel);
  using owner = openSync(VOLUME, BOTH);
  using _lock = owner.lockVolume();
  using synchronous = openSync(VOLUME, BOTH);
  await using overlapped = await open(VOLUME, BOTH);
  for (const file of [synchronous, overlapped]) {
    const error = await assertRejects(
      async () => void await file.lockVolume(),
      Win32Error,
    );
    assertEquals(error.win32, ERROR_ACCESS_DENIED);
    assertStringIncludes(error.message, "Files of the volume are open");
  }
  using nul = openSync("\\\\.\\NUL", BOTH);
  const error = await assertRejects(
    () => Promise.resolve().then(() => nul.lockVolume()),
    Win32Error,
  );
  assertEquals(error.win32, ERROR_INVALID_FUNCTION);
  assertEquals(error.message.includes("Files of the volume"), false);
});
