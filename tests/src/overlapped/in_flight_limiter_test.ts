// portable

import { test } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  checkedLimit,
  type InFlightLimit,
  InFlightLimiter,
  type Waiting,
} from "../../../src/overlapped/in_flight_limiter.ts";
import { random } from "../../support/random.ts";

/** What a limiter does with the operations that a test asks it for. */
class Operations {
  readonly limiter: InFlightLimiter;
  /** The names of those that were admitted, in order. */
  readonly admitted: string[] = [];
  readonly expelled: string[] = [];

  constructor(limit: InFlightLimit) {
    this.limiter = new InFlightLimiter(checkedLimit(limit));
  }

  /** Acquires room, or waits for it. */
  begin(name: string, length: number): Waiting {
    const operation = {
      length,
      admit: () => void this.admitted.push(name),
      expel: () => void this.expelled.push(name),
    };
    if (this.limiter.tryAcquire(length)) this.admitted.push(name);
    else this.limiter.enqueue(operation);
    return operation;
  }
}

test("InFlightLimiter admits while there is room for operations and bytes, in order", () => {
  const operations = new Operations({ operations: 3, bytes: 100 });
  const { admitted, limiter } = operations;
  operations.begin("a", 50);
  operations.begin("b", 50);
  operations.begin("c", 1); // No room for a byte more.
  operations.begin("d", 0); // None overtakes another.
  assertEquals(admitted, ["a", "b"]);
  limiter.release(50);
  assertEquals(admitted, ["a", "b", "c", "d"]);
  operations.begin("e", 0); // Three operations are admitted.
  assertEquals(admitted.length, 4);
  limiter.release(50);
  assertEquals(admitted, ["a", "b", "c", "d", "e"]);
});

test("InFlightLimiter admits alone what is larger than the limit", () => {
  const operations = new Operations({ bytes: 10 });
  const { admitted, limiter } = operations;
  operations.begin("large", 1000);
  operations.begin("small", 1);
  operations.begin("second", 1000);
  assertEquals(admitted, ["large"]);
  limiter.release(1000);
  assertEquals(admitted, ["large", "small"]);
  limiter.release(1);
  assertEquals(admitted, ["large", "small", "second"]);
});

test("InFlightLimiter.remove() admits what waited behind the removed operation", () => {
  const operations = new Operations({ operations: 3, bytes: 10 });
  const { admitted, limiter } = operations;
  operations.begin("a", 8);
  const removed = operations.begin("removed", 5);
  operations.begin("b", 1);
  assertEquals(admitted, ["a"]);
  assertEquals(limiter.remove(removed), true);
  assertEquals(admitted, ["a", "b"]);
  assertEquals(limiter.remove(removed), false);
  limiter.release(8);
  limiter.release(1);
  // All is as at the beginning.
  operations.begin("c", 5);
  operations.begin("d", 5);
  assertEquals(admitted, ["a", "b", "c", "d"]);
});

test("InFlightLimiter.expelAll() ends what waits, and admits none of it", () => {
  const operations = new Operations({ operations: 1 });
  const { admitted, expelled, limiter } = operations;
  for (const name of ["a", "b", "c"]) operations.begin(name, 1);
  limiter.expelAll();
  assertEquals(expelled, ["b", "c"]);
  limiter.release(1);
  assertEquals(admitted, ["a"]);
  operations.begin("d", 1);
  assertEquals(admitted, ["a", "d"]);
});

test("InFlightLimiter admits operations that end at once one after the other, without recursion", () => {
  const limiter = new InFlightLimiter(checkedLimit({ operations: 1 }));
  let [admitted, depth, deepest] = [0, 0, 0];
  assert(limiter.tryAcquire(1));
  for (let i = 0; i < 100_000; i++) {
    limiter.enqueue({
      length: 1,
      admit() {
        deepest = Math.max(deepest, ++depth);
        admitted++;
        limiter.release(1);
        depth--;
      },
      expel() {},
    });
  }
  limiter.release(1);
  assertEquals([admitted, deepest], [100_000, 1]);
  assert(limiter.tryAcquire(1));
});

test("InFlightLimiter holds to its limits whatever happens", async () => {
  const { below } = random(3);
  const [operations, bytes] = [4, 100];
  const limiter = new InFlightLimiter({ operations, bytes });
  let [inFlight, inFlightBytes, ended, removed] = [0, 0, 0, 0];
  await Promise.all(Array.from({ length: 500 }, async () => {
    await Promise.resolve();
    const length = 1 + below(40);
    if (!limiter.tryAcquire(length)) {
      const isAdmitted = await new Promise<boolean>((resolve) => {
        const waiting = {
          length,
          admit: () => resolve(true),
          expel: () => resolve(false),
        };
        limiter.enqueue(waiting);
        if (below(4) !== 0) return;
        setTimeout(() => {
          if (limiter.remove(waiting)) resolve(false);
        }, below(10));
      });
      if (!isAdmitted) return void removed++;
    }
    inFlight++;
    inFlightBytes += length;
    assert(inFlight <= operations && inFlightBytes <= bytes);
    await new Promise((resolve) => setTimeout(resolve, below(3)));
    ended++;
    inFlight--;
    inFlightBytes -= length;
    limiter.release(length);
  }));
  assertEquals([inFlight, inFlightBytes, ended + removed], [0, 0, 500]);
});

test("checkedLimit() refuses limits that admit nothing", () => {
  for (const value of [0, -1, 1.5, NaN, Infinity]) {
    for (const name of ["operations", "bytes"]) {
      const error = assertThrows(
        () => checkedLimit({ [name]: value }),
        RangeError,
        `maxInFlight.${name} must be a whole number from 1: got `,
      );
      assert(error.message.includes(String(value)), error.message);
    }
  }
});
