// A Worker that opens a file, warms up, then rewrites requests of the file whenever there is work.

import { closeSync, openSync as openFd, writeSync } from "node:fs";
import { openSync } from "../../mod.ts";
import { compile, COMPILING } from "../compiling.ts";
import { type Contestant, failed } from "../contestant.ts";
import { plainBytes } from "../memory.ts";
import { COUNT, END, FAILED, type Job, TURN, WORKING } from "./crew_words.ts";

const WAYS = { "SyncFile": syncFile, "node:fs": nodeFs };

const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<Job>) => void;
  postMessage(message: string): void;
};

/** How many requests there are between two looks at the clock. */
const PART = 512;

scope.onmessage = async ({ data }) => {
  try {
    const contestant = WAYS[data.way](data);
    try {
      await compile(() => contestant.run(PART, 0), PART, COMPILING);
      scope.postMessage("");
      work(data.words, contestant);
    } finally {
      contestant.close();
    }
    scope.postMessage("");
  } catch (error) {
    scope.postMessage(String(error));
  }
};

function work(words: Int32Array<SharedArrayBuffer>, { run }: Contestant): void {
  for (let turn = 0;; turn++) {
    Atomics.wait(words, TURN, turn);
    const count = Atomics.load(words, COUNT);
    if (count === END) return;
    try {
      run(count, 0);
    } catch {
      Atomics.add(words, FAILED, 1);
    }
    if (Atomics.sub(words, WORKING, 1) === 1) Atomics.notify(words, WORKING);
  }
}

function syncFile({ path, bytes: length, first, places }: Job): Contestant {
  const file = openSync(path, { read: true, write: true });
  const bytes = plainBytes(length);
  return {
    run(count) {
      for (let i = 0; i < count; i++) {
        const at = (first + i % places) * length;
        if (file.write(bytes, { at }) !== length) failed("SyncFile");
      }
    },
    close: () => file.close(),
  };
}

function nodeFs({ path, bytes: length, first, places }: Job): Contestant {
  const file = openFd(path, "r+");
  const bytes = plainBytes(length);
  return {
    run(count) {
      for (let i = 0; i < count; i++) {
        const at = (first + i % places) * length;
        if (writeSync(file, bytes, 0, length, at) !== length) failed("node:fs");
      }
    },
    close: () => closeSync(file),
  };
}
