import { type Random, random } from "../random.ts";
import type { Operation } from "./operation.ts";

/**
 * When an overlapped operation ends: in the call, after it, or before the call returns that nevertheless says "pending".
 * A program must be ready for each: https://learn.microsoft.com/windows/win32/fileio/synchronous-and-asynchronous-i-o
 */
export type Completion = "in call" | "later" | "already done";

/** Decides what Windows leaves open. The same seed gives the same run. */
export class Schedule {
  #random: Random;
  /** Chooses for the test; what it leaves undefined, the seed decides. */
  choose: ((operation: Operation) => Completion | undefined) | undefined;
  /** Whether operations that end later wait for the test to end them. */
  manual = false;

  constructor(seed: number) {
    this.#random = random(seed);
  }

  /** Chooses when an operation ends. */
  completion(operation: Operation): Completion {
    return this.choose?.(operation) ??
      this.#random.pick<Completion>(["in call", "later", "already done"]);
  }

  /** Decides a question that has two answers. */
  coin(): boolean {
    return this.#random.below(2) === 0;
  }

  /** Takes one out of a list, in no order that a program may rely on. */
  take<T>(items: T[]): T | undefined {
    return items.splice(this.#random.below(items.length), 1)[0];
  }
}
