// portable

import { assertEquals } from "@std/assert";
import { open, openSync } from "../../mod.ts";
import { random } from "../support/random.ts";
import { strictTest } from "../support/strict_kernel/mod.ts";

for (const unbuffered of [false, true]) {
  const kind = unbuffered ? "unbuffered" : "buffered";
  strictTest(
    `streams of ${kind} overlapped files carry all bytes`,
    async (_, seed) => {
      const { below, bytes } = random(seed);
      const all = bytes(150_000 + below(1000));
      const output = await open("C:\\a", {
        write: true,
        create: true,
        unbuffered,
      });
      const writer = output.writable.getWriter();
      for (let at = 0; at < all.length;) {
        const size = Math.min(1 + below(40_000), all.length - at);
        await writer.write(all.slice(at, at + size));
        at += size;
      }
      await writer.close();
      const input = await open("C:\\a", { read: true, unbuffered });
      const chunks: Uint8Array[] = [];
      for await (const chunk of input.readable) chunks.push(chunk.slice());
      assertEquals(
        new Uint8Array(
          await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer(),
        ),
        all,
      );
    },
    [1, 2, 3, 4],
  );
}

strictTest("locks of overlapped files wait for each other", async () => {
  await using one = await open("C:\\a", {
    read: true,
    write: true,
    create: true,
  });
  await using two = await open("C:\\a", { read: true, write: true });
  await one.lock({ at: 0, length: 10 });
  const order: string[] = [];
  const waiting = two.lock({ at: 5, length: 10 }).then(() => order.push("two"));
  await one.write(new Uint8Array(1), { at: 0 });
  order.push("unlock");
  one.unlock({ at: 0, length: 10 });
  await waiting;
  assertEquals(order, ["unlock", "two"]);
  two.unlock({ at: 5, length: 10 });
}, [1, 2, 3, 4]);

strictTest("a SyncFile refuses what a lock forbids", () => {
  using one = openSync("C:\\a", { read: true, write: true, create: true });
  using two = openSync("C:\\a", { read: true });
  one.writeAll(new Uint8Array(10));
  one.lock({ at: 0, length: 10 });
  let code = 0;
  try {
    two.read(new Uint8Array(1), { at: 3 });
  } catch (error) {
    code = (error as { win32: number }).win32;
  }
  assertEquals(code, 33);
});
