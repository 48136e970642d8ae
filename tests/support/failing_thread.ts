import { getLastWin32Error, kernel32 } from "../../src/raw.ts";
import { failingCalls } from "./failing_calls.ts";

/** What became of the calls of one thread. */
export interface ThreadReport {
  readonly calls: number;
  readonly wrong: number;
}

/** What threads tell each other, so that they make their calls at the same time. */
export type Meeting = Int32Array<SharedArrayBuffer>;

const [THREADS, ARRIVED, DONE] = [0, 1, 2];

/** A meeting of so many threads. */
export function meetingOf(threads: number): Meeting {
  const meeting = new Int32Array(new SharedArrayBuffer(12));
  meeting[THREADS] = threads;
  return meeting;
}

/**
 * Makes failing calls; the order of their codes is another one for each thread.
 * It begins when all threads of the meeting have come, and goes on until each of
 * them has made so many calls.
 */
export function failManyTimes(
  thread: number,
  calls: number,
  meeting: Meeting,
): ThreadReport {
  const failing = failingCalls(kernel32);
  const step = [1, 2, 4, 5, 7][thread % 5]!;
  const kept: unknown[] = [];
  const haveAll = (what: number) =>
    Atomics.load(meeting, what) === meeting[THREADS];
  let wrong = 0;
  Atomics.add(meeting, ARRIVED, 1);
  while (!haveAll(ARRIVED));
  let i = 0;
  for (; i < calls || !haveAll(DONE); i++) {
    const call = failing[(thread + i * step) % failing.length]!;
    call.fail();
    kept[i & 1023] = { call: `${i}` };
    if (getLastWin32Error() !== call.code) wrong++;
    if (i === calls - 1) Atomics.add(meeting, DONE, 1);
  }
  return { calls: i, wrong };
}
