// portable

import { assertEquals } from "@std/assert";
import { AlignedBuffer, INVALID_HANDLE_VALUE } from "../../mod.ts";
import {
  FILE_FLAG_OVERLAPPED,
  FILE_SKIP_COMPLETION_PORT_ON_SUCCESS,
  getLastWin32Error,
  type Handle,
  kernel32,
  LOCKFILE_EXCLUSIVE_LOCK,
  LOCKFILE_FAIL_IMMEDIATELY,
} from "../../src/raw.ts";
import {
  codeOf,
  result,
  rule,
  RuleOverlapped,
  type RuleSystem,
} from "../support/rules.ts";

// Others' tests of the same: Wine's dlls/ntdll/tests/file.c (test_iocp_fileio).

const OVERLAPPED = { flags: FILE_FLAG_OVERLAPPED };

/** A packet: its key, its OVERLAPPED, its status and its count. */
type Packet = readonly [
  key: bigint,
  overlapped: bigint,
  status: number,
  count: number,
];

/** A port, and a buffer for packets. */
class Port {
  readonly handle: Handle;
  readonly #entries = new AlignedBuffer(4096);

  constructor(system: RuleSystem) {
    this.handle = system.adopt(
      kernel32.CreateIoCompletionPort(INVALID_HANDLE_VALUE, null, 0n, 1),
    );
  }

  bind(file: Handle, key: bigint): number {
    const port = kernel32.CreateIoCompletionPort(file, this.handle, key, 0);
    return (port as bigint) === 0n ? getLastWin32Error() : 0;
  }

  /** Takes the packets that come within so many milliseconds. */
  take(milliseconds: number, most = 8): Packet[] {
    const { address, bytes } = this.#entries;
    if (
      !kernel32.GetQueuedCompletionStatusEx(
        this.handle,
        address,
        most,
        address + 2048n,
        milliseconds,
        false,
      )
    ) {
      assertEquals(getLastWin32Error(), 258);
      return [];
    }
    const view = new DataView(bytes.buffer);
    return Array.from({ length: view.getUint32(2048, true) }, (_, index) => {
      const at = 32 * index;
      const word = (offset: number) => view.getBigUint64(at + offset, true);
      return [
        word(0),
        word(8),
        view.getUint32(at + 16, true),
        view.getUint32(at + 24, true),
      ];
    });
  }
}

/** The code of a transfer of native memory on an overlapped handle. */
function start(
  name: "ReadFile" | "WriteFile",
  file: Handle,
  memory: AlignedBuffer,
  length: number,
  overlapped: RuleOverlapped,
): number {
  return codeOf(
    kernel32[name](file, memory.address, length, null, overlapped.address),
  );
}

/** Does it and waits. Returns the code and the count, in the call or after it. */
function transfer(
  name: "ReadFile" | "WriteFile",
  file: Handle,
  memory: AlignedBuffer,
  length: number,
  overlapped: RuleOverlapped,
): [number, number] {
  const code = start(name, file, memory, length, overlapped);
  return code === 0 || code === 997 ? result(file, overlapped) : [code, 0];
}

rule("an overlapped transfer says its count in the OVERLAPPED", (system) => {
  const file = system.open(system.file("a"), OVERLAPPED);
  const memory = new AlignedBuffer(4096);
  const overlapped = new RuleOverlapped(0);
  assertEquals(transfer("WriteFile", file, memory, 100, overlapped), [0, 100]);
  assertEquals([overlapped.status, overlapped.count], [0, 100]);
  assertEquals(transfer("ReadFile", file, memory, 200, overlapped.at(50)), [
    0,
    50,
  ]);
});

rule("the end of a file is an error of overlapped reads", (system) => {
  const file = system.open(system.file("a"), OVERLAPPED);
  const memory = new AlignedBuffer(4096);
  assertEquals(
    transfer("WriteFile", file, memory, 100, new RuleOverlapped(0)),
    [0, 100],
  );
  assertEquals(
    transfer("ReadFile", file, memory, 10, new RuleOverlapped(100)),
    [38, 0],
  );
  assertEquals(
    transfer("ReadFile", file, memory, 10, new RuleOverlapped(5000)),
    [38, 0],
  );
});

rule(
  "a packet has the key of its handle, whether the call said pending or success",
  (system) => {
    const port = new Port(system);
    const one = system.open(system.file("a"), OVERLAPPED);
    const two = system.open(system.file("a"), OVERLAPPED);
    assertEquals(port.bind(one, 11n), 0);
    assertEquals(port.bind(two, 22n), 0);
    const memory = new AlignedBuffer(4096);
    for (const [file, key] of [[one, 11n], [two, 22n]] as const) {
      const overlapped = new RuleOverlapped(0);
      const code = start("WriteFile", file, memory, 100, overlapped);
      assertEquals(code === 0 || code === 997, true);
      assertEquals(port.take(1000), [[key, overlapped.address, 0, 100]]);
      assertEquals(port.take(0), []);
    }
  },
);

rule(
  "a handle that skips the port on success sends no packet of it",
  (system) => {
    const port = new Port(system);
    const file = system.open(system.file("a"), OVERLAPPED);
    port.bind(file, 1n);
    assertEquals(
      codeOf(
        kernel32.SetFileCompletionNotificationModes(
          file,
          FILE_SKIP_COMPLETION_PORT_ON_SUCCESS,
        ),
      ),
      0,
    );
    const memory = new AlignedBuffer(4096);
    for (let i = 0; i < 20; i++) {
      const overlapped = new RuleOverlapped(0);
      const code = start("WriteFile", file, memory, 100, overlapped);
      const packets = port.take(code === 997 ? 1000 : 0);
      assertEquals(
        packets,
        code === 997 ? [[1n, overlapped.address, 0, 100]] : [],
      );
    }
  },
);

rule(
  "a handle is bound to one port, and only if it is overlapped",
  (system) => {
    const port = new Port(system);
    const other = new Port(system);
    const file = system.open(system.file("a"), OVERLAPPED);
    assertEquals(port.bind(file, 1n), 0);
    assertEquals(other.bind(file, 1n), 87);
    assertEquals(port.bind(system.open(system.file("b")), 1n), 87);
  },
);

rule("packets that are posted come as they are, in order", (system) => {
  const port = new Port(system);
  for (const key of [5n, 6n, 7n]) {
    kernel32.PostQueuedCompletionStatus(port.handle, Number(key), key, null);
  }
  const packets = [...port.take(0, 2), ...port.take(0, 2)];
  assertEquals(
    packets.map(([key, overlapped, , count]) => [key, overlapped, count]),
    [[5n, 0n, 5], [6n, 0n, 6], [7n, 0n, 7]],
  );
  assertEquals(port.take(0), []);
  assertEquals(port.take(20), []);
});

rule("CancelIoEx finds nothing where nothing is pending", (system) => {
  const file = system.open(system.file("a"), OVERLAPPED);
  assertEquals(codeOf(kernel32.CancelIoEx(file, null)), 1168);
  assertEquals(
    codeOf(kernel32.CancelIoEx(file, new RuleOverlapped().address)),
    1168,
  );
});

rule(
  "a lock that has to wait is pending until the other is gone, or cancelled",
  (system) => {
    const one = system.open(system.file("a"), OVERLAPPED);
    const two = system.open(system.file("a"), OVERLAPPED);
    const lock = (file: Handle, overlapped: RuleOverlapped) =>
      codeOf(
        kernel32.LockFileEx(
          file,
          LOCKFILE_EXCLUSIVE_LOCK,
          0,
          10,
          0,
          overlapped.address,
        ),
      );
    const [first, second] = [new RuleOverlapped(0), new RuleOverlapped(5)];
    const code = lock(one, first);
    assertEquals(code === 0 || code === 997, true);
    assertEquals(result(one, first)[0], 0);
    if (system.name === "Wine") return; // Its locks wait in the call, on overlapped handles too.
    assertEquals(lock(two, second), 997);
    assertEquals(result(two, second, false), [996, 0]);
    assertEquals(codeOf(kernel32.CancelIoEx(two, second.address)), 0);
    assertEquals(result(two, second)[0], 995);
    assertEquals(lock(two, second.at(5)), 997);
    kernel32.UnlockFileEx(one, 0, 10, 0, new RuleOverlapped(0).address);
    assertEquals(result(two, second)[0], 0);
  },
);

rule(
  "a lock that is refused ends with ERROR_LOCK_VIOLATION, in the call or after it",
  (system) => {
    const one = system.open(system.file("a"), OVERLAPPED);
    const two = system.open(system.file("a"), OVERLAPPED);
    const lock = (file: Handle): number => {
      const overlapped = new RuleOverlapped(0);
      const flags = LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY;
      const code = codeOf(
        kernel32.LockFileEx(file, flags, 0, 10, 0, overlapped.address),
      );
      return code === 997 ? result(file, overlapped)[0] : code;
    };
    assertEquals(lock(one), 0);
    assertEquals(lock(two), 33);
  },
);

rule(
  "an event of the OVERLAPPED is set at the end, and keeps the packet away if its low bit is set",
  (system) => {
    const port = new Port(system);
    const file = system.open(system.file("a"), OVERLAPPED);
    port.bind(file, 1n);
    const event = system.adopt(kernel32.CreateEventW(null, true, true, null));
    const memory = new AlignedBuffer(4096);
    const overlapped = new AlignedBuffer(64);
    const view = new DataView(overlapped.bytes.buffer);
    view.setBigUint64(24, event | 1n, true);
    kernel32.WriteFile(file, memory.address, 10, null, overlapped.address);
    assertEquals(kernel32.WaitForSingleObject(event, 60_000), 0);
    assertEquals(port.take(0), []);
  },
);
