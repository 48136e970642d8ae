import process from "node:process";

/**
 * The CPU time of the process so far, in ns: every runtime asks GetProcessTimes, which counts in steps of 10 to 16 ms. What other
 * processes do for this one is not in it: the system's own on Windows, the wineserver under Wine.
 */
export function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return 1000 * (user + system);
}

let step: number | undefined;

/** The step of `performance.now()`, in ns. */
export function clockStep(): number {
  return step ??= measureStep();
}

function measureStep(): number {
  let least = Infinity;
  for (let i = 0; i < 1000; i++) {
    const before = performance.now();
    let after = before;
    while (after === before) after = performance.now();
    least = Math.min(least, after - before);
  }
  // The difference of two doubles has more digits than the clock.
  return Math.max(1, Math.round(1e6 * least));
}
