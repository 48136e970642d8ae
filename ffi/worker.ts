/**
 * Calls on another thread in Bun, whose FFI has none: Workers make them.
 *
 * @module
 */
import type { ThreadCaller } from "./backend.ts";

/** The members of a Worker that are used here. */
interface CallingWorker {
  onmessage: ((event: { data: unknown }) => void) | null;
  onerror: ((event: { message?: string }) => void) | null;
  postMessage(message: unknown): void;
  ref(): void;
  unref(): void;
  terminate(): void;
}

/** What a Worker runs: one call of the routine for each block it is sent. */
const PROGRAM = `
const { linkSymbols } = process.getBuiltinModule("bun:ffi");
let call;
self.onmessage = ({ data: { routine, block } }) => {
  call ??= linkSymbols({
    call: { ptr: routine, args: ["ptr", "ptr", "u64"], returns: "void" },
  }).symbols.call;
  call(null, null, block);
  postMessage(0);
};
`;

/**
 * Makes a function that calls the capture routine with a block on another
 * thread. A call keeps the event loop alive; a Worker without a call does not.
 * One that failed is not used again.
 *
 * The program is a string in a Blob: it is there from source, in a bundle and
 * in a compiled executable alike.
 */
export function workerCaller(routine: bigint): ThreadCaller {
  const idle: CallingWorker[] = [];
  return (block) =>
    new Promise((resolve, reject) => {
      const worker = idle.pop() ?? startWorker();
      const fail = (error: unknown) => {
        worker.unref();
        worker.terminate();
        reject(error);
      };
      worker.onmessage = () => {
        worker.unref();
        idle.push(worker);
        resolve();
      };
      worker.onerror = ({ message }) =>
        fail(new Error(`A Worker of @kernel32/io failed: ${message}`));
      worker.ref();
      try {
        worker.postMessage({ routine, block });
      } catch (error) {
        fail(error);
      }
    });
}

function startWorker(): CallingWorker {
  const { Worker, Blob, URL } = globalThis as unknown as {
    Worker: new (url: string, options: object) => CallingWorker;
    Blob: new (texts: string[], options: object) => object;
    URL: { createObjectURL(blob: object): string };
  };
  const program = new Blob([PROGRAM], { type: "text/javascript" });
  return new Worker(URL.createObjectURL(program), { ref: false });
}
