// portable

import { checkFollow } from "../support/followed_log.ts";
import { strictTest } from "../support/strict_kernel/mod.ts";
import type { VolumeOptions } from "../support/strict_kernel/volume.ts";

/** Newer and older Windows. */
const SYSTEMS: Readonly<Record<string, VolumeOptions>> = {
  "where the name of a deleted file is free at once": {},
  "where it stays until all have closed the file": { namesGoAtOnce: false },
  "where POSIX semantics are not known": {
    namesGoAtOnce: false,
    refusesPosix: 87,
  },
};

for (const [where, options] of Object.entries(SYSTEMS)) {
  strictTest(`follow() gives each line once ${where}`, async (kernel) => {
    kernel.names.mount("D:", options);
    await checkFollow("D:\\log.txt");
  });
}
