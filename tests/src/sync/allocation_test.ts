import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { AlignedBuffer, openSync } from "../../../mod.ts";
import {
  allocate,
  heapGrowth,
  makesGarbage,
  type RepeatedCall,
} from "../../support/allocation.ts";
import { tempFolder } from "../../support/temp_folder.ts";
import { LONG } from "../../support/long.ts";

test("SyncFile reads and writes without an allocation", LONG, async () => {
  using folder = tempFolder();
  await assertNoAllocation(folder.file("file"), false, new Uint8Array(16));
});

test(
  "SyncFile reads and writes aligned sectors without an allocation",
  LONG,
  async () => {
    using folder = tempFolder();
    using sector = new AlignedBuffer(4096);
    await assertNoAllocation(folder.file("file"), true, sector.bytes);
  },
);

async function assertNoAllocation(
  path: string,
  unbuffered: boolean,
  bytes: Uint8Array,
): Promise<void> {
  using file = openSync(path, {
    ...{ read: true, write: true, create: true, unbuffered },
  });
  const at = { at: 4 * bytes.length };
  const calls: Record<string, RepeatedCall> = {
    write(i) {
      if (i % 1024 === 0) file.seek(0);
      file.write(bytes);
    },
    read(i) {
      if (i % 1024 === 0) file.seek(0);
      file.read(bytes);
    },
    "write at": () => void file.write(bytes, at),
    "read at": () => void file.read(bytes, at),
  };
  const found: string[] = [];
  for (const name in calls) {
    const call = calls[name]!;
    const growth = heapGrowth(call);
    if (growth >= 1) found.push(`${name}: ${growth.toFixed(3)} bytes a call`);
    if (await makesGarbage(call)) found.push(`${name} makes garbage`);
  }
  assertEquals(found, []);
  assertEquals(await makesGarbage(allocate), true);
}
