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
        this.steps.push("size");
        return this.size;
      case "setEnd":
        this.steps.push(`end at ${step.size}`);
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

/** A plan that takes views for aligned which are so in their memory. */
function alignedPlan(physical = SECTOR): SectorPlan {
  return new SectorPlan(
    { logical: SECTOR, physical },
    (view, alignment) => view.byteOffset % alignment === 0,
    "path",
  );
}

/** A plan for a device of whole sectors, which ends there. */
function devicePlan(end: number): SectorPlan {
  const sector = { logical: SECTOR, physical: SECTOR };
  return new SectorPlan(sector, () => false, "path", { end });
}

/** So many bytes, which are not aligned. */
function unaligned(length: number): Uint8Array {
  return new Uint8Array(length + 1).subarray(1).fill(1);
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

test("write() reads the sectors that it splits, and sets the end where one would be beyond", () => {
  const cases: [offset: number, length: number, ...steps: string[]][] = [
    [0, 512, "write 512 at 0"],
    [512, 1024, "write 1024 at 512"],
    [0, 10, "size", "read 512 at 0", "write 512 at 0"],
    [100, 412, "size", "read 512 at 0", "write 512 at 0"],
    [0, 522, "size", "read 512 at 512", "write 1024 at 0"],
    [
      ...[100, 1000, "size"] as const,
      ...["read 512 at 1024", "read 512 at 0", "write 1536 at 0"],
    ],
    [
      ...[100, 512, "size"] as const,
      ...["read 512 at 512", "read 512 at 0", "write 1024 at 0"],
    ],
    [2048, 10, "size", "write 512 at 2048", "end at 2058"],
    [1500, 36, "size", "read 512 at 1024", "write 512 at 1024"],
    [
      ...[1500, 50, "size", "read 512 at 1536"] as const,
      ...["read 512 at 1024", "write 1024 at 1024", "end at 1600"],
    ],
    [1590, 10, "size", "read 512 at 1536", "write 512 at 1536", "end at 1600"],
    [1590, 20, "size", "read 512 at 1536", "write 512 at 1536", "end at 1610"],
    [1590, 458, "size", "read 512 at 1536", "write 512 at 1536"],
  ];
  for (const [offset, length, ...steps] of cases) {
    const disk = new Disk(1600);
    const data = new Uint8Array(length).fill(1);
    disk.run(plan().write(data, offset, memory));
    assertEquals(disk.steps, steps, `${length} at ${offset}`);
    const end = Math.max(1600, offset + length);
    assertEquals(disk.bytes.length, end, `${length} at ${offset}`);
  }
});

test("what is aligned is transferred as it is, and the rest by the memory", () => {
  const cases: [bytes: Uint8Array, offset: number, ...steps: string[]][] = [
    [new Uint8Array(512), 512, "512 at 512"],
    [new Uint8Array(1546), 512, "1536 at 512", "512 at 2048"],
    [new Uint8Array(511), 512, "512 at 512"],
    [new Uint8Array(1024), 100, "1536 at 0"],
    [unaligned(1024), 512, "1024 at 512"],
  ];
  for (const [bytes, offset, ...steps] of cases) {
    for (const kind of ["read", "write"] as const) {
      const disk = new Disk(10 * SECTOR);
      const given: Uint8Array[] = [];
      const memories = memory();
      const planned = alignedPlan()[kind](bytes, offset, () => memories);
      disk.run(function* () {
        let result = planned.next();
        while (!result.done) {
          const step = result.value;
          if (step.kind === kind) given.push(step.bytes);
          result = planned.next(yield step);
        }
      }());
      const transfers = disk.steps.filter((step) => step.startsWith(kind));
      // A write reads first where it splits a sector.
      assertEquals(transfers, steps.map((step) => `${kind} ${step}`));
      const direct = given.filter(({ buffer }) => buffer === bytes.buffer);
      const isDirect = bytes.byteOffset === 0 && offset === 512 &&
        bytes.length >= SECTOR;
      assertEquals(direct.length, isDirect ? 1 : 0);
    }
  }
});

test("memory is aligned to the physical sector", () => {
  const bytes = new Uint8Array(4096 + 512).subarray(512);
  const disk = new Disk(20 * SECTOR);
  let asked = 0;
  const counting = () => {
    asked++;
    return memory();
  };
  disk.run(alignedPlan(4096).read(bytes, 0, counting));
  assertEquals(asked, 1);
  disk.run(alignedPlan(512).read(bytes, 0, counting));
  assertEquals(asked, 1);
});

test("read() and write() go piece by piece where the memory is small", () => {
  const small = () => new Uint8Array(2 * SECTOR + 100);
  const disk = new Disk(20 * SECTOR);
  disk.bytes.forEach((_, i) => disk.bytes[i] = i);
  const into = unaligned(2000);
  assertEquals(disk.run(plan().read(into, 100, small)), 2000);
  assertEquals(into, disk.bytes.subarray(100, 2100));
  assertEquals(disk.steps, [
    "read 1024 at 0",
    "read 1024 at 1024",
    "read 512 at 2048",
  ]);
  const expected = disk.bytes.slice();
  disk.steps.length = 0;
  expected.fill(1, 100, 2100);
  disk.run(plan().write(unaligned(2000), 100, small));
  assertEquals(disk.bytes, expected);
  assertEquals(disk.steps, [
    ...["size", "read 512 at 0", "write 1024 at 0", "write 1024 at 1024"],
    ...["read 512 at 2048", "write 512 at 2048"],
  ]);
});

test("read() ends where the device gives less, and asks no more", () => {
  const small = () => new Uint8Array(2 * SECTOR);
  const cases = [[1024, 924, 2], [1500, 1400, 2], [50, 0, 1]] as const;
  for (const [size, count, reads] of cases) {
    const disk = new Disk(size);
    const into = unaligned(5000);
    assertEquals(disk.run(plan().read(into, 100, small)), count);
    assertEquals(disk.steps.length, reads);
  }
});

test("read() stops at the end of a device, which refuses what passes it", () => {
  const end = 3 * SECTOR;
  const disk = new Disk(end);
  const read = (length: number, offset: number) => {
    disk.steps.length = 0;
    return disk.run(devicePlan(end).read(unaligned(length), offset, memory));
  };
  assertEquals(read(2000, 0), 1536);
  assertEquals(disk.steps, ["read 1536 at 0"]);
  assertEquals(read(2000, 1000), 536);
  assertEquals(disk.steps, ["read 1024 at 512"]);
  assertEquals(read(10, end), 0);
  assertEquals(read(10, end + 100), 0);
  assertEquals(disk.steps, []);
  const on = devicePlan(end);
  assertEquals(
    [[0, end], [1, end], [end, 0], [end, 1], [512, 1024], [512, 1025]]
      .map(([offset, length]) => on.endsWithin(length!, offset!)),
    [true, false, true, false, true, false],
  );
});

test("write() sets no end on a device", () => {
  const disk = new Disk(3 * SECTOR);
  disk.size = SECTOR; // what such a device may say
  disk.run(devicePlan(3 * SECTOR).write(unaligned(10), 1100, memory));
  assertEquals(disk.steps, ["size", "write 512 at 1024"]);
});

test("splitsSectors() says whether one is written in part", () => {
  const cases: [offset: number, length: number, splits: boolean][] = [
    [0, 512, false],
    [512, 1024, false],
    [0, 511, true],
    [1, 511, true],
    [1, 512, true],
    [512, 100, true],
    [100, 100, true],
    [256, 512, true],
  ];
  for (const [offset, length, splits] of cases) {
    assertEquals(plan().splitsSectors(length, offset), splits);
  }
});

test("errors count what reached the caller's bytes, and of a write what reached the device", () => {
  const small = () => new Uint8Array(2 * SECTOR);
  const failed = new Win32Error("ReadFile", 23, { bytesTransferred: 700 });
  const failAt = (
    steps: SectorSteps<unknown>,
    call: number,
    kind: "read" | "write",
  ) => {
    let calls = 0;
    return assertThrows(() => {
      let result = steps.next();
      while (!result.done) {
        const step = result.value;
        if (step.kind === "size") result = steps.next(1e6);
        else if (step.kind === kind && ++calls === call) {
          result = steps.throw(failed);
        } else result = steps.next(step.kind === "setEnd" ? 0 : step.length);
      }
    }, Win32Error);
  };
  const read = (call: number) =>
    failAt(plan().read(unaligned(5000), 100, small), call, "read");
  assertEquals(read(1).bytesTransferred, 600);
  assertEquals(read(2).bytesTransferred, 924 + 700);
  const write = (call: number, kind: "read" | "write" = "write") =>
    failAt(plan().write(unaligned(5000), 100, small), call, kind);
  assertEquals(write(1).bytesTransferred, 600);
  assertEquals(write(2).bytesTransferred, 924 + 700);
  // Of a sector that could not be read nothing was written.
  assertEquals(write(1, "read").bytesTransferred, 0);
  assertEquals(write(2, "read").bytesTransferred, 4 * 1024 - 100);
  const other = new Error("other");
  const steps = plan().read(unaligned(10), 0, small);
  steps.next();
  assertThrows(() => steps.throw(other), Error, "other");
});

test("what follows a first part of a sector is transferred as it is where it is aligned", () => {
  const small = () => new Uint8Array(SECTOR);
  const disk = new Disk(10 * SECTOR);
  disk.bytes.forEach((_, i) => disk.bytes[i] = i);
  // After the 412 bytes up to the next sector, both the offset and the memory are aligned.
  const view = new Uint8Array(3000).subarray(100, 100 + 412 + 1024 + 50);
  assertEquals(disk.run(alignedPlan().read(view, 100, small)), view.length);
  assertEquals(view, disk.bytes.subarray(100, 100 + view.length));
  assertEquals(disk.steps, [
    ...["read 512 at 0", "read 1024 at 512", "read 512 at 1536"],
  ]);
  disk.steps.length = 0;
  const expected = disk.bytes.slice();
  view.forEach((_, i) => view[i] = 255 - i);
  expected.set(view, 100);
  disk.run(alignedPlan().write(view, 100, small));
  assertEquals(disk.bytes, expected);
  assertEquals(disk.steps, [
    ...["size", "read 512 at 0", "write 512 at 0", "write 1024 at 512"],
    ...["read 512 at 1536", "write 512 at 1536"],
  ]);
});
