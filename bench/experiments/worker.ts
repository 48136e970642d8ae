// A Worker that opens a file, warms up, then rewrites requests of the file whenever it is asked to.

import { plainBytes } from "../memory.ts";
import { THREAD_WAYS } from "../ways.ts";

/** What a Worker gets first; afterwards it gets how many requests it is to make, or 0 for the end. */
export interface Start {
  readonly way: string;
  readonly path: string;
}

const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<Start | number>) => void;
  postMessage(message: string): void;
};

const WARM_UP = 120; // ms

let run: (count: number) => void;

scope.onmessage = ({ data }) => {
  try {
    if (typeof data === "number") run(data);
    else run = start(data);
    scope.postMessage("");
  } catch (error) {
    scope.postMessage(String(error));
  }
};

function start({ way, path }: Start): typeof run {
  const { openSync } = THREAD_WAYS.find(({ name }) => name === way)!;
  const file = openSync!(path, { pattern: "buffered" });
  const bytes = plainBytes(4096);
  const rewrite = (count: number) => {
    if (count === 0) return file.close();
    for (let i = 0; i < count; i++) {
      if (file.writeAt!(bytes, i * bytes.length) === bytes.length) continue;
      throw new Error(`A request of ${way} failed or was cut short`);
    }
  };
  const end = performance.now() + WARM_UP;
  while (performance.now() < end) rewrite(512);
  return rewrite;
}
