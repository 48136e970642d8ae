import { test } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type Handle,
  INVALID_HANDLE_VALUE,
  kernel32,
  Win32Error,
} from "../../../mod.ts";
import { completionPort } from "../../../src/overlapped/completion_port.ts";
import {
  OverlappedHandle,
  type Request,
} from "../../../src/overlapped/overlapped_handle.ts";
import { overlappedPipe } from "../../support/overlapped_pipes.ts";
import { tempFolder } from "../../support/temp_folder.ts";

const GENERIC_WRITE = 0x4000_0000;
const CREATE_ALWAYS = 2;
const FILE_FLAG_OVERLAPPED = 0x4000_0000;
const ERROR_OPERATION_ABORTED = 995;
const ERROR_NO_SYSTEM_RESOURCES = 1450;

/** A file's handle, closed at the end. */
function onHandle(
  run: (overlapped: OverlappedHandle, handle: Handle) => Promise<void>,
): Promise<void> {
  const folder = tempFolder();
  const path = folder.file("a");
  const handle = kernel32.CreateFileW(
    path,
    GENERIC_WRITE,
    7,
    null,
    CREATE_ALWAYS,
    FILE_FLAG_OVERLAPPED,
    null,
  );
  if (handle === INVALID_HANDLE_VALUE) throw Win32Error.last("CreateFileW");
  const overlapped = new OverlappedHandle(handle, path, true);
  return run(overlapped, handle).finally(() => {
    kernel32.CloseHandle(handle);
    folder[Symbol.dispose]();
  });
}

/** A request that fails with a code so many times, and then succeeds. */
function failing(handle: Handle, code: number, times: number): Request & {
  readonly tries: number;
} {
  let tries = 0;
  return {
    offset: 0,
    length: 0,
    call(overlapped) {
      if (tries++ < times) {
        kernel32.SetLastError(code);
        return false;
      }
      return kernel32.WriteFile(handle, 0n, 0, null, overlapped);
    },
    get tries() {
      return tries;
    },
  };
}

test("what the system is short of resources for is tried again while others are under way", async () => {
  await onHandle(async (overlapped, handle) => {
    await using pipe = await overlappedPipe();
    // Of all, one that does not end.
    const read = pipe.server.read(new Uint8Array(1));
    for (const code of [8, 1450, 1784, 1816]) {
      const request = failing(handle, code, 3);
      assertEquals(await overlapped.perform(request), { code: 0, count: 0 });
      assertEquals(request.tries, 4);
    }
    await pipe.client.write(new Uint8Array(1));
    await read;
  });
});

test("a shortage is told of when nothing else is under way, and other failures at once", async () => {
  await onHandle(async (overlapped, handle) => {
    assertEquals(completionPort().pending, 0);
    const short = failing(handle, ERROR_NO_SYSTEM_RESOURCES, 1);
    const { code } = await overlapped.perform(short);
    assertEquals([code, short.tries], [ERROR_NO_SYSTEM_RESOURCES, 1]);
    await using pipe = await overlappedPipe();
    const read = pipe.server.read(new Uint8Array(1)).catch(() => {});
    const other = failing(handle, 5, 1);
    assertEquals(await overlapped.perform(other), { code: 5, count: 0 });
    assertEquals(other.tries, 1);
    await pipe.server.close();
    await read;
  });
});

test("aborting and closing end what waits for resources", async () => {
  await onHandle(async (overlapped, handle) => {
    await using pipe = await overlappedPipe();
    const read = pipe.server.read(new Uint8Array(1)).catch(() => {});
    const controller = new AbortController();
    const aborted = overlapped.perform({
      ...failing(handle, ERROR_NO_SYSTEM_RESOURCES, Infinity),
      signal: controller.signal,
    });
    const closed = overlapped.perform(
      failing(handle, ERROR_NO_SYSTEM_RESOURCES, Infinity),
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    controller.abort();
    assertEquals((await aborted).code, ERROR_OPERATION_ABORTED);
    await overlapped.drain();
    assertEquals((await closed).code, ERROR_OPERATION_ABORTED);
    assert(overlapped.closing);
    await pipe.server.close();
    await read;
  });
});

test("what a call throws is passed on, and leaves nothing behind", async () => {
  await onHandle(async (overlapped) => {
    const request: Request = {
      offset: 0,
      length: 10,
      call() {
        throw new RangeError("of the call");
      },
    };
    for (let i = 0; i < 2000; i++) { // More than may be under way at once.
      await assertRejects(() => overlapped.perform(request), RangeError);
    }
    await overlapped.drain();
  });
});

test("drain() waits for what holds the handle open", async () => {
  await onHandle(async (overlapped) => {
    const order: string[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const work = overlapped.during("flush", async () => {
      await promise;
      order.push("work");
    });
    const drained = overlapped.drain().then(() => order.push("drained"));
    await new Promise((resolve) => setTimeout(resolve, 10));
    assertEquals(order, []);
    resolve();
    await Promise.all([work, drained]);
    assertEquals(order, ["work", "drained"]);
    await assertRejects(
      () => overlapped.during("flush", () => Promise.resolve()),
      Error,
      "has been closed",
    );
  });
});
