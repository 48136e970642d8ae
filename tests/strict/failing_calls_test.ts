// portable
//
// Each public operation, with each call of the kernel that it makes failing at once or later, or transferring less: the
// error says what failed, nothing is left behind, and what comes after works.

import "../support/old_node.ts";
import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import * as module from "../../mod.ts";
import { diskThreads, peerThreads } from "../../src/file/thread_queue.ts";
import {
  OverlappedVolumeLock,
  VolumeLock,
} from "../../src/file/volume_lock.ts";
import { PipeConnection } from "../../src/pipe/pipe_connection.ts";
import { PipeListener } from "../../src/pipe/pipe_listener.ts";
import { SerialPort } from "../../src/serial/serial_port.ts";
import { CallWatch } from "../support/matrix/calls.ts";
import { type CellCount, runCells } from "../support/matrix/cells.ts";
import { matrixOperations } from "../support/matrix/operations.ts";
import { endByHand, newFile } from "../support/overlapped_strict.ts";
import { pipePair } from "../support/pipe_pair.ts";
import { strictKernel, strictTest } from "../support/strict_kernel/mod.ts";

const count: CellCount = { run: 0, excluded: 0, calls: 0 };
const operations = matrixOperations();

const CLASSES = [
  module.SyncFile,
  module.OverlappedFile,
  module.AlignedBuffer,
  PipeConnection,
  PipeListener,
  SerialPort,
  VolumeLock,
  OverlappedVolumeLock,
];

/** Of the classes themselves, and of those that extend them. */
const PROTECTED = ["check", "closeHandle", "streamTraits"];

/** What only computes. */
const COMPUTED = new Set([
  ...["alignDown", "alignUp", "isAligned", "isPowerOfTwo", "sectorCount"],
  ...["sectorSpan", "ctlCode", "toHandle", "toWin32Path", "isShortage"],
  ...["posixCodeOf", "symbolOf", "win32CodeOf", "win32Codes", "ntStatuses"],
  ...["statusSymbolOf", "diagnostics", "lastErrorCapture"],
  "clearPooledMemory",
  ...["getLastWin32Error", "win32CodeOfStatus"],
]);

/** The members of a class with names, those of its bases included. */
function* membersOf({ prototype }: { readonly prototype: object }) {
  for (
    let at = prototype;
    at !== Object.prototype;
    at = Object.getPrototypeOf(at)
  ) {
    const members = Object.getOwnPropertyDescriptors(at);
    for (const [name, { get }] of Object.entries(members)) {
      if (name === "constructor" || PROTECTED.includes(name)) continue;
      yield { name, isGetter: get !== undefined };
    }
  }
}

test("every public operation is in the matrix", () => {
  const known = new Set(operations.map(({ method }) => method));
  const missing = Object.entries(module).filter(([name, value]) =>
    typeof value === "function" && !/^[A-Z]/.test(name) && !known.has(name) &&
    !COMPUTED.has(name)
  ).map(([name]) => name);
  for (const its of CLASSES) {
    for (const { name, isGetter } of membersOf(its)) {
      const method = `${its.name}.${name}`;
      if (!isGetter && !known.has(method)) missing.push(method);
    }
  }
  assertEquals(missing, []);
});

strictTest("other properties make no call", async (kernel) => {
  const known = new Set(operations.map(({ method }) => method));
  await using pipe = await pipePair();
  await using file = await newFile();
  using sync = module.openSync("C:\\b", { write: true, create: true });
  using memory = new module.AlignedBuffer(4096);
  for (const object of [file, sync, memory, pipe.client, pipe.listener]) {
    const its = CLASSES.find((its) => object instanceof its)!;
    for (const { name, isGetter } of membersOf(its)) {
      if (!isGetter || known.has(`${its.name}.${name}`)) continue;
      using watch = new CallWatch(kernel);
      Reflect.get(object, name);
      assertEquals(watch.calls, [], `${its.name}.${name}`);
    }
  }
});

for (const operation of operations) {
  const { method, variant } = operation;
  test(`${method} stands every end of its calls: ${variant}`, async () => {
    assertEquals(await runCells(operation, count), []);
  });
}

strictTest("no OVERLAPPED is lost after all that", async (kernel) => {
  const limit = { operations: 10_000 };
  await using file = await newFile(undefined, { maxInFlight: limit });
  await file.write(new Uint8Array(1), { at: 0 });
  endByHand(kernel);
  const { allocations } = kernel.memory;
  // As many as there are in the memory of the first ones.
  const reads = Array.from(
    { length: 2048 },
    () => file.read(new Uint8Array(1), { at: 0 }),
  );
  assertEquals(kernel.memory.allocations, allocations);
  while (kernel.io.pending.endScheduled());
  assert((await Promise.all(reads)).every((length) => length === 1));
});

test("no thread is lost after all that", async () => {
  for (const [threads, size] of [[diskThreads, 4], [peerThreads, 2]] as const) {
    let started = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    const work = () => {
      started++;
      return promise;
    };
    const runs = Array.from(
      { length: size + 1 },
      () => threads.run(work, undefined),
    );
    await Promise.resolve();
    assertEquals(started, size);
    resolve();
    await Promise.all(runs);
  }
});

test("the size of the matrix", () => {
  strictKernel().reset(1);
  const { run, excluded, calls } = count;
  assert(run > 4000 && calls > 1000);
  console.log(
    `summary: ${run} ends of ${calls} calls of ${operations.length} operations, ${excluded} that cannot be`,
  );
});
