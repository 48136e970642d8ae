import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { type Competitor, failed, parts } from "./competitor.ts";

/** Deno's own files. They have no transfers at an offset. */
export const fsFile: Competitor = {
  name: "Deno.FsFile",
  prepare({ operation, path, bytes }) {
    const { writes } = parts(operation);
    const file = Deno.openSync(path, { read: true, write: true });
    const length = bytes.length;
    return {
      run: writes
        ? (count) => {
          for (let i = 0; i < count; i++) {
            if (file.writeSync(bytes) !== length) failed("Deno.FsFile");
          }
        }
        : (count) => {
          for (let i = 0; i < count; i++) {
            if (file.readSync(bytes) !== length) failed("Deno.FsFile");
          }
        },
      rewind: () => void file.seekSync(0, Deno.SeekMode.Start),
    };
  },
};

/** The parameters that writeSync and readSync have in common. */
type Transfer = (
  file: number,
  bytes: Uint8Array,
  offset?: number,
  length?: number,
  position?: number,
) => number;

/** What every runtime has. */
export const nodeFs: Competitor = {
  name: "node:fs",
  prepare({ operation, path, bytes }) {
    const { writes, positional } = parts(operation);
    const transfer = (writes ? writeSync : readSync) as Transfer;
    const length = bytes.length;
    let file = openSync(path, "r+");
    if (positional) {
      return {
        run(count) {
          for (let i = 0; i < count; i++) {
            if (transfer(file, bytes, 0, length, i * length) !== length) {
              failed("node:fs");
            }
          }
        },
        rewind() {},
      };
    }
    return {
      run(count) {
        for (let i = 0; i < count; i++) {
          if (transfer(file, bytes) !== length) failed("node:fs");
        }
      },
      // There is no seek in node:fs.
      rewind() {
        closeSync(file);
        file = openSync(path, "r+");
      },
    };
  },
};
