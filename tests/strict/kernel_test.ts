// portable

import { assertEquals } from "@std/assert";
import { AlignedBuffer, INVALID_HANDLE_VALUE } from "../../mod.ts";
import {
  FILE_FLAG_OVERLAPPED,
  FILE_SKIP_COMPLETION_PORT_ON_SUCCESS,
  FileEndOfFileInfo,
  type Handle,
  kernel32,
  OPEN_EXISTING,
  PIPE_ACCESS_DUPLEX,
} from "../../src/raw.ts";
import {
  codeOf,
  RuleOverlapped,
  RuleSystem,
  setSize,
  write,
} from "../support/rules.ts";
import { until } from "../support/event_loop.ts";
import { type StrictKernel, strictTest } from "../support/strict_kernel/mod.ts";
import {
  STATUS_LOCK_NOT_GRANTED,
  STATUS_PENDING,
} from "../support/strict_kernel/status.ts";
import type { Completion } from "../support/strict_kernel/schedule.ts";

// What differs from Windows to Windows and from driver to driver: the kernel has switches for it.

const OVERLAPPED = { flags: FILE_FLAG_OVERLAPPED };
/** A port that a handle is bound to, and the number of packets that are in it. */
function bind(system: RuleSystem, file: Handle): () => number {
  const port = system.adopt(
    kernel32.CreateIoCompletionPort(INVALID_HANDLE_VALUE, null, 0n, 1),
  );
  kernel32.CreateIoCompletionPort(file, port, 1n, 0);
  const memory = new AlignedBuffer(4096);
  return () => {
    const { address } = memory;
    if (
      !kernel32.GetQueuedCompletionStatusEx(
        port,
        address,
        8,
        address + 2048n,
        0,
        false,
      )
    ) return 0;
    return new DataView(memory.bytes.buffer).getUint32(2048, true);
  };
}

/** Runs with a system whose handles are closed at the end. */
function withSystem(
  run: (system: RuleSystem, kernel: StrictKernel) => void,
): (kernel: StrictKernel) => void {
  return (kernel) => {
    using system = new RuleSystem();
    run(system, kernel);
  };
}

for (
  const completion of [
    "in call",
    "later",
    "already done",
  ] satisfies Completion[]
) {
  strictTest(
    `a read that is to end "${completion}" does`,
    withSystem((system, kernel) => {
      const file = system.open("C:\\a", OVERLAPPED);
      const packets = bind(system, file);
      const [memory, overlapped] = [
        new AlignedBuffer(4096),
        new RuleOverlapped(),
      ];
      kernel32.WriteFile(file, memory.address, 100, null, overlapped.address);
      assertEquals(packets(), 1);
      kernel.schedule.choose = () => completion;
      kernel.schedule.manual = true;
      const code = codeOf(
        kernel32.ReadFile(
          file,
          memory.address,
          50,
          null,
          overlapped.at(0).address,
        ),
      );
      assertEquals(code, completion === "in call" ? 0 : 997);
      assertEquals(packets(), completion === "later" ? 0 : 1);
      assertEquals(kernel.io.pending.endScheduled(), completion === "later");
      assertEquals(packets(), completion === "later" ? 1 : 0);
      assertEquals([overlapped.status, overlapped.count], [0, 50]);
    }),
  );
}

strictTest("the same seed gives the same run", (kernel) => {
  const runs = [7, 7, 8].map((seed) => {
    kernel.reset(seed);
    kernel.schedule.manual = true;
    using system = new RuleSystem();
    const file = system.open("C:\\a", OVERLAPPED);
    const memory = new AlignedBuffer(4096);
    kernel32.WriteFile(
      file,
      memory.address,
      4096,
      null,
      new RuleOverlapped().address,
    );
    const order: string[] = [];
    const reads = Array.from({ length: 30 }, () => new RuleOverlapped());
    for (const { address } of reads) {
      order.push(
        `${codeOf(kernel32.ReadFile(file, memory.address, 8, null, address))}`,
      );
    }
    while (kernel.io.pending.endScheduled()) {
      order.push(reads.map(({ status }) => status === 0 ? "x" : "-").join(""));
    }
    return order.join();
  });
  assertEquals(runs[0], runs[1]);
  assertEquals(runs[0] === runs[2], false);
});

strictTest(
  "a write that extends the valid data keeps the JS thread waiting, one within it does not",
  withSystem((system, kernel) => {
    const file = system.open("C:\\a", OVERLAPPED);
    const memory = new AlignedBuffer(4096);
    const start = (offset: number) => {
      const overlapped = new RuleOverlapped(offset);
      const code = codeOf(
        kernel32.WriteFile(
          file,
          memory.address,
          4096,
          null,
          overlapped.address,
        ),
      );
      if (code === 997) {
        kernel32.GetOverlappedResult(
          file,
          overlapped.address,
          new Uint32Array(1),
          true,
        );
      }
      return kernel.jsThreadWaits.splice(0).filter((wait) =>
        wait.includes("extends")
      ).length;
    };
    assertEquals(start(0), 1);
    assertEquals(start(0), 0);
    // The end of file alone does not help.
    assertEquals(setSize(file, FileEndOfFileInfo, 8192), 0);
    assertEquals(start(4096), 1);
    setSize(file, FileEndOfFileInfo, 12_288);
    assertEquals(codeOf(kernel32.SetFileValidData(file, 12_288n)), 0);
    assertEquals(start(8192), 0);
  }),
);

strictTest(
  "a refused lock sends a packet where drivers do so, whatever the handle skips",
  withSystem((system, kernel) => {
    kernel.schedule.choose = () => "in call";
    const owner = system.open("C:\\a");
    const file = system.open("C:\\a", OVERLAPPED);
    const packets = bind(system, file);
    kernel32.SetFileCompletionNotificationModes(
      file,
      FILE_SKIP_COMPLETION_PORT_ON_SUCCESS,
    );
    kernel32.LockFileEx(owner, 3, 0, 10, 0, new RuleOverlapped().address);
    const overlapped = new RuleOverlapped();
    const lock = () =>
      codeOf(kernel32.LockFileEx(file, 3, 0, 10, 0, overlapped.at(0).address));
    assertEquals([lock(), packets(), overlapped.status], [
      33,
      0,
      STATUS_PENDING,
    ]);
    kernel.rules.packetOfFailedCall = (_, status) => status;
    assertEquals([lock(), packets(), overlapped.status], [
      33,
      1,
      STATUS_LOCK_NOT_GRANTED,
    ]);
    kernel.rules.packetOfFailedCall = () => STATUS_PENDING;
    assertEquals([lock(), packets(), overlapped.status], [
      33,
      1,
      STATUS_PENDING,
    ]);
  }),
);

strictTest(
  "the name of a deleted file stays until its last handle is closed, on older Windows",
  withSystem((system, kernel) => {
    kernel.names.mount("D:", { namesGoAtOnce: false });
    for (const [drive, code] of [["C:", 2], ["D:", 5]] as const) {
      const path = `${drive}\\a`;
      const file = system.open(path);
      kernel32.DeleteFileW(path);
      assertEquals(system.openCode(path, { disposition: OPEN_EXISTING }), code);
      system.close(file);
      assertEquals(system.openCode(path, { disposition: OPEN_EXISTING }), 2);
    }
  }),
);

strictTest(
  "a handle that is closed ends what is pending on it",
  withSystem((system, kernel) => {
    kernel.rules.closesWithPending = true;
    const name = "\\\\.\\pipe\\a";
    const server = kernel32.CreateNamedPipeW(
      name,
      PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED,
      0,
      1,
      0,
      0,
      0,
      null,
    );
    const packets = bind(system, server);
    const overlapped = new RuleOverlapped();
    assertEquals(
      codeOf(kernel32.ConnectNamedPipe(server, overlapped.address)),
      997,
    );
    kernel32.CloseHandle(server);
    while (kernel.io.pending.endScheduled());
    assertEquals(packets(), 1);
    assertEquals(overlapped.status, 0xC000_0120);
  }),
);

strictTest(
  "a call that waits on another thread is ended by CancelSynchronousIo",
  async (kernel) => {
    using system = new RuleSystem();
    const name = "\\\\.\\pipe\\a";
    const server = system.adopt(
      kernel32.CreateNamedPipeW(
        name,
        PIPE_ACCESS_DUPLEX,
        0,
        1,
        64,
        64,
        0,
        null,
      ),
    );
    system.open(name, { share: 0, disposition: OPEN_EXISTING });
    write(server, new Uint8Array(3));
    const flush = kernel.callOnThread({
      name: "FlushFileBuffers",
      words: [server],
    }, 0);
    const waiting = () =>
      kernel.threads.find(({ blocking }) =>
        blocking?.ends.cancel !== undefined
      );
    await until(() => waiting() !== undefined);
    const thread = waiting()!;
    const functions = kernel.functions();
    const handle = functions["OpenThread"]!(1n, 0n, BigInt(thread.id));
    assertEquals(functions["CancelSynchronousIo"]!(handle) & 0xFFFF_FFFFn, 1n);
    const { lastError } = await flush;
    assertEquals(lastError, 995);
    assertEquals(functions["CancelSynchronousIo"]!(handle) & 0xFFFF_FFFFn, 0n);
    functions["CloseHandle"]!(handle);
  },
);
