// What is done with a volume.

import { assertEquals } from "@std/assert";
import {
  open,
  openSync,
  type OverlappedVolumeLock,
  type VolumeLock,
} from "../../../mod.ts";
import { Disk } from "../strict_kernel/disk.ts";
import type { StrictKernel } from "../strict_kernel/mod.ts";
import { CONTENT, data } from "./content.ts";
import { type File, KINDS } from "./file.ts";
import type { MatrixOperation } from "./operation.ts";

const VOLUME = "\\\\.\\D:";

export function* volumeOperations(): Iterable<MatrixOperation> {
  type Lock = VolumeLock | OverlappedVolumeLock;
  const release = async (lock: Lock) => {
    if (Symbol.asyncDispose in lock) await lock[Symbol.asyncDispose]();
    else lock[Symbol.dispose]();
  };
  for (const kind of ["SyncFile", "OverlappedFile"] as const) {
    const prepare = async (kernel: StrictKernel) => {
      const disk = new Disk({ size: 16_384, fileSystemSize: 16_384 - 512 });
      kernel.names.devices.set("d:", disk);
      const file = await KINDS[kind](VOLUME, { read: true, write: true });
      return { disk, file };
    };
    const settle = async (file: File) => {
      const lock = await file.lockVolume();
      await lock.dismount();
      await release(lock);
      await file.close();
    };
    yield {
      method: `${kind}.lockVolume`,
      variant: "lockVolume",
      async prepare(kernel) {
        const { file } = await prepare(kernel);
        return {
          path: VOLUME,
          run: () => file.lockVolume(),
          async settle(outcome) {
            if ("value" in outcome) await release(outcome.value as Lock);
            await settle(file);
          },
        };
      },
    };
    yield {
      method: `${kind === "SyncFile" ? "" : "Overlapped"}VolumeLock.dismount`,
      variant: "dismount",
      async prepare(kernel) {
        const { file } = await prepare(kernel);
        const lock = await file.lockVolume();
        return {
          path: VOLUME,
          run: () => lock.dismount(),
          async settle() {
            await release(lock);
            await settle(file);
          },
        };
      },
    };
    for (const write of [false, true]) {
      const method = write ? "write" : "read";
      yield {
        method: `${kind}.${method}`,
        variant: `${method}, of a volume`,
        async prepare(kernel) {
          const { disk, file } = await prepare(kernel);
          disk.bytes.write(0, CONTENT.subarray(0, 16_384));
          const lock = await file.lockVolume();
          const bytes = write ? data(1000) : new Uint8Array(1000);
          const kind = method;
          return {
            path: VOLUME,
            transfer: { kind, at: undefined, bytes, isFull: false },
            run: () => file[method](bytes, { at: 700 }),
            async settle(outcome) {
              const now = disk.bytes.read(0, 16_384);
              const expected = CONTENT.slice(0, 16_384);
              if (write && "value" in outcome) {
                expected.set(bytes.subarray(0, Number(outcome.value)), 700);
              }
              if (write && "error" in outcome) {
                // Sectors are written one run after the other.
                for (let at = 700; at < 1700; at++) {
                  if (now[at] === bytes[at - 700]) expected[at] = now[at]!;
                }
              }
              const wrong = now.findIndex((byte, i) => byte !== expected[i]);
              assertEquals(wrong, -1);
              await release(lock);
              await settle(file);
            },
          };
        },
      };
    }
    yield {
      method: kind === "SyncFile" ? "openSync" : "open",
      variant: "of a volume",
      prepare(kernel) {
        kernel.names.devices.set(
          "d:",
          new Disk({ size: 16_384, fileSystemSize: 8192 }),
        );
        const opened = kind === "SyncFile" ? openSync : open;
        return {
          path: VOLUME,
          run: () => opened(VOLUME, { read: true }),
          async settle(outcome) {
            if ("value" in outcome) await (outcome.value as File).close();
          },
        };
      },
    };
  }
}
