// portable

import "../../support/old_node.ts";
import { assertEquals } from "@std/assert";
import { openSync } from "../../../mod.ts";
import { BOUNCE_SIZE } from "../../../src/sectors/sector_plan.ts";
import { strictTest } from "../../support/strict_kernel/mod.ts";
import { replaceFunction } from "../../support/strict_kernel/replaced.ts";

strictTest(
  "close() frees the memory that parts of sectors went through",
  () => {
    const allocated = new Set<bigint>();
    using _ = replaceFunction(
      "VirtualAlloc",
      (original) => (kernel, ...words) => {
        const address = original(kernel, ...words) as bigint;
        if (Number(words[1]) >= BOUNCE_SIZE) allocated.add(address);
        return address;
      },
    );
    using _free = replaceFunction(
      "VirtualFree",
      (original) => (kernel, ...words) => {
        allocated.delete(words[0]!);
        return original(kernel, ...words);
      },
    );
    for (let i = 0; i < 3; i++) {
      const file = openSync("C:\\a", {
        write: true,
        read: true,
        create: true,
        unbuffered: true,
      });
      file.writeAll(new Uint8Array(100), { at: 5 });
      file.read(new Uint8Array(10), { at: 7 });
      assertEquals(allocated.size, 1);
      file.close();
      assertEquals(allocated.size, 0);
    }
  },
);
