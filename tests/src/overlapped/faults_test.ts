// portable
//
// Whatever throws between entering and completing, and at whatever step: the promise settles, all that was acquired is
// released, other operations of the same batch settle, and close() returns.

import "../../support/old_node.ts";
import { assert, assertEquals } from "@std/assert";
import { AlignedBuffer } from "../../../mod.ts";
import { DeviceKind } from "../../../src/file/device_kind.ts";
import {
  FILE_FLAG_OVERLAPPED,
  GENERIC_READ,
  GENERIC_WRITE,
  kernel32,
  OPEN_EXISTING,
} from "../../../src/raw.ts";
import { completionPort } from "../../../src/overlapped/completion_port.ts";
import { checkedLimit } from "../../../src/overlapped/in_flight_limiter.ts";
import { Operation } from "../../../src/overlapped/operation.ts";
import { OverlappedHandle } from "../../../src/overlapped/overlapped_handle.ts";
import { assertSettles } from "../../support/event_loop.ts";
import { newFile, outcomeOf } from "../../support/overlapped_strict.ts";
import { strictTest } from "../../support/strict_kernel/mod.ts";

const STEPS = [
  "before the call",
  "after the call",
  "when the outcome becomes a result",
  "when the memory is released",
] as const;
type Step = typeof STEPS[number];

/** A write that throws at a step. */
class FaultyWrite extends Operation<number> {
  released = 0;
  readonly #memory = new AlignedBuffer(4096);
  readonly #step: Step | undefined;

  constructor(handle: OverlappedHandle, offset: number, step?: Step) {
    super(
      handle,
      { method: "write", syscall: "WriteFile" },
      4096,
      offset,
      undefined,
    );
    this.#step = step;
  }

  call(overlapped: bigint): boolean {
    this.#throwIf("before the call");
    const { address } = this.#memory;
    const { handle } = this.handle;
    const result = kernel32.WriteFile(handle, address, 4096, null, overlapped);
    this.#throwIf("after the call");
    return result;
  }

  protected conclude(code: number, count: number): number {
    this.#throwIf("when the outcome becomes a result");
    if (code !== 0) throw this.win32Error(code);
    return count;
  }

  protected releaseMemory(): void {
    this.released++;
    // The strict kernel refuses that while it has the memory.
    this.#memory.free();
    this.#throwIf("when the memory is released");
  }

  #throwIf(step: Step): void {
    if (step === this.#step) throw new RangeError(`thrown ${step}`);
  }
}

for (const step of STEPS) {
  for (const completion of ["in call", "later", "already done"] as const) {
    // No runtime throws after a call that was made; if one did, no function says that an operation has ended whose packet
    // has not been taken.
    if (step === "after the call" && completion === "already done") continue;
    strictTest(
      `an operation that ends ${completion} and throws ${step} leaves nothing behind`,
      async (kernel) => {
        const file = await newFile();
        await file.truncate(2 ** 20);
        await file.write(new Uint8Array(2 ** 20), { at: 0 });
        kernel.schedule.choose = () => completion;
        const own = kernel32.CreateFileW(
          "C:\\a",
          GENERIC_READ | GENERIC_WRITE,
          7,
          null,
          OPEN_EXISTING,
          FILE_FLAG_OVERLAPPED,
          null,
        );
        const overlapped = new OverlappedHandle(own, "C:\\a", {
          device: new DeviceKind("disk", "C:\\a"),
          limit: checkedLimit({ operations: 3 }),
        });
        for (let round = 0; round < 3; round++) {
          const writes = Array.from(
            { length: 9 },
            (_, i) =>
              new FaultyWrite(
                overlapped,
                i * 4096,
                i % 3 === 1 ? step : undefined,
              ),
          );
          const outcomes = Promise.allSettled(
            writes.map((write) => write.begin()),
          );
          await assertSettles(outcomes);
          for (const [i, outcome] of (await outcomes).entries()) {
            if (i % 3 === 1) {
              assertEquals(
                String(outcomeOf(outcome)),
                `RangeError: thrown ${step}`,
              );
            } else {
              assertEquals(outcomeOf(outcome), 4096);
            }
            assertEquals(writes[i]!.released, 1);
          }
          assert(
            overlapped.limiter.tryAcquire(2 ** 40),
            "the limit has its room",
          );
          overlapped.limiter.release(2 ** 40);
          assertEquals(completionPort().pending, 0);
        }
        await assertSettles(overlapped.drain());
        kernel32.CloseHandle(own);
        await file.close();
      },
      [1, 2],
    );
  }
}
