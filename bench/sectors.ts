import { dirname, parse } from "node:path";
import { openSync } from "../mod.ts";
import { bind } from "./foreign.ts";
import { wide } from "./handle.ts";
import { RUNTIME } from "./runtime.ts";

interface Kernel32 {
  GetDiskFreeSpaceW(
    root: Uint8Array,
    sectorsPerCluster: Uint32Array,
    bytesPerSector: Uint32Array,
    free: Uint32Array,
    all: Uint32Array,
  ): number;
}

/** Returns the size of the sectors of which unbuffered transfers of a file must be made. */
export function sectorSizeOf(path: string): number {
  if (RUNTIME !== "node") {
    using file = openSync(path, { read: true });
    return file.sectorSize().logical;
  }
  const { GetDiskFreeSpaceW } = bind<Kernel32>("kernel32.dll", {
    GetDiskFreeSpaceW: ["buffer", "buffer", "buffer", "buffer", "buffer"],
  });
  const [clusters, bytes, free, all] = [0, 1, 2, 3].map(() =>
    new Uint32Array(1)
  ) as [Uint32Array, Uint32Array, Uint32Array, Uint32Array];
  const root = wide(parse(dirname(path)).root);
  if (GetDiskFreeSpaceW(root, clusters, bytes, free, all) === 0) {
    throw new Error("GetDiskFreeSpaceW failed");
  }
  return bytes[0]!;
}
