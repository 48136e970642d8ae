import { type Competitor, failed, parts } from "./competitor.ts";
import { bind } from "./foreign.ts";
import { openHandle, rewindHandle } from "./handle.ts";

const WRITES = 1;
const POSITIONAL = 2;

interface Library {
  transfer(
    file: bigint,
    bytes: Uint8Array,
    length: number,
    kind: number,
    count: number,
  ): number;
}

/** C: one call from here for all transfers of a turn. */
export const native: Competitor = {
  name: "C",
  prepare({ operation, path, bytes, library }) {
    const { writes, positional } = parts(operation);
    const kind = (writes ? WRITES : 0) | (positional ? POSITIONAL : 0);
    const handle = openHandle(path);
    const { transfer } = bind<Library>(library, {
      transfer: ["u64", "buffer", "u32", "i32", "i32"],
    });
    return {
      run(count) {
        const made = transfer(handle, bytes, bytes.length, kind, count);
        if (made !== count) failed("C");
      },
      rewind: () => rewindHandle(handle),
    };
  },
};
