import { setImmediate, setTimeout } from "node:timers";

/**
 * Waits until the event loop has turned, however long the machine has kept the
 * program waiting. A timer does not show that: one that is overdue may run
 * before what the last turn has left.
 */
export async function turnOfTheEventLoop(): Promise<void> {
  for (let turns = 0; turns < 2; turns++) {
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }
}

/**
 * Waits for some turns of the event loop, each with the timers that are due:
 * until all has gone on that waits for nothing else.
 */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) {
    await new Promise<void>((resolve) => void setTimeout(resolve, 0));
    await turnOfTheEventLoop();
  }
}

/** The longest that a test waits for what is to happen: no machine is so slow. */
const LONGEST_MS = 60_000;

/**
 * Waits until a condition holds, and fails if it does not come to hold.
 *
 * @param failure What is the case then.
 */
export async function until(
  holds: () => boolean,
  failure: () => string = () => `never: ${holds}`,
): Promise<void> {
  for (const end = performance.now() + LONGEST_MS; !holds();) {
    if (performance.now() > end) throw new Error(failure());
    await new Promise<void>((resolve) => void setTimeout(resolve, 0));
  }
}

/** Asserts that a promise settles, and not only for a time-out of the test. */
export async function assertSettles(promise: Promise<unknown>): Promise<void> {
  await settling(promise.then(() => {}, () => {}));
}

/** What a promise is rejected with that does not settle. */
export class HangError extends Error {}

/** Gives what a promise does, and fails if it does not settle. */
export async function settling<T>(work: T): Promise<Awaited<T>> {
  let timer: ReturnType<typeof setTimeout>;
  const hangs = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new HangError("it hangs")), LONGEST_MS);
  });
  try {
    return await Promise.race([work, hangs]);
  } finally {
    clearTimeout(timer!);
  }
}
