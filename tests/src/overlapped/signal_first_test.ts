// portable

import "../../support/old_node.ts";
import { assertEquals } from "@std/assert";
import { AlignedBuffer, open, type OverlappedFile } from "../../../mod.ts";
import { overlappedPipe, serverEnd } from "../../support/overlapped_pipes.ts";
import { turns } from "../../support/event_loop.ts";
import { newFile } from "../../support/overlapped_strict.ts";
import { strictTest } from "../../support/strict_kernel/mod.ts";
import { replaceFunction } from "../../support/strict_kernel/replaced.ts";

/** All methods that take a signal, on memory of a length. */
function methodsOf(
  file: OverlappedFile,
  bytes: Uint8Array<ArrayBuffer>,
  signal: AbortSignal,
): Record<string, () => Promise<unknown>> {
  const options = { signal };
  const placed = { at: 0, signal };
  return {
    read: () => file.read(bytes, options),
    "read at": () => file.read(bytes, placed),
    readExactly: () => file.readExactly(bytes, options),
    readAll: () => file.readAll(options),
    readScatter: () => file.readScatter([bytes], placed),
    write: () => file.write(bytes, options),
    "write at": () => file.write(bytes, placed),
    writeAll: () => file.writeAll(bytes, options),
    writeGather: () => file.writeGather([bytes], placed),
    lock: () => file.lock({ at: 0, length: 1, ...options }),
  };
}

for (const unbuffered of [false, true]) {
  const kind = unbuffered ? "an unbuffered" : "a buffered";

  strictTest(
    `an aborted signal comes first on ${kind} file, also where nothing is to be transferred`,
    async () => {
      await using file = await newFile(undefined, { unbuffered });
      using native = new AlignedBuffer(4096);
      const started: string[] = [];
      const watched = [
        "ReadFile",
        "WriteFile",
        "ReadFileScatter",
        "WriteFileGather",
        "LockFileEx",
      ]
        .map((name) =>
          replaceFunction(name, (original) => (kernel, ...words) => {
            started.push(name);
            return original(kernel, ...words);
          })
        );
      const signal = AbortSignal.abort("before");
      const memory = [
        new Uint8Array(0),
        native.bytes.subarray(0, 0),
        new Uint8Array(10),
        native.bytes,
      ];
      for (const bytes of memory) {
        for (
          const [name, call] of Object.entries(methodsOf(file, bytes, signal))
        ) {
          const outcome = await call().then(
            () => "resolved",
            (reason) => reason,
          );
          assertEquals(outcome, "before", `${name} of ${bytes.length} bytes`);
        }
      }
      assertEquals(started, []);
      for (const one of watched) one[Symbol.dispose]();
      assertEquals(file.size(), 0);
    },
  );

  strictTest(
    `an abort before the turn of a transfer at the position of ${kind} file comes first`,
    async () => {
      await using file = await newFile(undefined, { unbuffered });
      const controller = new AbortController();
      const { signal } = controller;
      const first = file.write(new Uint8Array(4096));
      const others = [
        file.write(new Uint8Array(4096), { signal }),
        file.read(new Uint8Array(4096), { signal }),
        file.readAll({ signal }),
      ].map((transfer) =>
        (transfer as Promise<unknown>).catch((reason) => reason)
      );
      controller.abort("waiting");
      assertEquals(await first, 4096);
      assertEquals(await Promise.all(others), [
        "waiting",
        "waiting",
        "waiting",
      ]);
      assertEquals(file.size(), 4096);
    },
  );
}

strictTest(
  "an abort after the end cancels nothing: the OVERLAPPED may be another operation's",
  async (kernel) => {
    const { server, client } = await overlappedPipe({ size: 2 ** 23 });
    await using file = await newFile();
    using native = new AlignedBuffer(5 * 2 ** 20);
    using pages = new AlignedBuffer(8192);
    await using direct = await newFile("C:\\b", { unbuffered: true });
    await direct.write(pages.bytes, { at: 0 });
    await file.write(native.bytes, { at: 2n ** 33n });
    let cancels = 0;
    using _ = replaceFunction(
      "CancelIoEx",
      (original) => (kernel, ...words) => {
        cancels++;
        return original(kernel, ...words);
      },
    );
    const listener = serverEnd("\\\\.\\pipe\\late-abort");
    const operations: Record<
      string,
      (signal: AbortSignal) => Promise<unknown>
    > = {
      connect: async (signal) => {
        const connected = listener.connect({ signal });
        const other = await open("\\\\.\\pipe\\late-abort", {
          read: true,
          write: true,
        });
        await connected;
        await other.close();
      },
      "read at a bigint offset": (signal) =>
        file.read(new Uint8Array(10), { at: 2n ** 33n, signal }),
      "read of more than 4 MiB": (signal) =>
        file.read(native.bytes, { at: 0, signal }),
      "write of more than 4 MiB of JS memory": (signal) =>
        file.write(new Uint8Array(5 * 2 ** 20), { at: 0n, signal }),
      readScatter: (signal) =>
        direct.readScatter([pages.bytes], { at: 0, signal }),
      writeGather: (signal) =>
        direct.writeGather([pages.bytes], { at: 0n, signal }),
      lock: (signal) => file.lock({ at: 0, length: 1, signal }),
      "read of a pipe": async (signal) => {
        const read = server.read(new Uint8Array(4), { signal });
        await client.write(new Uint8Array(4));
        await read;
      },
    };
    for (const completion of ["in call", "later", "already done"] as const) {
      kernel.schedule.choose = () => completion;
      for (const [name, operation] of Object.entries(operations)) {
        if (name === "connect" && completion !== "later") continue;
        if (name === "lock" && completion !== "later") continue;
        const controller = new AbortController();
        await operation(controller.signal);
        controller.abort();
        await turns();
        assertEquals(cancels, 0, `${name}, ${completion}`);
      }
    }
    for (const end of [listener, server, client]) await end.close();
  },
);
