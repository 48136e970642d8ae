import { readFileSync } from "node:fs";
import { diskFile } from "../../support/overlapped_strict.ts";
import { handleMark } from "../../support/handles.ts";
import { CompletionPort } from "../../support/strict_kernel/completion_port.ts";
import {
  onStrictKernel,
  strictKernel,
} from "../../support/strict_kernel/mod.ts";
import { tempFolder } from "../../support/temp_folder.ts";

/** Where a sequence runs, with a folder that is empty at first. */
export interface System {
  /** The path of a file in the folder. */
  path(name: string): string;
  /** All that a file has, not by way of the module. */
  content(path: string): Uint8Array;
}

/** A kind of system. */
export interface Systems {
  /** Makes one of them, and runs a sequence there. */
  run(
    seed: number,
    sequence: (system: System) => void | Promise<void>,
  ): Promise<void>;
  /** How many handles the process has, or a number that rises and falls with them. */
  handles(): number;
}

/** The system that the program runs on. */
export const realSystem: Systems = {
  async run(_seed, sequence) {
    using folder = tempFolder();
    await sequence({
      path: folder.file,
      content: (path) => readFileSync(path),
    });
  },
  handles: handleMark,
};

/** Windows' kernel in memory; it decides by the seed what Windows leaves open. */
export const strictSystem: Systems = {
  run: (seed, sequence) =>
    onStrictKernel(seed, (kernel) =>
      sequence({
        path: (name) => `C:\\${name}`,
        content: (path) => diskFile(kernel, path).content,
      })),
  handles: () =>
    [...strictKernel().handles.entries()]
      .filter(([, object]) => !(object instanceof CompletionPort)).length,
};
