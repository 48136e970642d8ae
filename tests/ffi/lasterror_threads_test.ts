import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { getLastWin32Error, kernel32 } from "../../src/raw.ts";
import {
  failManyTimes,
  meetingOf,
  type ThreadReport,
} from "../support/failing_thread.ts";

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
    const meeting = meetingOf(WORKERS + 1);
    const answers = workers.map((worker, thread) => {
      worker.postMessage({ thread, calls: CALLS, meeting });
      return message(worker) as Promise<ThreadReport>;
    });
    const reports = [
      failManyTimes(WORKERS, CALLS, meeting),
      ...await Promise.all(answers),
    ];
    for (const { calls, wrong } of reports) {
      assertEquals(wrong, 0);
      assert(calls >= CALLS, `${calls} calls`);
    }
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
    worker.postMessage({ thread: 0, calls: 10_000, meeting: meetingOf(1) });
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
