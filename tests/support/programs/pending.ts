// Programs that end, in one way or another, while operations are under way.

import process from "node:process";
import { setTimeout } from "node:timers";
import { kernel32 } from "../../../mod.ts";
import { open } from "../../../src/open/open.ts";
import { tempFolder } from "../temp_folder.ts";
import { overlappedPipe } from "../overlapped_pipes.ts";

const [, , scenario = ""] = process.argv;

/** Makes a pipe and reads it several times. */
async function readPipe(): Promise<
  { reads: Promise<number | null>[]; write: () => void }
> {
  const { server, client } = await overlappedPipe();
  const reads = Array.from(
    { length: 3 },
    () => server.read(new Uint8Array(2)),
  );
  await Promise.resolve();
  return {
    reads,
    // Not by an operation of its own, which would keep the program alive.
    write: () => {
      const text = new TextEncoder().encode("abcdef");
      const overlapped = new Uint8Array(32);
      kernel32.WriteFile(client.handle, text, 6, null, overlapped);
    },
  };
}

const scenarios: Record<string, () => Promise<void>> = {
  async done() {
    using folder = tempFolder();
    const options = { read: true, write: true, create: true };
    await using file = await open(folder.file("a"), options);
    await file.writeAll(new Uint8Array(1000));
    await file.flush();
    console.log("done");
  },
  async cancelled() {
    await using pipe = await overlappedPipe();
    const controller = new AbortController();
    const { signal } = controller;
    const read = pipe.server.read(new Uint8Array(1), { signal });
    setTimeout(() => controller.abort("stop"), 20);
    console.log(await read.catch((reason) => reason));
  },
  async owed() {
    // On a pipe, success in the call queues a packet that no operation waits for.
    const { server, client } = await overlappedPipe();
    for (let i = 0; i < 100; i++) await client.write(new Uint8Array(4));
    const writes = Array.from(
      { length: 100 },
      () => client.write(new Uint8Array(4)),
    );
    await Promise.all(writes);
    for (let i = 0; i < 100; i++) await server.read(new Uint8Array(4));
    console.log("owed");
  },
  async waits() {
    const { reads, write } = await readPipe();
    setTimeout(write, 300).unref();
    console.log((await Promise.all(reads)).join());
  },
  async waitsAgain() {
    // In between nothing is under way.
    const { reads, write } = await readPipe();
    setTimeout(write, 10);
    await Promise.all(reads);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await scenarios["waits"]!();
  },
  async exit() {
    await readPipe();
    setTimeout(() => process.exit(7), 50);
  },
  async exitAtOnce() {
    await readPipe();
    process.exit(7);
  },
  async throws() {
    await readPipe();
    setTimeout(() => {
      throw new Error("on purpose");
    }, 50);
  },
};

await scenarios[scenario]!();
