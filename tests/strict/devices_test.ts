// portable

import { assertEquals, assertThrows } from "@std/assert";
import { open, openSync, Win32Error } from "../../mod.ts";
import { CharacterDevice } from "../support/strict_kernel/device.ts";
import { Disk } from "../support/strict_kernel/disk.ts";
import { strictTest } from "../support/strict_kernel/mod.ts";

const SEEDS = [1, 2, 3, 4];

strictTest("NUL is at its end and takes everything", async () => {
  using file = openSync("\\\\.\\NUL", { read: true, write: true });
  assertEquals(file.read(new Uint8Array(5)), null);
  assertEquals(file.write(new Uint8Array(5)), 5);
  await using overlapped = await open("NUL", { read: true, write: true });
  assertEquals(await overlapped.read(new Uint8Array(5)), null);
  assertEquals(await overlapped.write(new Uint8Array(5)), 5);
}, SEEDS);

strictTest("a character device gives what it has", async (kernel) => {
  const sent = [new Uint8Array([1, 2]), new Uint8Array([3])];
  kernel.names.devices.set(
    "com3",
    new CharacterDevice({ read: () => sent.shift() }),
  );
  await using file = await open("\\\\.\\COM3", { read: true });
  const bytes = new Uint8Array(8);
  assertEquals(await file.read(bytes), 2);
  assertEquals(await file.read(bytes), 1);
}, SEEDS);

strictTest(
  "a raw disk transfers whole sectors, and none past its end",
  (kernel) => {
    const disk = new Disk({ size: 1 << 20 });
    kernel.names.devices.set("physicaldrive0", disk);
    disk.bytes.write(512, new Uint8Array([7]));
    using file = openSync("\\\\.\\PhysicalDrive0", {
      read: true,
      write: true,
      unbuffered: true,
    });
    assertEquals(file.size(), 1 << 20);
    const bytes = new Uint8Array(3);
    assertEquals(file.read(bytes, { at: 511 }), 3);
    assertEquals(bytes, new Uint8Array([0, 7, 0]));
  },
);

strictTest("a raw disk refuses what is past its end as a whole", (kernel) => {
  kernel.names.devices.set("physicaldrive0", new Disk({ size: 1 << 20 }));
  using file = openSync("\\\\.\\PhysicalDrive0", { read: true });
  const error = assertThrows(
    () => file.read(new Uint8Array(1024), { at: (1 << 20) - 512 }),
    Win32Error,
  );
  assertEquals(error.win32, 27);
});
