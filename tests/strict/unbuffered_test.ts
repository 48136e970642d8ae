// portable

import { assertEquals } from "@std/assert";
import { AlignedBuffer, open, openSync } from "../../mod.ts";
import { random } from "../support/random.ts";
import { strictTest } from "../support/strict_kernel/mod.ts";
import { ModelFile } from "../support/model_file.ts";

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

strictTest(
  "an unbuffered SyncFile reads and writes any bytes in whole sectors",
  (kernel, seed) => {
    kernel.names.mount("D:", { sector: { logical: 512, physical: 4096 } });
    const { below, bytes } = random(seed);
    const model = new ModelFile({ append: false, write: true });
    using file = openSync("D:\\a", {
      read: true,
      write: true,
      create: true,
      unbuffered: true,
    });
    for (let step = 0; step < 60; step++) {
      const at = below(20_000);
      const length = below(6000);
      if (below(8) === 0) {
        model.truncate(at);
        file.truncate(at);
      } else if (below(2) === 0) {
        const data = bytes(length);
        model.write(data, at);
        file.writeAll(data, { at });
      } else {
        const got = new Uint8Array(length);
        const count = file.read(got, { at });
        assertEquals(
          count === null ? null : got.subarray(0, count),
          model.read(length, at),
        );
      }
      assertEquals(file.size(), model.size);
    }
  },
  SEEDS,
);

strictTest(
  "an unbuffered OverlappedFile reads and writes any bytes in whole sectors",
  async (kernel, seed) => {
    kernel.names.mount("D:", { sector: { logical: 4096, physical: 4096 } });
    const { below, bytes } = random(seed);
    const model = new ModelFile({ append: false, write: true });
    await using file = await open("D:\\a", {
      read: true,
      write: true,
      create: true,
      unbuffered: true,
    });
    for (let step = 0; step < 60; step++) {
      const at = below(20_000);
      const length = below(6000);
      if (below(2) === 0) {
        const data = bytes(length);
        model.write(data, at);
        await file.writeAll(data, { at });
      } else {
        const got = new Uint8Array(length);
        const count = await file.read(got, { at });
        assertEquals(
          count === null ? null : got.subarray(0, count),
          model.read(length, at),
        );
      }
      assertEquals(file.size(), model.size);
    }
  },
  SEEDS,
);

strictTest(
  "scattered reads and gathered writes take pages of memory",
  async () => {
    await using file = await open("C:\\a", {
      read: true,
      write: true,
      create: true,
      unbuffered: true,
    });
    using pages = new AlignedBuffer(4 * 4096);
    pages.bytes.forEach((_, index) => pages.bytes[index] = index >> 12);
    const page = (index: number) =>
      pages.bytes.subarray(4096 * index, 4096 * (index + 1));
    await file.writeGather([page(3), page(1), page(2)], { at: 0 });
    pages.bytes.fill(0);
    await file.readScatter([page(0), page(2), page(1)], { at: 0 });
    assertEquals([0, 1, 2].map((index) => page(index)[7]), [3, 2, 1]);
  },
  SEEDS,
);

strictTest(
  "an unbuffered SyncFile that has read to its end in the middle of a sector knows its position",
  () => {
    using memory = new AlignedBuffer(4096);
    const buffer = memory.bytes;
    using file = openSync("C:\\a", {
      read: true,
      write: true,
      create: true,
      unbuffered: true,
    });
    file.truncate(8191);
    assertEquals(file.read(buffer), 4096);
    assertEquals(file.read(buffer), 4095);
    assertEquals(file.seek(0, "current"), 8191);
    assertEquals(file.read(buffer), null);
    file.seek(8192);
    assertEquals(file.read(buffer), null);
    assertEquals(file.seek(0, "current"), 8192);
    file.write(buffer);
    assertEquals(file.size(), 8192 + 4096);
  },
);
