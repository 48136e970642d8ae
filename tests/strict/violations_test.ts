// portable

import { test } from "node:test";
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { AlignedBuffer, type Handle, openSync } from "../../mod.ts";
import {
  CREATE_ALWAYS,
  FILE_FLAG_OVERLAPPED,
  GENERIC_READ,
  GENERIC_WRITE,
  getLastWin32Error,
  kernel32,
  MEM_RELEASE,
} from "../../src/raw.ts";
import {
  KernelViolation,
  type StrictKernel,
  strictKernel,
} from "../support/strict_kernel/mod.ts";

// What a program must not do is found by the kernel: each of these tests does it.

/** An overlapped handle whose operations end when the test ends them. */
function slowFile(kernel: StrictKernel): Handle {
  const handle = kernel32.CreateFileW(
    "C:\\a",
    GENERIC_READ | GENERIC_WRITE,
    0,
    null,
    CREATE_ALWAYS,
    FILE_FLAG_OVERLAPPED,
    null,
  );
  kernel.schedule.choose = () => "later";
  kernel.schedule.manual = true;
  return handle;
}

/** Registers a test that is to violate a rule, and says in which words the kernel complains. */
function violates(
  name: string,
  complaint: string,
  run: (kernel: StrictKernel) => void,
): void {
  test(name, () => {
    const kernel = strictKernel();
    kernel.reset(1);
    const error = assertThrows(() => {
      run(kernel);
      kernel.verify();
    });
    assertStringIncludes((error as Error).message, complaint);
    assertEquals(
      error instanceof KernelViolation || kernel.violations.length > 0,
      true,
    );
    kernel.reset(1);
  });
}

/** Starts a read that stays pending. */
function startRead(
  file: Handle,
  address: bigint,
  overlapped: AlignedBuffer,
): void {
  assertEquals(
    kernel32.ReadFile(file, address, 16, null, overlapped.address),
    false,
  );
  assertEquals(getLastWin32Error(), 997);
}

violates(
  "memory that is freed in flight is found",
  "memory is freed that the read of 16 bytes",
  (kernel) => {
    const file = slowFile(kernel);
    const [memory, overlapped] = [
      new AlignedBuffer(4096),
      new AlignedBuffer(64),
    ];
    startRead(file, memory.address, overlapped);
    kernel32.VirtualFree(memory.address, 0n, MEM_RELEASE);
  },
);

violates(
  "memory that changes in flight is found",
  "its data was changed",
  (kernel) => {
    const file = slowFile(kernel);
    const [memory, overlapped] = [
      new AlignedBuffer(4096),
      new AlignedBuffer(64),
    ];
    startRead(file, memory.address, overlapped);
    memory.bytes[3] = 1;
    kernel.io.pending.endScheduled();
  },
);

violates(
  "memory that is detached in flight is found",
  "its data was detached",
  (kernel) => {
    const file = slowFile(kernel);
    const [memory, overlapped] = [
      new AlignedBuffer(4096),
      new AlignedBuffer(64),
    ];
    startRead(file, memory.address, overlapped);
    structuredClone(memory.bytes.buffer, { transfer: [memory.bytes.buffer] });
    kernel.io.pending.endScheduled();
  },
);

violates(
  "JS memory of a pending operation is found",
  "is in JS memory",
  (kernel) => {
    const file = slowFile(kernel);
    kernel32.ReadFile(
      file,
      new Uint8Array(16),
      16,
      null,
      new AlignedBuffer(64).address,
    );
  },
);

violates(
  "an OVERLAPPED that is reused in flight is found",
  "reuses the OVERLAPPED",
  (kernel) => {
    const file = slowFile(kernel);
    const [memory, overlapped] = [
      new AlignedBuffer(4096),
      new AlignedBuffer(64),
    ];
    startRead(file, memory.address, overlapped);
    startRead(file, memory.address + 16n, overlapped);
  },
);

violates(
  "an OVERLAPPED that changes in flight is found",
  "its OVERLAPPED was changed",
  (kernel) => {
    const file = slowFile(kernel);
    const [memory, overlapped] = [
      new AlignedBuffer(4096),
      new AlignedBuffer(64),
    ];
    startRead(file, memory.address, overlapped);
    overlapped.bytes[16] = 1;
    kernel.io.pending.endScheduled();
  },
);

violates(
  "an overlapped handle without an OVERLAPPED is found",
  "has no OVERLAPPED",
  (kernel) => {
    kernel32.ReadFile(
      slowFile(kernel),
      new Uint8Array(16),
      16,
      new Uint32Array(1),
      null,
    );
  },
);

violates(
  "a handle that is closed with operations pending is found",
  "is closed while",
  (kernel) => {
    const file = slowFile(kernel);
    startRead(file, new AlignedBuffer(4096).address, new AlignedBuffer(64));
    kernel32.CloseHandle(file);
  },
);

violates(
  "a handle that is used after it was closed is found",
  "used after it was closed",
  (kernel) => {
    const file = slowFile(kernel);
    kernel32.CloseHandle(file);
    kernel32.CloseHandle(file);
  },
);

violates(
  "a handle that is left open is found",
  "still open",
  (kernel) => void slowFile(kernel),
);

violates(
  "an operation that is left in flight is found",
  "still in flight",
  (kernel) => {
    const file = slowFile(kernel);
    startRead(file, new AlignedBuffer(4096).address, new AlignedBuffer(64));
  },
);

violates(
  "a call that blocks the JS thread for ever is found",
  "blocks the JS thread for ever",
  (kernel) => {
    kernel.rules.closesWithPending = true;
    using one = openSync("C:\\a", { read: true, write: true, create: true });
    using two = openSync("C:\\a", { read: true, write: true });
    one.lock();
    two.lock();
  },
);
