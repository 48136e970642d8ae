// portable

import { assertEquals } from "@std/assert";
import { openSync } from "../../mod.ts";
import { strictTest } from "../support/strict_kernel/mod.ts";

strictTest("SyncFile writes and reads a file of the strict kernel", () => {
  using file = openSync("C:\\a", { read: true, write: true, create: true });
  file.writeAll(new Uint8Array([1, 2, 3, 4, 5]));
  assertEquals(file.size(), 5);
  assertEquals(file.seek(1), 1);
  const bytes = new Uint8Array(10);
  assertEquals(file.read(bytes), 4);
  assertEquals(bytes.subarray(0, 4), new Uint8Array([2, 3, 4, 5]));
  assertEquals(file.read(bytes), null);
});
