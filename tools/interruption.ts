const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** A signal that asks a program to end. */
export type Interruption = (typeof SIGNALS)[number];

/**
 * Calls `end` when this process is asked to end: by a signal, or by the end of the process that started it. npm passes a signal
 * on to the shell between it and a script, and that shell ends without passing it further.
 */
export function onInterruption(end: (signal: Interruption) => void): void {
  let asked = false;
  const ask = (signal: Interruption) => {
    if (asked) return;
    asked = true;
    end(signal);
  };
  for (const signal of SIGNALS) process.on(signal, ask);
  // On Windows the number stays when the parent has ended.
  if (process.platform === "win32") return;
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || ask("SIGTERM"), 200).unref();
}
