// A Worker that opens a file, warms up, then rewrites requests of the file whenever there is work.

import { plainBytes } from "../memory.ts";
import { THREAD_WAYS } from "../ways.ts";
import { COUNT, END, FAILED, type Task, TURN, WORKING } from "./crew.ts";

const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<Task>) => void;
  postMessage(message: string): void;
};

const WARM_UP = 120; // ms
const PIECE = 512;

scope.onmessage = ({ data: { words, way, path, length, first } }) => {
  const { openSync } = THREAD_WAYS.find(({ name }) => name === way)!;
  try {
    const file = openSync!(path, { pattern: "buffered" });
    const bytes = plainBytes(length);
    const run = (count: number) => {
      for (let i = 0; i < count; i++) {
        if (file.writeAt!(bytes, (first + i) * length) === length) continue;
        throw new Error(`A request of ${way} failed or was cut short`);
      }
    };
    try {
      const end = performance.now() + WARM_UP;
      while (performance.now() < end) run(PIECE);
      scope.postMessage("");
      work(words, run);
    } finally {
      file.close();
    }
    scope.postMessage("");
  } catch (error) {
    scope.postMessage(String(error));
  }
};

function work(
  words: Int32Array<SharedArrayBuffer>,
  run: (count: number) => void,
): void {
  for (let turn = 0;; turn++) {
    Atomics.wait(words, TURN, turn);
    const count = Atomics.load(words, COUNT);
    if (count === END) return;
    try {
      run(count);
    } catch {
      Atomics.add(words, FAILED, 1);
    }
    if (Atomics.sub(words, WORKING, 1) === 1) Atomics.notify(words, WORKING);
  }
}
