import { kernel32, openSync } from "../mod.ts";
import { OVERLAPPED } from "../src/structs.ts";
import { type Competitor, failed, parts } from "./competitor.ts";
import { openHandle, rewindHandle } from "./handle.ts";

/** The raw layer. */
export const raw: Competitor = {
  name: "kernel32",
  prepare({ operation, path, bytes }) {
    const { writes, positional } = parts(operation);
    const transfer = writes ? kernel32.WriteFile : kernel32.ReadFile;
    const handle = openHandle(path);
    const length = bytes.length;
    const done = new Uint32Array(new ArrayBuffer(4));
    if (!positional) {
      return {
        run(count) {
          for (let i = 0; i < count; i++) {
            const ok = transfer(handle, bytes, length, done, null);
            if (!ok || done[0] !== length) failed("kernel32");
          }
        },
        rewind: () => rewindHandle(handle),
      };
    }
    const overlapped = new Uint32Array(OVERLAPPED.create().buffer);
    const offset = OVERLAPPED.offsetOf("Offset") / 4;
    return {
      run(count) {
        for (let i = 0; i < count; i++) {
          overlapped[offset] = i * length;
          const ok = transfer(handle, bytes, length, done, overlapped);
          if (!ok || done[0] !== length) failed("kernel32");
        }
      },
      rewind() {},
    };
  },
};

/** The idiomatic layer. */
export const syncFile: Competitor = {
  name: "SyncFile",
  prepare({ operation, path, bytes }) {
    const { writes, positional } = parts(operation);
    const file = openSync(path, { read: true, write: true });
    const length = bytes.length;
    const rewind = () => void file.seek(0);
    if (positional) {
      return {
        run: writes
          ? (count) => {
            for (let i = 0; i < count; i++) {
              if (file.write(bytes, { at: i * length }) !== length) {
                failed("SyncFile");
              }
            }
          }
          : (count) => {
            for (let i = 0; i < count; i++) {
              if (file.read(bytes, { at: i * length }) !== length) {
                failed("SyncFile");
              }
            }
          },
        rewind,
      };
    }
    return {
      run: writes
        ? (count) => {
          for (let i = 0; i < count; i++) {
            if (file.write(bytes) !== length) failed("SyncFile");
          }
        }
        : (count) => {
          for (let i = 0; i < count; i++) {
            if (file.read(bytes) !== length) failed("SyncFile");
          }
        },
      rewind,
    };
  },
};
