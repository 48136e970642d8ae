import type { KernelObject } from "./handles.ts";
import type { Blocking } from "./thread.ts";

/** An event, and what waits for it. https://learn.microsoft.com/windows/win32/sync/event-objects */
export class Event implements KernelObject {
  isSet: boolean;
  readonly #isManual: boolean;
  readonly #waits: Blocking[] = [];

  constructor(isManual: boolean, isSet: boolean) {
    this.#isManual = isManual;
    this.isSet = isSet;
  }

  set(): void {
    this.isSet = true;
    while (this.isSet && this.#waits.length > 0) {
      const wait = this.#waits.shift()!;
      if (wait.value !== undefined) continue;
      this.isSet = this.#isManual;
      wait.end(() => 0n);
    }
  }

  reset(): void {
    this.isSet = false;
  }

  /** Whether a wait is over at once. */
  take(): boolean {
    const wasSet = this.isSet;
    if (wasSet) this.isSet = this.#isManual;
    return wasSet;
  }

  wait(blocking: Blocking): void {
    this.#waits.push(blocking);
  }

  close(): void {}
}
