// portable
//
// What an abort must neither lose nor miss.

import "../support/old_node.ts";
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import {
  ERROR_DISK_FULL,
  ERROR_OPERATION_ABORTED,
  FileClosedError,
  fromHandle,
  open,
  openSync,
  type OverlappedFile,
  Win32Error,
} from "../../mod.ts";
import {
  FILE_FLAG_OVERLAPPED,
  kernel32,
  PIPE_ACCESS_DUPLEX,
} from "../../src/raw.ts";
import { BOUNCE_SIZE } from "../../src/sectors/sector_plan.ts";
import { assertSettles, settling, turns } from "../support/event_loop.ts";
import { overlappedPipe } from "../support/overlapped_pipes.ts";
import { newFile } from "../support/overlapped_strict.ts";
import { failFunction } from "../support/strict_kernel/replaced.ts";
import { type StrictKernel, strictTest } from "../support/strict_kernel/mod.ts";
import { STATUS_CANCELLED } from "../support/strict_kernel/status.ts";

const SEEDS = [1, 2, 3];
const NAME = "\\\\.\\pipe\\strict";

/** Makes the server's end of a pipe. */
function serve(buffer = 4096): OverlappedFile {
  const handle = kernel32.CreateNamedPipeW(
    NAME,
    PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED,
    0,
    1,
    buffer,
    buffer,
    0,
    null,
  );
  return fromHandle(handle, { path: NAME }) as OverlappedFile;
}

strictTest(
  "callOverlapped() is cancelled by a signal that its call aborts",
  async () => {
    await using server = serve();
    const controller = new AbortController();
    const connected = server.callOverlapped((overlapped, handle) => {
      controller.abort("stop");
      return kernel32.ConnectNamedPipe(handle, overlapped);
    }, { signal: controller.signal });
    const outcome = connected.catch((reason) => reason);
    await assertSettles(outcome);
    assertEquals(await outcome, "stop");
  },
  SEEDS,
);

strictTest(
  "connect() ends with its signal, and takes a client that is there already",
  async () => {
    await using server = serve();
    const controller = new AbortController();
    const { signal } = controller;
    const outcome = server.connect({ signal }).catch((reason) => reason);
    controller.abort("stop");
    assertEquals(await settling(outcome), "stop");
    await using _client = await open(NAME, { read: true, write: true });
    await server.connect();
  },
  SEEDS,
);

strictTest(
  "readScatter() of a pipe counts what came before an abort",
  async () => {
    await using server = serve();
    const connected = server.connect();
    await using client = await open(NAME, { read: true, write: true });
    await connected;
    await client.writeAll(Uint8Array.of(1, 2, 3));
    const controller = new AbortController();
    const { signal } = controller;
    const first = new Uint8Array(3);
    const read = server.readScatter([first, new Uint8Array(3)], { signal });
    await turns();
    controller.abort("stop");
    assertEquals(await read, 3);
    assertEquals(first, Uint8Array.of(1, 2, 3));
  },
  SEEDS,
);

strictTest(
  "readScatter() of a pipe rejects with the reason if nothing has come",
  async () => {
    await using server = serve();
    const connected = server.connect();
    await using _client = await open(NAME, { read: true, write: true });
    await connected;
    const controller = new AbortController();
    const { signal } = controller;
    const read = server.readScatter([new Uint8Array(3)], { signal });
    const outcome = read.catch((reason) => reason);
    await turns();
    controller.abort("stop");
    assertEquals(await outcome, "stop");
  },
  SEEDS,
);

strictTest(
  "the position moves behind what writeGather() wrote before an abort",
  async () => {
    await using file = await open("C:\\a", { write: true, create: true });
    const controller = new AbortController();
    const { signal } = controller;
    let calls = 0;
    using _ = failFunction("WriteFile", ERROR_OPERATION_ABORTED, () => {
      if (++calls < 2) return false;
      controller.abort("stop");
      return true;
    });
    const buffers = [new Uint8Array(30), new Uint8Array(50)];
    assertEquals(await file.writeGather(buffers, { signal }), 30);
    assertEquals(await file.seek(0, "current"), 30);
  },
  SEEDS,
);

for (const kind of ["read", "write"] as const) {
  const start = async (kernel: StrictKernel, signal?: AbortSignal) => {
    {
      using content = openSync("C:\\a", { write: true, create: true });
      content.writeAll(new Uint8Array(3 * BOUNCE_SIZE));
    }
    const file = await open("C:\\a", {
      read: true,
      write: true,
      unbuffered: true,
    });
    kernel.schedule.manual = true;
    kernel.schedule.choose = ({ request }) =>
      request.kind === kind && request.length > 512 ? "later" : "in call";
    const bytes = new Uint8Array(2 * BOUNCE_SIZE);
    const options = { at: 100, signal };
    const result = kind === "read"
      ? file.read(bytes, options)
      : file.write(bytes, options);
    result.catch(() => {});
    return { file, result };
  };
  /** Ends the operation that is pending, once it is. */
  const end = async (kernel: StrictKernel, status: number, count = 0) => {
    const { pending } = kernel.io;
    while (pending.scheduled.length === 0) await turns();
    const operation = pending.scheduled[0]!;
    if (status === 0) pending.endScheduled(operation);
    else pending.endNow(operation, status, new Uint8Array(count));
  };

  for (const half of ["first", "second"] as const) {
    const before = half === "first" ? 0 : BOUNCE_SIZE - 100;
    for (const count of [0, 1024]) {
      const done = count === 0 ? before : before + count - (before ? 0 : 100);
      const title = `an unbuffered ${kind} whose ${half} operation is ` +
        `cancelled after ${count} bytes`;
      strictTest(
        `${title} counts them, or gives the reason`,
        async (kernel) => {
          const controller = new AbortController();
          const { file, result } = await start(kernel, controller.signal);
          if (before > 0) await end(kernel, 0);
          const reason = new Error("no longer wanted");
          while (kernel.io.pending.scheduled.length === 0) await turns();
          controller.abort(reason);
          await end(kernel, STATUS_CANCELLED, count);
          if (done > 0) assertEquals(await result, done);
          else assertStrictEquals(await assertRejects(() => result), reason);
          kernel.schedule.manual = false;
          await file.close();
        },
      );

      strictTest(`${title} by close() says so`, async (kernel) => {
        const { file, result } = await start(kernel);
        if (before > 0) await end(kernel, 0);
        while (kernel.io.pending.scheduled.length === 0) await turns();
        const closed = file.close();
        await end(kernel, STATUS_CANCELLED, count);
        if (done > 0) assertEquals(await result, done);
        else await assertRejects(() => result, FileClosedError);
        kernel.schedule.manual = false;
        await closed;
      });
    }
  }
}

strictTest(
  "an abort by the error of another operation rejects with that, and moves no position",
  async (kernel) => {
    kernel.schedule.choose = () => "later";
    for (const unbuffered of [false, true]) {
      await using file = await newFile("C:\\a", { unbuffered });
      file.truncate(10_000);
      const details = { path: "another", bytesTransferred: 512 };
      const reason = new Win32Error("WriteFile", ERROR_DISK_FULL, details);
      const bytes = new Uint8Array(100);
      const calls: ((signal: AbortSignal) => Promise<unknown>)[] = [
        (signal) => file.read(bytes, { signal }),
        (signal) => file.readExactly(bytes, { signal }),
        (signal) => file.readAll({ signal }),
        (signal) => file.readScatter([bytes, bytes], { signal }),
        (signal) => file.write(bytes, { signal }),
        (signal) => file.writeAll(bytes, { signal }),
        (signal) => file.writeGather([bytes, bytes], { signal }),
      ];
      for (const call of calls) {
        await file.seek(7);
        const controller = new AbortController();
        const outcome = call(controller.signal).catch((error) => error);
        controller.abort(reason);
        assertStrictEquals(await outcome, reason);
        assertEquals(await file.seek(0, "current"), 7);
      }
    }
  },
);

strictTest(
  "an abort by the error of another operation rejects with that, also when a part has been transferred",
  async () => {
    await using pipe = await overlappedPipe();
    const { server, client } = pipe;
    const details = { bytesTransferred: 512 };
    const reason = new Win32Error("WriteFile", ERROR_DISK_FULL, details);
    for (
      const call of [
        (signal: AbortSignal) =>
          server.readExactly(new Uint8Array(5), { signal }),
        (signal: AbortSignal) => server.readAll({ signal }),
      ]
    ) {
      const controller = new AbortController();
      const outcome = call(controller.signal).catch((error) => error);
      await client.write(new Uint8Array(3));
      await turns();
      controller.abort(reason);
      assertStrictEquals(await outcome, reason);
    }
  },
);
