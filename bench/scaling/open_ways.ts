// Ways to open many files and close them again. An operation is one file.

import { closeSync, openSync as openFd } from "node:fs";
import {
  open,
  openSync,
  type OverlappedFile,
  type SyncFile,
} from "../../mod.ts";
import { type Candidate, failed } from "../contestant.ts";
import { Deno, type DenoFile } from "../globals.ts";
import { workingSet } from "../memory.ts";
import type { Scaled } from "./contestant.ts";
import { flagsOf, pathFields } from "./files.ts";
import type { FilesPlace } from "./round_ways.ts";

const OPTIONS = { read: true, write: true } as const;

/** Opens so many files, then closes them. */
function allAtOnce(
  x: number,
  openAll: (count: number) => void,
  closeAll: (count: number) => void,
): Scaled {
  return {
    run(count) {
      openAll(count);
      closeAll(count);
    },
    most() {
      openAll(x);
      const memory = workingSet();
      closeAll(x);
      return memory;
    },
    close() {},
  };
}

const native: Candidate<FilesPlace> = {
  way: "C",
  runtimes: ["deno", "bun"],
  prepare({ point, library, paths, x }) {
    const { scale_open, scale_close } = library!;
    const fields = pathFields(paths.slice(0, x));
    const handles = new BigUint64Array(new ArrayBuffer(8 * x));
    const flags = flagsOf(point.pattern, false);
    return allAtOnce(
      x,
      (count) => {
        const opened = scale_open(fields, handles, flags, count);
        if (opened === count) return;
        scale_close(handles, opened);
        failed("C");
      },
      (count) => {
        if (scale_close(handles, count) !== count) failed("C");
      },
    );
  },
};

const syncFile: Candidate<FilesPlace> = {
  way: "SyncFile",
  runtimes: ["deno", "bun"],
  prepare({ paths, x }) {
    const files: SyncFile[] = [];
    return allAtOnce(
      x,
      (count) => {
        for (let i = 0; i < count; i++) {
          files.push(openSync(paths[i]!, OPTIONS));
        }
      },
      (count) => {
        for (let i = 0; i < count; i++) files[i]!.close();
        files.length = 0;
      },
    );
  },
};

const overlappedFile: Candidate<FilesPlace> = {
  way: "OverlappedFile",
  runtimes: ["deno", "bun"],
  prepare({ paths, x }): Scaled {
    const files: OverlappedFile[] = [];
    const openAll = async (count: number) => {
      for (let i = 0; i < count; i++) {
        files.push(await open(paths[i]!, OPTIONS));
      }
    };
    const closeAll = async (count: number) => {
      for (let i = 0; i < count; i++) await files[i]!.close();
      files.length = 0;
    };
    return {
      async run(count) {
        await openAll(count);
        await closeAll(count);
      },
      async most() {
        await openAll(x);
        const memory = workingSet();
        await closeAll(x);
        return memory;
      },
      close() {},
    };
  },
};

const fsFile: Candidate<FilesPlace> = {
  way: "Deno.FsFile",
  runtimes: ["deno"],
  prepare({ paths, x }) {
    const files: DenoFile[] = [];
    return allAtOnce(
      x,
      (count) => {
        for (let i = 0; i < count; i++) {
          files.push(Deno.openSync(paths[i]!, OPTIONS));
        }
      },
      (count) => {
        for (let i = 0; i < count; i++) files[i]!.close();
        files.length = 0;
      },
    );
  },
};

const nodeFs: Candidate<FilesPlace> = {
  way: "node:fs",
  runtimes: ["deno", "bun"],
  prepare({ paths, x }) {
    const files: number[] = [];
    return allAtOnce(
      x,
      (count) => {
        for (let i = 0; i < count; i++) files.push(openFd(paths[i]!, "r+"));
      },
      (count) => {
        for (let i = 0; i < count; i++) closeSync(files[i]!);
        files.length = 0;
      },
    );
  },
};

/** All ways to open files. */
export const OPEN_WAYS: readonly Candidate<FilesPlace>[] = [
  ...[native, syncFile, overlappedFile, fsFile, nodeFs],
];
