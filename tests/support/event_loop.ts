import { setImmediate } from "node:timers";

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
