import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { openSync } from "../../../mod.ts";
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
  using file = openSync(folder.file("file"), {
    read: true,
    write: true,
    create: true,
  });
  const bytes = new Uint8Array(16);
  const at = { at: 64 };
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
});
