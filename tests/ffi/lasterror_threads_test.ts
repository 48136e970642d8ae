import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { getLastWin32Error, kernel32 } from "../../src/raw.ts";
import { failManyTimes, type ThreadReport } from "../support/failing_thread.ts";

const WORKERS = 3;
const CALLS = 300_000;

test("each JS thread has a last error of its own while all are calling", async () => {
  kernel32.SetLastError(1234);
  const workers = Array.from(
    { length: WORKERS },
    () =>
      new Worker(new URL("../support/failing_worker.ts", import.meta.url), {
        type: "module",
      }),
  );
  try {
    await Promise.all(workers.map((worker) => message(worker)));
    assertEquals(getLastWin32Error(), 1234);
    const answers = workers.map((worker, thread) => {
      worker.postMessage({ thread, calls: CALLS });
      return message(worker) as Promise<ThreadReport>;
    });
    const reports = [
      failManyTimes(WORKERS, CALLS),
      ...await Promise.all(answers),
    ];

    assertEquals(
      reports.map(({ calls, wrong }) => ({ calls, wrong })),
      Array(WORKERS + 1).fill({ calls: CALLS, wrong: 0 }),
    );
    // They did run at the same time.
    const lastStart = Math.max(...reports.map(({ start }) => start));
    const firstEnd = Math.min(...reports.map(({ end }) => end));
    assert(lastStart < firstEnd, `${lastStart} < ${firstEnd}`);
  } finally {
    for (const worker of workers) worker.terminate();
  }
});

test("a JS thread's last error is not touched by what a Worker does", async () => {
  kernel32.SetLastError(5);
  const worker = new Worker(
    new URL("../support/failing_worker.ts", import.meta.url),
    { type: "module" },
  );
  try {
    await message(worker);
    worker.postMessage({ thread: 0, calls: 10_000 });
    const { wrong } = await message(worker) as ThreadReport;
    assertEquals(wrong, 0);
    assertEquals([getLastWin32Error(), kernel32.GetLastError()], [5, 5]);
  } finally {
    worker.terminate();
  }
});

function message(worker: Worker): Promise<unknown> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
  });
}
