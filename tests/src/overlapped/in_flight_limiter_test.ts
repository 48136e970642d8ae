import { test } from "node:test";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  open,
  type OpenOptions,
  openSync,
  type OverlappedOptions,
} from "../../../mod.ts";
import { Gate } from "../../../src/overlapped/in_flight_limiter.ts";
import { random } from "../../support/random.ts";

/** Enters, and notes a name when it is in. */
async function enter(
  gate: Gate,
  bytes: number,
  entered: string[],
  name: string,
  signal?: AbortSignal,
): Promise<void> {
  const room = gate.enter(bytes, signal);
  if (room !== undefined) {
    await room;
    gate.comeThrough();
  }
  entered.push(name);
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

test("Gate lets in while there is room for operations and bytes, in order", async () => {
  const gate = new Gate({ operations: 3, bytes: 100 });
  const entered: string[] = [];
  enter(gate, 50, entered, "a");
  enter(gate, 50, entered, "b");
  enter(gate, 1, entered, "c"); // No room for a byte more.
  enter(gate, 0, entered, "d"); // Nobody gets ahead.
  await settled();
  assertEquals(entered, ["a", "b"]);
  gate.leave(50);
  await settled();
  assertEquals(entered, ["a", "b", "c", "d"]);
  enter(gate, 0, entered, "e"); // Three operations are in.
  await settled();
  assertEquals(entered.length, 4);
  gate.leave(50);
  await settled();
  assertEquals(entered, ["a", "b", "c", "d", "e"]);
});

test("Gate lets in alone what is too large for the limit", async () => {
  const gate = new Gate({ bytes: 10 });
  const entered: string[] = [];
  enter(gate, 1000, entered, "large");
  enter(gate, 1, entered, "small");
  enter(gate, 1000, entered, "second");
  await settled();
  assertEquals(entered, ["large"]);
  gate.leave(1000);
  await settled();
  assertEquals(entered, ["large", "small"]);
  gate.leave(1);
  await settled();
  assertEquals(entered, ["large", "small", "second"]);
});

test("Gate lets out of the queue who is aborted, and those behind it move up", async () => {
  const gate = new Gate({ operations: 2, bytes: 10 });
  const entered: string[] = [];
  enter(gate, 8, entered, "a");
  const controller = new AbortController();
  enter(gate, 5, entered, "aborted", controller.signal);
  enter(gate, 1, entered, "b");
  await settled();
  assertEquals(entered, ["a"]);
  controller.abort();
  await settled();
  assertEquals(entered, ["a", "aborted"]);
  gate.leave(5);
  await settled();
  assertEquals(entered, ["a", "aborted", "b"]);
  gate.leave(8);
  gate.leave(1);
  // All is as at the beginning.
  enter(gate, 5, entered, "c");
  enter(gate, 5, entered, "d");
  assertEquals(entered.slice(3), ["c", "d"]);
});

test("Gate lets pass at once who is aborted already", () => {
  const gate = new Gate({ operations: 1 });
  assertEquals(gate.enter(1), undefined);
  assertEquals(gate.enter(1, AbortSignal.abort()), undefined);
  gate.leave(1);
});

test("Gate lets nobody get ahead of who has been let in and is still on its way", async () => {
  const gate = new Gate({ operations: 2 });
  const entered: string[] = [];
  enter(gate, 1, entered, "a");
  enter(gate, 1, entered, "b");
  enter(gate, 1, entered, "c");
  gate.leave(1);
  gate.leave(1); // c is let in, and there is room for one more.
  enter(gate, 1, entered, "d");
  await settled();
  assertEquals(entered, ["a", "b", "c", "d"]);
});

test("Gate keeps to its limits whatever happens", async () => {
  const { below } = random(3);
  const [operations, bytes] = [4, 100];
  const gate = new Gate({ operations, bytes });
  let [inside, insideBytes, passed, aborted] = [0, 0, 0, 0];
  await Promise.all(Array.from({ length: 500 }, async () => {
    await Promise.resolve();
    const length = 1 + below(40);
    const controller = new AbortController();
    const { signal } = controller;
    if (below(4) === 0) setTimeout(() => controller.abort(), below(10));
    const room = gate.enter(length, signal);
    if (room !== undefined) {
      await room;
      gate.comeThrough();
    }
    if (signal.aborted) {
      aborted++;
    } else {
      inside++;
      insideBytes += length;
      assertEquals(inside <= operations && insideBytes <= bytes, true);
      await new Promise((resolve) => setTimeout(resolve, below(3)));
      passed++;
      inside--;
      insideBytes -= length;
    }
    gate.leave(length);
  }));
  assertEquals([inside, insideBytes, passed + aborted], [0, 0, 500]);
});

test("Gate refuses limits that let nothing in", () => {
  for (const value of [0, -1, 1.5, NaN, Infinity, "1" as never]) {
    for (const name of ["operations", "bytes"]) {
      assertThrows(
        () => new Gate({ [name]: value }),
        RangeError,
        `maxInFlight.${name} must be a whole number from 1: got ${value}`,
      );
    }
  }
});

test("open() refuses limits and options that are none", async () => {
  const tries: [unknown, typeof TypeError | typeof RangeError, string][] = [
    [null, TypeError, "options must be an object"],
    [5, TypeError, "options must be an object"],
    [{ read: true, maxInFlight: 5 }, TypeError, "maxInFlight must be"],
    [{ read: true, maxInFlight: null }, TypeError, "maxInFlight must be"],
    [
      { read: true, maxInFlight: { bytes: 0 } },
      RangeError,
      "maxInFlight.bytes",
    ],
  ];
  for (const [options, error, sentence] of tries) {
    await assertRejects(
      () => open("README.md", options as OverlappedOptions),
      error,
      sentence,
    );
  }
  assertThrows(
    () => openSync("README.md", { read: true, maxInFlight: {} } as OpenOptions),
    TypeError,
    '"maxInFlight" is no option of open',
  );
});
