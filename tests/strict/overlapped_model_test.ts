// portable

import { AlignedBuffer, open, type OverlappedFile } from "../../mod.ts";
import { ConcurrentModel, type Done } from "../support/concurrent_model.ts";
import { type Random, random } from "../support/random.ts";
import { strictTest } from "../support/strict_kernel/mod.ts";

const SEEDS = [1, 2, 3, 4, 5, 6];
const BORDERS = [0, 512, 4096, 8192, 12_288];

const near = ({ below, pick }: Random) =>
  Math.max(0, pick(BORDERS) + pick([0, 0, 0, 1, -1, below(600)]));

/** Starts a transfer, which may be aborted; its memory is freed as soon as it has ended. */
async function transfer(file: OverlappedFile, source: Random): Promise<Done> {
  const length = Math.min(8192, near(source));
  const at = near(source);
  const kind = source.pick(["read", "write"] as const);
  const memory = source.below(2) === 0 ? new AlignedBuffer(8192) : undefined;
  const buffer = memory?.bytes.subarray(0, length) ?? new Uint8Array(length);
  if (kind === "write") buffer.set(source.bytes(length));
  const controller = new AbortController();
  const options = { at, signal: controller.signal };
  const promise = file[kind](buffer, options);
  if (source.below(4) === 0) queueMicrotask(() => controller.abort());
  let count: number | null | undefined;
  try {
    count = await promise;
  } catch (error) {
    if (!controller.signal.aborted) throw error;
  }
  const bytes = buffer.slice();
  memory?.free();
  const isPart = typeof count === "number" && count < length &&
    controller.signal.aborted;
  return { kind, at, bytes, count, isPart };
}

for (const unbuffered of [false, true]) {
  strictTest(
    `transfers side by side leave what they should, ${
      unbuffered ? "unbuffered" : "buffered"
    }`,
    async (_, seed) => {
      const source = random(seed);
      const model = new ConcurrentModel();
      await using file = await open("C:\\a", {
        read: true,
        write: true,
        create: true,
        unbuffered,
      });
      for (let batch = 0; batch < 12; batch++) {
        const transfers = Array.from(
          { length: 1 + source.below(12) },
          () => transfer(file, source),
        );
        const done = await Promise.all(transfers);
        const left = new Uint8Array(file.size());
        await file.read(left, { at: 0 });
        model.check(done, left, false);
      }
    },
    SEEDS,
  );
}
