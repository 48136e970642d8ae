// portable

import "../../support/old_node.ts";
import { test } from "node:test";
import { assertEquals, assertRejects } from "@std/assert";
import { SharedLock } from "../../../src/sectors/shared_lock.ts";

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

/** Work on a lock that ends when the test ends it. */
class Work {
  readonly running: string[] = [];
  readonly order: string[] = [];
  readonly #ends = new Map<string, () => void>();
  readonly #lock: SharedLock;

  constructor(lock: SharedLock) {
    this.#lock = lock;
  }

  start(kind: "shared" | "exclusive", name: string): Promise<void> {
    return this.#lock[kind](() => {
      this.running.push(name);
      this.order.push(name);
      return new Promise((resolve) => this.#ends.set(name, resolve));
    });
  }

  async end(name: string): Promise<void> {
    this.#ends.get(name)!();
    this.running.splice(this.running.indexOf(name), 1);
    await settled();
  }
}

test("shared() runs beside other shared work, exclusive() alone", async () => {
  const work = new Work(new SharedLock());
  const all = [
    work.start("shared", "a"),
    work.start("shared", "b"),
    work.start("exclusive", "c"),
  ];
  await settled();
  assertEquals(work.running, ["a", "b"]);
  await work.end("a");
  assertEquals(work.running, ["b"]);
  await work.end("b");
  assertEquals(work.running, ["c"]);
  all.push(work.start("shared", "d"), work.start("exclusive", "e"));
  await settled();
  assertEquals(work.running, ["c"]);
  await work.end("c");
  assertEquals(work.running, ["d"]);
  await work.end("d");
  await work.end("e");
  await Promise.all(all);
});

test("shared work never overtakes exclusive work that waits", async () => {
  const lock = new SharedLock();
  const work = new Work(lock);
  const all = [work.start("shared", "a"), work.start("exclusive", "b")];
  await settled();
  // It could run beside "a", and so could the next one, for ever.
  assertEquals(lock.tryShare(), false);
  all.push(work.start("shared", "c"));
  await settled();
  assertEquals(work.running, ["a"]);
  await work.end("a");
  assertEquals(work.running, ["b"]);
  await work.end("b");
  assertEquals(work.running, ["c"]);
  await work.end("c");
  await Promise.all(all);
  assertEquals(work.order, ["a", "b", "c"]);
});

test("shareAgain() holds exclusive work back until each share has been left", async () => {
  const lock = new SharedLock();
  const work = new Work(lock);
  assertEquals(lock.tryShare(), true);
  lock.shareAgain();
  const alone = work.start("exclusive", "a");
  lock.leave();
  await settled();
  assertEquals(work.running, []);
  lock.leave();
  await settled();
  assertEquals(work.running, ["a"]);
  await work.end("a");
  await alone;
  assertEquals(lock.tryShare(), true);
});

test("work that throws leaves the lock free", async () => {
  const lock = new SharedLock();
  for (const kind of ["shared", "exclusive"] as const) {
    for (
      const work of [
        () => Promise.reject(new Error("of the work")),
        () => {
          throw new Error("of the work");
        },
      ]
    ) {
      await assertRejects(() => lock[kind](work), Error, "of the work");
    }
  }
  let ran = false;
  await lock.exclusive(() => Promise.resolve(void (ran = true)));
  assertEquals(ran, true);
});
