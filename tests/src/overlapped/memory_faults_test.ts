// portable
//
// Shortages and losses of memory while an operation is prepared or ends: it fails alone, and leaves nothing behind.

import "../../support/old_node.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { AlignedBuffer, Win32Error } from "../../../mod.ts";
import {
  MAX_COPIED,
  type PooledBuffer,
  pooledMemory,
  rentBuffer,
} from "../../../src/memory/pooled_memory.ts";
import { assertSettles } from "../../support/event_loop.ts";
import { newFile, outcomeOf } from "../../support/overlapped_strict.ts";
import { overlappedPipe } from "../../support/overlapped_pipes.ts";
import { strictTest } from "../../support/strict_kernel/mod.ts";
import { failFunction } from "../../support/strict_kernel/replaced.ts";

const ERROR_NOT_ENOUGH_MEMORY = 8;
const ERROR_INVALID_ADDRESS = 487;

/** Rents all memory that the pool has. */
function emptyPool(): PooledBuffer[] {
  const rented: PooledBuffer[] = [];
  for (let size = 4096; size <= MAX_COPIED; size *= 2) {
    for (let before = Infinity; pooledMemory() < before;) {
      before = pooledMemory();
      rented.push(rentBuffer(size));
    }
  }
  assertEquals(pooledMemory(), 0);
  return rented;
}

strictTest(
  "memory that is gone when bytes are to be copied to it fails its read alone",
  async (kernel) => {
    kernel.schedule.choose = () => "later";
    const file = await newFile(undefined, { maxInFlight: { operations: 4 } });
    await file.write(new Uint8Array(10_000).fill(7), { at: 0 });
    for (let round = 0; round < 5; round++) {
      const buffers = Array.from({ length: 12 }, () => new Uint8Array(4096));
      const reads = buffers.map((buffer) => file.read(buffer, { at: 0 }));
      const outcomes = Promise.allSettled(reads);
      buffers.forEach((buffer, i) => i % 2 === 1 && buffer.buffer.transfer());
      await assertSettles(outcomes);
      for (const [i, outcome] of (await outcomes).entries()) {
        if (i % 2 === 0) {
          assertEquals([outcomeOf(outcome), buffers[i]![4095]], [4096, 7]);
        } else {
          assert(outcomeOf(outcome) instanceof TypeError);
        }
      }
    }
    await assertSettles(file.close());
  },
);

strictTest(
  "a transfer without memory for its copy leaves nothing that others or close() wait for",
  async () => {
    for (const unbuffered of [false, true]) {
      const file = await newFile(undefined, {
        unbuffered,
        maxInFlight: { operations: 1 },
      });
      const rented = emptyPool();
      {
        using _ = failFunction("VirtualAlloc", ERROR_NOT_ENOUGH_MEMORY);
        const transfers = [
          () => file.write(new Uint8Array(4096), { at: 0 }),
          () => file.write(new Uint8Array(10), { at: 5 }),
          () => file.write(new Uint8Array(10)),
          () =>
            file.writeGather([new Uint8Array(4096), new Uint8Array(1)], {
              at: 0,
            }),
          () => file.read(new Uint8Array(4096), { at: 0 }),
          () => file.writeAll(new Uint8Array(3 * 2 ** 20), { at: 0 }),
        ];
        for (const transfer of transfers) {
          const error = await assertRejects(transfer, Win32Error);
          assertEquals(error.win32, ERROR_NOT_ENOUGH_MEMORY);
        }
      }
      for (const buffer of rented) buffer.release();
      // Both an exclusive transfer of the sector lock and one with a share.
      assertEquals(await file.write(new Uint8Array(10), { at: 5 }), 10);
      assertEquals(await file.write(new Uint8Array(4096), { at: 0 }), 4096);
      await assertSettles(file.close());
    }
  },
);

strictTest(
  "a transfer without memory for its OVERLAPPED leaves nothing behind",
  async () => {
    const { server, client } = await overlappedPipe({
      limit: { operations: 10_000 },
    });
    const native = new AlignedBuffer(4096);
    const failures: unknown[] = [];
    const reads: Promise<unknown>[] = [];
    {
      using _ = failFunction("VirtualAlloc", ERROR_NOT_ENOUGH_MEMORY);
      // More than the slabs of OVERLAPPEDs have that there are.
      for (let i = 0; i < 3000; i++) {
        const read = server.read(native.bytes);
        reads.push(read.catch((error) => failures.push(error)));
      }
      await assertSettles(Promise.race(reads));
    }
    assert(failures.length > 0, "every read had an OVERLAPPED");
    for (const failure of failures) {
      assertEquals((failure as Win32Error).win32, ERROR_NOT_ENOUGH_MEMORY);
    }
    await assertSettles(server.close());
    await assertSettles(Promise.allSettled(reads));
    native.free();
    await client.close();
  },
);

strictTest(
  "memory that the system refuses to free fails its operation alone, and close() returns",
  async () => {
    const { server, client } = await overlappedPipe({ size: 2 ** 22 });
    const data = new Uint8Array(2 ** 21).fill(7);
    await client.write(data);
    {
      // What is larger than the pool takes is freed at once.
      using _ = failFunction("VirtualFree", ERROR_INVALID_ADDRESS);
      const reads = [server.read(data), server.read(new Uint8Array(10))];
      const outcomes = Promise.allSettled(reads);
      await client.write(new Uint8Array(10));
      await assertSettles(outcomes);
      const [first, second] = await outcomes;
      assertEquals([first!.status, second!.status], ["rejected", "fulfilled"]);
    }
    await assertSettles(server.close());
    await client.close();
  },
);
