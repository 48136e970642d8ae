// A Worker that says that it is ready, fails as often as it is told to, and
// reports.

import { failManyTimes, type Meeting } from "./failing_thread.ts";

const scope = globalThis as unknown as {
  onmessage: (
    event: MessageEvent<{ thread: number; calls: number; meeting: Meeting }>,
  ) => void;
  postMessage(message: unknown): void;
};

scope.onmessage = ({ data: { thread, calls, meeting } }) => {
  scope.postMessage(failManyTimes(thread, calls, meeting));
};
scope.postMessage("ready");
