import { getLastWin32Error, kernel32 } from "../../src/raw.ts";
import { failingCalls } from "./failing_calls.ts";

/** What became of the calls of one thread. */
export interface ThreadReport {
  readonly calls: number;
  readonly wrong: number;
  /** When the calls began and ended, on a clock that all threads share. */
  readonly start: number;
  readonly end: number;
}

/** Makes failing calls; the order of their codes is another one for each thread. */
export function failManyTimes(thread: number, calls: number): ThreadReport {
  const failing = failingCalls(kernel32);
  const step = [1, 2, 4, 5, 7][thread % 5]!;
  const kept: unknown[] = [];
  const start = performance.timeOrigin + performance.now();
  let wrong = 0;
  for (let i = 0; i < calls; i++) {
    const call = failing[(thread + i * step) % failing.length]!;
    call.fail();
    kept[i & 1023] = { call: `${i}` };
    if (getLastWin32Error() !== call.code) wrong++;
  }
  const end = performance.timeOrigin + performance.now();
  return { calls, wrong, start, end };
}
