// portable

import { assertEquals, assertRejects } from "@std/assert";
import { kernel32, Win32Error } from "../../../mod.ts";
import { callOnThread } from "../../../src/file/thread_queue.ts";
import { strictTest } from "../../support/strict_kernel/mod.ts";

strictTest(
  "calls on other threads give their blocks back, also those that fail",
  async (kernel) => {
    const event = kernel32.CreateEventW(null, true, false, null);
    const call = async () => {
      await callOnThread("SetEvent", [event], "an event");
      const none = () => callOnThread("SetEvent", [3n], "an event");
      const { syscall, path } = await assertRejects(none, Win32Error);
      assertEquals([syscall, path], ["SetEvent", "an event"]);
    };
    await call();
    const { allocations } = kernel.memory;
    for (let i = 0; i < 1000; i++) await call();
    assertEquals(kernel.memory.allocations, allocations);
    kernel32.CloseHandle(event);
  },
);
