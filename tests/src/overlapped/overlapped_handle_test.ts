// portable

import "../../support/old_node.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  AlignedBuffer,
  FileClosedError,
  type Handle,
  kernel32,
  Win32Error,
} from "../../../mod.ts";
import { DeviceKind } from "../../../src/file/device_kind.ts";
import {
  CREATE_ALWAYS,
  FILE_FLAG_OVERLAPPED,
  GENERIC_WRITE,
} from "../../../src/raw.ts";
import { ControlOperation } from "../../../src/overlapped/control_operation.ts";
import { checkedLimit } from "../../../src/overlapped/in_flight_limiter.ts";
import { OverlappedHandle } from "../../../src/overlapped/overlapped_handle.ts";
import { turns } from "../../support/event_loop.ts";
import { strictTest } from "../../support/strict_kernel/mod.ts";
import { failFunction } from "../../support/strict_kernel/replaced.ts";

/** Opens a file, runs a test's body on its handle, and closes it. */
async function onHandle(
  run: (overlapped: OverlappedHandle, handle: Handle) => Promise<void>,
  isShared = false,
): Promise<void> {
  const handle = kernel32.CreateFileW(
    "C:\\a",
    GENERIC_WRITE,
    7,
    null,
    CREATE_ALWAYS,
    FILE_FLAG_OVERLAPPED,
    null,
  );
  const device = new DeviceKind("disk", "C:\\a");
  const options = { isShared, device, limit: checkedLimit() };
  await run(new OverlappedHandle(handle, "C:\\a", options), handle);
  kernel32.CloseHandle(handle);
}

strictTest("drain() waits for what holds the handle open", async () => {
  await onHandle(async (overlapped) => {
    const order: string[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const work = overlapped.during("flush", async () => {
      await promise;
      order.push("work");
    });
    const drained = overlapped.drain().then(() => order.push("drained"));
    await turns();
    assertEquals(order, []);
    assert(overlapped.closing);
    resolve();
    await Promise.all([work, drained]);
    assertEquals(order, ["work", "drained"]);
    await assertRejects(
      () => overlapped.during("flush", () => Promise.resolve()),
      FileClosedError,
      "has been closed",
    );
    assertThrows(() => overlapped.enter("read"), FileClosedError);
  });
});

strictTest("during() ends when its work throws", async () => {
  await onHandle(async (overlapped) => {
    const work = overlapped.during(
      "flush",
      () => Promise.reject(new RangeError("of the work")),
    );
    await assertRejects(() => work, RangeError, "of the work");
    await overlapped.drain();
  });
});

for (const isShared of [false, true]) {
  const kind = isShared ? "a shared" : "an own";

  strictTest(
    `drain() cancels what is pending on ${kind} handle`,
    async (kernel) => {
      kernel.schedule.choose = () => "later";
      kernel.schedule.manual = true;
      await onHandle(async (overlapped, handle) => {
        using memory = new AlignedBuffer(16);
        const kind = { method: "write", syscall: "WriteFile" };
        const { promise, resolve } = Promise.withResolvers<void>();
        const writes = [0, 1].map((offset) =>
          new ControlOperation(
            overlapped,
            kind,
            (at) => kernel32.WriteFile(handle, memory.address, 1, null, at),
            { offset },
          ).begin()
        );
        const outcomes = Promise.allSettled(writes).then((outcomes) => {
          resolve();
          return outcomes;
        });
        const drained = overlapped.drain();
        kernel.schedule.manual = false;
        await Promise.all([promise, drained]);
        for (const outcome of await outcomes) {
          if (outcome.status === "fulfilled") continue;
          assert(
            outcome.reason instanceof FileClosedError,
            `${outcome.reason}`,
          );
        }
      }, isShared);
    },
  );
}

strictTest(
  "`closingSignal` is aborted when the handle is being closed, also if it is asked for later",
  async () => {
    for (const isEarly of [true, false]) {
      await onHandle(async (overlapped) => {
        if (isEarly) assertEquals(overlapped.closingSignal.aborted, false);
        const drained = overlapped.drain();
        const { aborted, reason } = overlapped.closingSignal;
        assertEquals([aborted, reason.path], [true, "C:\\a"]);
        assert(reason instanceof FileClosedError);
        assert(reason.message.startsWith("close() needs an open file"));
        await drained;
      });
    }
  },
);

strictTest("close() says what the system has against it", async () => {
  await onHandle(async (overlapped) => {
    using _ = failFunction("CloseHandle", 6);
    const error = await assertRejects(() => overlapped.close(), Win32Error);
    const { syscall, win32, path } = error;
    assertEquals([syscall, win32, path], ["CloseHandle", 6, "C:\\a"]);
  });
});
