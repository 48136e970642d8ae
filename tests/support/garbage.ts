import v8 from "node:v8";
import vm from "node:vm";
import { turnOfTheEventLoop } from "./event_loop.ts";
import { runtime } from "./runtime.ts";

/** Collects all garbage, now. */
export const collectGarbage: () => void = runtime === "bun"
  ? collectInBun
  : collectorOfV8();

/**
 * Ends the current job, so that objects that are only weakly held may go, and
 * what is to be called when they have gone is called.
 */
export async function nextJob(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  await turnOfTheEventLoop();
}

/** Collects garbage and counts the objects that are still there. */
export async function survivors(
  objects: readonly WeakRef<object>[],
): Promise<number> {
  await nextJob();
  collectGarbage();
  const count = objects.filter((object) => object.deref() !== undefined).length;
  await nextJob();
  return count;
}

function collectInBun(): void {
  const { Bun } = globalThis as unknown as { Bun: { gc(now: true): void } };
  Bun.gc(true);
}

/** V8 shows its collector to scripts that are made after it was told to. */
function collectorOfV8(): () => void {
  v8.setFlagsFromString("--expose-gc");
  return vm.runInNewContext("gc");
}
