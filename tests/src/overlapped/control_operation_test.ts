// portable

import "../../support/old_node.ts";
import { test } from "node:test";
import { assertEquals, assertRejects } from "@std/assert";
import { Win32Error } from "../../../mod.ts";
import { ControlOperation } from "../../../src/overlapped/control_operation.ts";
import { ScriptedHandle } from "../../support/scripted_handle.ts";
import { strictKernel } from "../../support/strict_kernel/mod.ts";

strictKernel(); // It has the texts of errors.

const KIND = { method: "connect", syscall: "ConnectNamedPipe" };
const ERROR_PIPE_CONNECTED = 535;

function control(handle: ScriptedHandle, succeedsWith?: number) {
  return new ControlOperation(
    handle.asHandle,
    KIND,
    () => true,
    succeedsWith === undefined ? {} : { succeedsWith },
  ).begin();
}

test("ControlOperation takes no room of the transfers, and waits for none", async () => {
  const handle = new ScriptedHandle(() => undefined, {
    limit: { operations: 1 },
  });
  const waits = [control(handle), control(handle)];
  assertEquals(handle.started.length, 2);
  assertEquals(handle.limiter.tryAcquire(10), true);
  waits.push(control(handle));
  assertEquals(handle.started.length, 3);
  for (const operation of handle.started) operation.complete(0, 0);
  assertEquals(await Promise.all(waits), [0, 0, 0]);
  // It releases none either.
  assertEquals(handle.limiter.tryAcquire(10), false);
  handle.limiter.release(10);
  assertEquals(handle.users, 0);
});

test("ControlOperation takes a code for success only where the caller says so", async () => {
  const handle = new ScriptedHandle(() => ({
    code: ERROR_PIPE_CONNECTED,
    count: 0,
  }));
  assertEquals(await control(handle, ERROR_PIPE_CONNECTED), 0);
  const error = await assertRejects(() => control(handle), Win32Error);
  assertEquals([error.win32, error.syscall], [
    ERROR_PIPE_CONNECTED,
    "ConnectNamedPipe",
  ]);
  assertEquals(handle.users, 0);
});
