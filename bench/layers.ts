// layers.ts
//
// Runs on deno.exe and bun.exe: prints what a read of 4 KiB from the cache takes by hand and through each layer of this module, and how
// many times as long as by hand. All take turns, so that the ratios say what the layers add.

import { rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { openSync } from "../mod.ts";
import { compile } from "./compiling.ts";
import { type Contestant, failed } from "./contestant.ts";
import { plainBytes } from "./memory.ts";
import { prefill } from "./prefill.ts";
import { median } from "./rounds.ts";
import { bare } from "./transfer/bare.ts";
import { raw, syncFile } from "./transfer/ours.ts";
import type { TransferTask } from "./transfer/task.ts";

const LENGTH = 4096;
const LAP = 64;
const ROUNDS = 1000;

/** Turns of all, and no more until the code of all is compiled. */
const COMPILING = 1000; // ms

/** A file that is given the same object for every offset. */
function sameOptions({ path, bytes }: TransferTask): Contestant {
  const file = openSync(path);
  const options = { at: 0 };
  return {
    run(count, first) {
      for (let i = 0; i < count; i++) {
        options.at = (first + i) * LENGTH;
        if (file.read(bytes, options) !== LENGTH) failed("SyncFile");
      }
    },
    close: () => file.close(),
  };
}

const LAYERS: Record<string, (task: TransferTask) => Contestant> = {
  "by hand": (task) => bare.prepare(task) as Contestant,
  "kernel32.ReadFile": (task) => raw.prepare(task) as Contestant,
  "SyncFile.read": (task) => syncFile.prepare(task) as Contestant,
};

async function compare(
  operation: "read" | "read at",
  layers: typeof LAYERS,
): Promise<string[]> {
  const path = join(tmpdir(), `kernel32-io-layers-${process.pid}.bin`);
  const size = (LAP + 1) * LENGTH;
  prefill(path, size);
  const task: TransferTask = {
    ...{ operation, pattern: "buffered", path, bytes: plainBytes(LENGTH) },
    ...{ size, library: undefined },
  };
  const names = Object.keys(layers);
  const contestants = names.map((name) => layers[name]!(task));
  const times = names.map((): number[] => []);
  const take = (index: number) => {
    const { run, rewind } = contestants[index]!;
    rewind?.();
    run(1, 0);
    const start = performance.now();
    run(LAP, 1);
    return 1e6 * (performance.now() - start) / LAP;
  };
  for (const index of contestants.keys()) {
    await compile(() => take(index), LAP, COMPILING);
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < names.length; i++) {
      const index = (round + i) % names.length;
      times[index]!.push(take(index));
    }
  }
  for (const { close } of contestants) await close();
  rmSync(path);
  return names.map((name, index) => {
    const ratio = median(times[index]!.map((ns, i) => ns / times[0]![i]!));
    const ns = Math.round(median(times[index]!));
    return `${operation}, ${name}: ${ns} ns, ${ratio.toFixed(3)}`;
  });
}

const lines = [
  ...await compare("read", LAYERS),
  ...await compare("read at", {
    ...LAYERS,
    "SyncFile.read, the same object": sameOptions,
  }),
];
writeSync(1, `${lines.join("\n")}\n`);
process.exit(0);
