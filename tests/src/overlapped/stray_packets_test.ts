// portable
//
// Packets that no operation expects: a driver may queue one for a call that has failed, in which the caller was told of
// the failure already.

import "../../support/old_node.ts";
import { assertEquals, assertRejects } from "@std/assert";
import { diagnostics, Win32Error } from "../../../mod.ts";
import { STATUS_PENDING } from "../../../src/errors/ntstatus.ts";
import { completionPort } from "../../../src/overlapped/completion_port.ts";
import { overlappedPipe } from "../../support/overlapped_pipes.ts";
import { turns } from "../../support/event_loop.ts";
import { endByHand, newFile, portOf } from "../../support/overlapped_strict.ts";
import {
  type StrictKernel,
  strictTest,
} from "../../support/strict_kernel/mod.ts";
import {
  failFunction,
  replaceFunction,
} from "../../support/strict_kernel/replaced.ts";
import { Blocking } from "../../support/strict_kernel/thread.ts";

const SEEDS = [1, 2, 3, 4, 5, 6];

/** Queues a packet that no operation has asked for. */
function postStray(
  kernel: StrictKernel,
  key: bigint,
  overlapped: bigint,
): void {
  portOf(kernel).post({ key, overlapped, count: 99, taken: () => 0 });
}

/** Notes the OVERLAPPED of each call of a function. */
function overlappedsOf(name: string): Disposable & { addresses: bigint[] } {
  const addresses: bigint[] = [];
  const replaced = replaceFunction(name, (original) => (kernel, ...words) => {
    addresses.push(words[4]!);
    return original(kernel, ...words);
  });
  return Object.assign(replaced, { addresses });
}

/** The completion key of the operation that was started last. */
function lastKey(kernel: StrictKernel): bigint {
  return kernel.io.inFlight.at(-1)!.request.open.key;
}

strictTest(
  "a packet for an operation that is pending is dropped",
  async (kernel) => {
    endByHand(kernel);
    await using file = await newFile();
    using calls = overlappedsOf("ReadFile");
    const dropped = diagnostics().droppedPackets;
    const read = file.read(new Uint8Array(10), { at: 0 });
    // The key is right, but the kernel has not ended.
    postStray(kernel, lastKey(kernel), calls.addresses[0]!);
    await turns();
    assertEquals(diagnostics().droppedPackets, dropped + 1);
    assertEquals(completionPort().pending, 1);
    kernel.io.pending.endScheduled();
    assertEquals(await read, null);
  },
);

strictTest(
  "a call that takes no packets leaves those of the call before alone",
  async (kernel) => {
    const used = new Set<bigint>();
    using _ = failFunction("GetQueuedCompletionStatusEx", 258, (...words) => {
      // After a call that gave packets, one fails with the memory as it was.
      const [, address, , , milliseconds] = words;
      const { packets } = portOf(kernel);
      if (packets.length === 0 && used.delete(address!)) return true;
      if (packets.length > 0 || milliseconds! > 0n) used.add(address!);
      return false;
    });
    await using pipe = await overlappedPipe();
    const { server, client } = pipe;
    const dropped = completionPort().droppedPackets;
    for (let i = 0; i < 10; i++) {
      const read = server.read(new Uint8Array(4));
      await turns();
      assertEquals(await client.write(new Uint8Array(4)), 4);
      assertEquals(await read, 4);
    }
    assertEquals(completionPort().droppedPackets, dropped);
  },
  SEEDS.slice(0, 3),
);

strictTest(
  "a packet with another handle's key ends no operation, though it has ended",
  async (kernel) => {
    kernel.schedule.coin = () => true; // The status is there before the packet.
    endByHand(kernel);
    await using file = await newFile();
    await file.truncate(100);
    using calls = overlappedsOf("ReadFile");
    const dropped = completionPort().droppedPackets;
    const read = file.read(new Uint8Array(10), { at: 0 });
    // One packet is taken at a time, since one operation is pending.
    postStray(kernel, lastKey(kernel) + 1n, calls.addresses[0]!);
    kernel.io.pending.endScheduled();
    let packetsThen = -1;
    const count = await read.then((count) => {
      packetsThen = portOf(kernel).packets.length;
      return count;
    });
    assertEquals(count, 10);
    assertEquals(packetsThen, 0, "its own packet is still in the port");
    assertEquals(completionPort().droppedPackets, dropped + 1);
  },
);

strictTest(
  "a packet with another handle's key is not the one that is owed",
  async (kernel) => {
    kernel.schedule.choose = () => "in call";
    await using pipe = await overlappedPipe();
    const { client, server } = pipe;
    using calls = overlappedsOf("WriteFile");
    const dropped = completionPort().droppedPackets;
    const own = portOf(kernel);
    const posted = own.packets.length;
    const write = client.write(new Uint8Array(4));
    const owed = own.packets[posted]!;
    // The stray one overtakes it.
    own.packets.splice(posted, 0, { ...owed, key: 0x7777n, taken: () => 0 });
    assertEquals(await write, 4);
    assertEquals(calls.addresses.length, 1);
    await turns();
    assertEquals(completionPort().droppedPackets, dropped + 1);
    assertEquals(await server.read(new Uint8Array(4)), 4);
  },
);

strictTest(
  "packets of no OVERLAPPED of this thread are dropped",
  async (kernel) => {
    await using file = await newFile();
    using calls = overlappedsOf("WriteFile");
    await file.write(new Uint8Array(10), { at: 0 });
    const slot = calls.addresses[0]!;
    const dropped = completionPort().droppedPackets;
    // None at all, one in the middle of a slot, one that is free.
    const strays = [0x1000n, 0xFFFF_FFFF_FFFFn, slot + 8n, slot];
    for (const overlapped of strays) postStray(kernel, 1n, overlapped);
    kernel.schedule.choose = () => "later";
    while (completionPort().droppedPackets < dropped + strays.length) {
      assertEquals(await file.read(new Uint8Array(10), { at: 0 }), 10);
    }
    assertEquals(completionPort().droppedPackets, dropped + strays.length);
  },
);

for (
  const [what, ends] of [["its status", 0], [
    "STATUS_PENDING",
    STATUS_PENDING,
  ]] as const
) {
  strictTest(
    `packets of locks that were refused at once, with ${what}, end no other operation`,
    async (kernel) => {
      kernel.rules.packetOfFailedCall = ({ request }, status) =>
        request.kind === "lock" ? ends || status : undefined;
      await using owner = await newFile();
      await owner.lock({ at: 0, length: 10 });
      await using file = await newFile();
      await using pipe = await overlappedPipe();
      const { server, client } = pipe;
      for (let i = 0; i < 100; i++) {
        const error = await assertRejects(
          () => file.lock({ at: 5, length: 1, wait: false }),
          Win32Error,
        );
        assertEquals(error.symbol, "ERROR_LOCK_VIOLATION");
        const reads = [
          server.read(new Uint8Array(4)),
          server.read(new Uint8Array(4)),
        ];
        await turns();
        await client.write(new Uint8Array(8));
        assertEquals(await Promise.all(reads), [4, 4]);
      }
      assertEquals(completionPort().pending, 0);
      assertEquals(completionPort().droppedPackets > 0, true);
    },
    SEEDS.slice(0, 3),
  );
}

strictTest(
  "packets of failed reads end no other operation, whatever fails and when",
  async (kernel) => {
    kernel.rules.packetOfFailedCall = (_, status) =>
      kernel.schedule.coin()
        ? kernel.schedule.coin() ? status : STATUS_PENDING
        : undefined;
    await using file = await newFile();
    await file.write(new Uint8Array(1000).fill(7), { at: 0 });
    await using pipe = await overlappedPipe();
    const { server, client } = pipe;
    for (let i = 0; i < 60; i++) {
      const reads = Array.from({ length: 8 }, (_, j) => {
        const at = j % 2 === 0 ? 2000 : 990; // Beyond the end, and before it.
        return file.read(new Uint8Array(100), { at });
      });
      const message = server.read(new Uint8Array(3));
      await client.write(Uint8Array.of(1, 2, 3));
      assertEquals(await message, 3);
      assertEquals(
        await Promise.all(reads),
        [null, 10, null, 10, null, 10, null, 10],
      );
    }
    assertEquals(completionPort().pending, 0);
  },
  SEEDS,
);

strictTest(
  "a slot is used again only when all others were, and never while it is in flight",
  async () => {
    await using file = await newFile();
    using reads = overlappedsOf("ReadFile");
    using writes = overlappedsOf("WriteFile");
    for (let i = 0; i < 700; i++) {
      const transfers = [
        file.write(new Uint8Array(10), { at: 0 }),
        file.read(new Uint8Array(10), { at: 0 }),
        file.read(new Uint8Array(10), { at: 2 ** 40 }),
        file.read(new Uint8Array(10), { at: 5 }).catch(() => {}),
      ];
      await Promise.all(transfers);
    }
    const all = [...reads.addresses, ...writes.addresses];
    assertEquals(all.length, 2800);
    // Slots that leaked one an operation would take a second slab.
    assertEquals(new Set(all.map((address) => address >> 16n)).size, 1);
    const before = reads.addresses.slice(0, 500);
    assertEquals(new Set(before).size, 500, "oldest first");
  },
  [1, 2],
);

strictTest(
  "packets of failed calls do not pile up, though no operation is ever pending",
  async (kernel) => {
    kernel.schedule.choose = () => "in call";
    kernel.rules.packetOfFailedCall = (_, status) => status;
    await using file = await newFile();
    let most = 0;
    let calls = 0;
    using _ = replaceFunction(
      "GetQueuedCompletionStatusEx",
      (original) => (kernel, ...words) => {
        calls++;
        return original(kernel, ...words);
      },
    );
    for (let i = 0; i < 1000; i++) {
      assertEquals(await file.read(new Uint8Array(1), { at: 100 }), null);
      most = Math.max(most, portOf(kernel).packets.length);
    }
    assertEquals(most > 0 && most < 200, true, `${most} packets in the port`);
    // Many are taken at once.
    assertEquals(calls < 20, true, `${calls} calls for 1000 packets`);
  },
);

strictTest(
  "a write on another thread that fails ends once, also if a packet says so before",
  async (kernel) => {
    using _ = replaceFunction("WriteFile", (original) => (kernel, ...words) => {
      try {
        return original(kernel, ...words);
      } catch (error) {
        const call = new Blocking("the return of a call", {});
        const fails = () => {
          throw error;
        };
        turns().then(() => call.end(fails));
        return call;
      }
    });
    kernel.names.mount("E:", { size: 4096, extendsInCall: true });
    kernel.rules.packetOfFailedCall = (_, status) => status;
    await using file = await newFile("E:\\full");
    const writer = file.createWritable({ keepOpen: true }).getWriter();
    writer.closed.catch(() => {});
    const write = writer.write(new Uint8Array(100_000))
      .then(() => writer.close());
    const { symbol } = await assertRejects(() => write, Win32Error);
    assertEquals(symbol, "ERROR_DISK_FULL");
    await turns();
    assertEquals(diagnostics().pendingOperations, 0);
  },
  SEEDS,
);
