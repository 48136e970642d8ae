import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { argumentOffset, RESULT } from "../../ffi/capture/block.ts";
import { workerCaller } from "../../ffi/worker.ts";
import { thread } from "../../ffi/thread.ts";
import { getLastWin32Error, kernel32 } from "../../src/raw.ts";
import { STATUSES } from "../support/failing_calls.ts";
import { runtime } from "../support/runtime.ts";

/** Frames that call at the same time, and how often each does. */
const [LANES, CALLS] = runtime === "bun"
  ? [4, 5_000] // Each of them has a Worker there.
  : [64, 1_000];

test("threadCall() gives each of many concurrent calls its own last error", async () => {
  const wrong: string[] = [];
  let inFlight = 0;
  let most = 0;
  await Promise.all(Array.from({ length: LANES }, lane));

  assertEquals(wrong, []);
  assert(most >= LANES, `${most} calls in flight at most`);

  async function lane(_: unknown, index: number): Promise<void> {
    const { address, view } = thread().cell();
    const frame = thread().threadCall("GetOverlappedResult", workerCaller);
    const [overlapped, count, wait] = [1, 2, 3].map(argumentOffset);
    frame.view.setBigUint64(overlapped!, address, true);
    frame.view.setBigUint64(count!, address + 32n, true);
    frame.view.setBigUint64(wait!, 0n, true);
    for (let i = 0; i < CALLS; i++) {
      const [status, code] = STATUSES[(index + i) % STATUSES.length]!;
      view.setUint32(0, status, true);
      frame.view.setBigUint64(RESULT, 99n, true);
      most = Math.max(most, ++inFlight);
      await frame.call();
      inFlight--;
      const result = frame.view.getUint32(RESULT, true);
      if (frame.lastError === code && result === 0) continue;
      wrong.push(`${frame.lastError} instead of ${code}`);
    }
    frame.free();
  }
});

test("threadCall() leaves the last error of its own thread alone", async () => {
  const frame = thread().threadCall("SetLastError", workerCaller);
  frame.view.setBigUint64(argumentOffset(0), 997n, true);
  kernel32.SetLastError(5);
  const call = frame.call();
  assertEquals(getLastWin32Error(), 5);
  kernel32.SetLastError(6);
  await call;
  assertEquals([frame.lastError, getLastWin32Error()], [997, 6]);
  assertEquals(kernel32.GetLastError(), 6);
  frame.free();
});

test("threadCall() leaves the thread free while its call waits", async () => {
  const event = kernel32.CreateEventW(null, true, false, null);
  const frame = thread().threadCall("WaitForSingleObject", workerCaller);
  frame.view.setBigUint64(argumentOffset(0), event, true);
  frame.view.setBigUint64(argumentOffset(1), 60_000n, true);
  const call = frame.call();
  assertEquals(kernel32.SetEvent(event), true);
  await call;
  assertEquals(frame.view.getUint32(RESULT, true), 0); // WAIT_OBJECT_0
  frame.free();
  kernel32.CloseHandle(event);
});
