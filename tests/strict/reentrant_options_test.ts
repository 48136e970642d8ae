// portable
// Options whose getters close the file, or take memory away, and signals that are none: nothing is called with the handle, and
// close() waits for nothing.

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  AlignedBuffer,
  FileClosedError,
  openSync,
  type OverlappedFile,
} from "../../mod.ts";
import { assertSettles } from "../support/event_loop.ts";
import { newFile } from "../support/overlapped_strict.ts";
import { strictTest } from "../support/strict_kernel/mod.ts";

const NEW = { read: true, write: true, create: true, delete: true } as const;

strictTest(
  "an option that closes the file is asked for before its handle is used",
  () => {
    const path = "C:\\a";
    const using = [
      ["lock", "at"],
      ["tryLock", "length"],
      ["unlock", "at"],
      ["deviceIoControl", "outputLength"],
      ["rename", "replace"],
    ] as const;
    for (const [method, name] of using) {
      const file = openSync(path, NEW);
      const options = {
        get [name]() {
          file.close();
          return name === "replace" ? true : 8;
        },
      };
      const calls = {
        lock: () => file.lock(options),
        tryLock: () => file.tryLock(options),
        unlock: () => file.unlock(options),
        deviceIoControl: () => file.deviceIoControl(1, options),
        rename: () => file.rename("C:\\b", options),
      };
      const message = `${method}() needs an open file`;
      assertThrows(calls[method], FileClosedError, message);
    }
    // None of them has renamed it.
    openSync(path, { read: true }).close();
  },
);

strictTest(
  "what only looks like a signal holds up neither close() nor memory",
  async () => {
    const signal: AbortSignal = Object.create(AbortSignal.prototype, {
      aborted: { value: false },
    });
    const buffer = new AlignedBuffer(4096);
    const calls: ((file: OverlappedFile) => Promise<unknown>)[] = [
      (file) => file.lock({ signal }),
      (file) => file.tryLock({ signal }),
      (file) => file.callOverlapped(() => false, { signal, buffers: [buffer] }),
      (file) => file.deviceIoControl(1, { signal }),
      (file) => file.read(buffer.bytes, { at: 0, signal }),
    ];
    for (const call of calls) {
      const file = await newFile();
      await assertRejects(() => call(file), TypeError, "signal must be");
      await file.close();
    }
    // The strict kernel would find it allocated.
    buffer.free();
  },
);

strictTest(
  "a signal that fails later holds up neither close() nor memory",
  async (kernel) => {
    // Deno and Node take a Proxy for the signal that it is of; Bun refuses it.
    kernel.schedule.choose = () => "later";
    const data = new Uint8Array(8);
    const calls: ((
      file: OverlappedFile,
      signal: AbortSignal,
    ) => Promise<unknown>)[] = [
      (file, signal) => file.lock({ signal }),
      (file, signal) => file.deviceIoControl(1, { signal }),
      (file, signal) => file.read(data, { at: 0, signal }),
      (file, signal) => file.write(data, { signal }),
      (file, signal) => file.readAll({ signal }),
      async (file, signal) =>
        await new Response(file.createReadable({ signal, keepOpen: true }))
          .arrayBuffer(),
    ];
    for (const call of calls) {
      const file = await newFile();
      const { signal } = new AbortController();
      const { proxy, revoke } = Proxy.revocable(signal, {});
      const called = call(file, proxy).catch(() => {});
      revoke();
      await assertSettles(called);
      await assertSettles(file.close());
    }
  },
);

strictTest("deviceIoControl() asks for each option once", async () => {
  await using file = await newFile();
  let asked = "";
  const options = {
    get input() {
      asked += "i";
      return undefined;
    },
    get signal() {
      asked += "s";
      return undefined;
    },
  };
  await assertRejects(() => file.deviceIoControl(1, options));
  assertEquals(asked, "is");
});
