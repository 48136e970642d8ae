// portable

import "../../support/old_node.ts";
import { test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { Win32Error } from "../../../src/errors/win32_error.ts";
import {
  BOUNCE_SIZE,
  SectorPlan,
  type SectorSteps,
} from "../../../src/sectors/sector_plan.ts";
import { strictKernel } from "../../support/strict_kernel/mod.ts";

strictKernel(); // It has the texts of errors.

const SECTOR = 512;

/** A disk in memory on which a plan is run. */
class Disk {
  bytes: Uint8Array<ArrayBuffer>;
  /** What the steps were. */
  readonly steps: string[] = [];
  /** How many bytes a read gives at most. */
  most = Infinity;
  /** What the size is taken for. */
  size: number;

  constructor(length: number) {
    this.bytes = new Uint8Array(length).fill(7);
    this.size = length;
  }

  run<T>(steps: SectorSteps<T>): T {
    let result = steps.next();
    while (!result.done) {
      try {
        result = steps.next(this.#take(result.value));
      } catch (error) {
        result = steps.throw(error);
      }
    }
    return result.value;
  }

  #take(
    step: SectorSteps<unknown> extends Generator<infer S> ? S : never,
  ): number {
    switch (step.kind) {
      case "size":
        return this.size;
      case "setEnd":
        this.bytes = this.bytes.slice(0, step.size);
        return step.size;
      case "read": {
        const { length, offset, bytes } = step;
        this.steps.push(`read ${length} at ${offset}`);
        const part = this.bytes.subarray(
          offset,
          offset + Math.min(length, this.most),
        );
        bytes.set(part);
        return part.length;
      }
      case "write": {
        const { length, offset, bytes } = step;
        this.steps.push(`write ${length} at ${offset}`);
        const next = new Uint8Array(
          Math.max(this.bytes.length, offset + length),
        );
        next.set(this.bytes);
        next.set(bytes.subarray(0, length), offset);
        this.bytes = next;
        return length;
      }
    }
  }
}

function plan(): SectorPlan {
  return new SectorPlan(
    { logical: SECTOR, physical: SECTOR },
    () => false,
    "path",
  );
}

const memory = () => new Uint8Array(BOUNCE_SIZE);

test("write() keeps what stands around the bytes", () => {
  const disk = new Disk(10 * SECTOR);
  const data = new Uint8Array(3 * SECTOR).fill(1);
  disk.run(plan().write(data, 100, memory));
  const expected = new Uint8Array(10 * SECTOR).fill(7);
  expected.set(data, 100);
  assertEquals(disk.bytes, expected);
});

test("write() fails, and writes nothing, if a sector that it keeps a part of gives less than it has", () => {
  // A device that gives nothing at once, or a file that another process has cut.
  for (const most of [0, 1, SECTOR - 1]) {
    for (
      const [offset, length] of [[100, 10], [0, 10], [100, 3 * SECTOR], [
        0,
        SECTOR + 10,
      ]] as const
    ) {
      const disk = new Disk(20 * SECTOR);
      disk.most = most;
      const data = new Uint8Array(length).fill(1);
      const error = assertThrows(
        () => disk.run(plan().write(data, offset, memory)),
        Win32Error,
        "so that it was not written",
      );
      assertEquals([error.symbol, error.bytesTransferred], [
        "ERROR_HANDLE_EOF",
        0,
      ]);
      assertEquals(disk.bytes, new Uint8Array(20 * SECTOR).fill(7));
      assertEquals(disk.steps.filter((step) => step.startsWith("write")), []);
    }
  }
});

test("write() takes what is behind the end of the file for zeros", () => {
  for (const size of [0, 50, 100, SECTOR + 3]) {
    const disk = new Disk(size);
    const data = new Uint8Array(10).fill(1);
    disk.run(plan().write(data, 2 * SECTOR + 5, memory));
    const expected = new Uint8Array(2 * SECTOR + 15);
    expected.fill(7, 0, size);
    expected.fill(1, 2 * SECTOR + 5);
    assertEquals(disk.bytes, expected);
  }
});

test("write() counts what the pieces before a failing one have written", () => {
  const disk = new Disk(4 * BOUNCE_SIZE);
  const data = new Uint8Array(3 * BOUNCE_SIZE).fill(1);
  let writes = 0;
  const steps = plan().write(data, 100, memory);
  const error = assertThrows(() => {
    let result = steps.next();
    while (!result.done) {
      if (result.value.kind === "size") result = steps.next(disk.size);
      else if (result.value.kind === "write" && ++writes === 3) {
        result = steps.throw(
          new Win32Error("WriteFile", 112, { bytesTransferred: 1024 }),
        );
      } else {result = steps.next(
          result.value.kind === "setEnd" ? 0 : result.value.length,
        );}
    }
  }, Win32Error);
  // Two bounce buffers, the first of which begins with 100 bytes that stay, and two sectors.
  assertEquals(error.bytesTransferred, 2 * BOUNCE_SIZE - 100 + 1024);
});

test("read() gives what is there, to the byte", () => {
  const disk = new Disk(3 * SECTOR + 5);
  disk.bytes.forEach((_, i) => disk.bytes[i] = i);
  for (
    const [offset, length] of [[0, 10], [100, 1000], [SECTOR, SECTOR], [
      3 * SECTOR,
      100,
    ], [4 * SECTOR, 5]] as const
  ) {
    const into = new Uint8Array(length);
    const count = disk.run(plan().read(into, offset, memory));
    assertEquals(
      into.slice(0, count),
      disk.bytes.slice(offset, offset + length),
    );
  }
});
