// portable

import { assertEquals } from "@std/assert";
import { open, openSync } from "../../mod.ts";
import { CharacterDevice } from "../support/strict_kernel/device.ts";
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
