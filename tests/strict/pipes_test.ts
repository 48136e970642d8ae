// portable

import { assertEquals, assertRejects } from "@std/assert";
import {
  FileClosedError,
  fromHandle,
  INVALID_HANDLE_VALUE,
  open,
  openSync,
  type OverlappedFile,
  type SyncFile,
  Win32Error,
} from "../../mod.ts";
import {
  FILE_FLAG_OVERLAPPED,
  kernel32,
  PIPE_ACCESS_DUPLEX,
  PIPE_READMODE_MESSAGE,
  PIPE_TYPE_MESSAGE,
} from "../../src/raw.ts";
import { turns } from "../support/event_loop.ts";
import { outcomeOf } from "../support/overlapped_strict.ts";
import { strictTest } from "../support/strict_kernel/mod.ts";

const SEEDS = [1, 2, 3, 4];
const NAME = "\\\\.\\pipe\\strict";

/** Makes the server's end of a pipe. */
function serve(
  pipeMode: number,
  buffer = 4096,
  owned = true,
): OverlappedFile {
  const handle = kernel32.CreateNamedPipeW(
    NAME,
    PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED,
    pipeMode,
    1,
    buffer,
    buffer,
    0,
    null,
  );
  return fromHandle(handle, { path: NAME, owned }) as OverlappedFile;
}

strictTest(
  "bytes go both ways through a pipe of the strict kernel",
  async () => {
    await using server = serve(0);
    const connected = server.connect();
    await using client = await open(NAME, { read: true, write: true });
    await connected;
    const data = new Uint8Array(10_000).map((_, index) => index);
    const got = new Uint8Array(10_000);
    await Promise.all([client.writeAll(data), server.readExactly(got)]);
    assertEquals(got, data);
    await Promise.all([
      server.writeAll(data.subarray(0, 50)),
      client.readExactly(got.subarray(0, 50)),
    ]);
  },
  SEEDS,
);

strictTest("a client that is gone is the end of a pipe", async () => {
  await using server = serve(0);
  const connected = server.connect();
  {
    using client = openSync(NAME, { read: true, write: true }) as SyncFile;
    await connected;
    client.writeAll(new Uint8Array(3));
  }
  assertEquals(await server.read(new Uint8Array(10)), 3);
  assertEquals(await server.read(new Uint8Array(10)), null);
  const error = await assertRejects(
    () => server.write(new Uint8Array(1)),
    Win32Error,
  );
  assertEquals(error.win32, 232);
}, SEEDS);

strictTest("a flush of a pipe ends when the client has read all", async () => {
  await using server = serve(0);
  const connected = server.connect();
  await using client = await open(NAME, { read: true, write: true });
  await connected;
  await server.writeAll(new Uint8Array(10));
  const events: string[] = [];
  const flushed = server.flush().then(() => events.push("flushed"));
  await turns();
  events.push("read");
  assertEquals(await client.read(new Uint8Array(10)), 10);
  await flushed;
  assertEquals(events, ["read", "flushed"]);
}, SEEDS);

strictTest(
  "a flush on a handle that others use goes on beyond close(), and one that waits does not",
  async () => {
    const file = serve(0, 4096, false);
    const { handle } = file;
    await using client = await open(NAME, { read: true, write: true });
    await file.write(new Uint8Array(10));
    const flushes = [file.flush()];
    await turns();
    flushes.push(file.flush());
    const ends = Promise.allSettled(flushes);
    await file.close();
    assertEquals(await client.read(new Uint8Array(10)), 10);
    const [first, second] = await ends;
    assertEquals(first!.status, "fulfilled");
    assertEquals(outcomeOf(second!) instanceof FileClosedError, true);
    kernel32.CloseHandle(handle);
  },
);

strictTest("a message that is too long comes in two pieces", async () => {
  await using server = serve(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE);
  const connected = server.connect();
  await using client = await open(NAME, { read: true, write: true });
  await connected;
  await client.write(new Uint8Array([1, 2, 3, 4, 5]));
  await client.write(new Uint8Array([6]));
  const bytes = new Uint8Array(3);
  assertEquals(await server.read(bytes), 3);
  assertEquals(await server.read(bytes), 2);
  assertEquals(await server.read(bytes), 1);
  assertEquals(bytes[0], 6);
}, SEEDS);

strictTest(
  "a name that nothing serves, or another client uses, is refused",
  async () => {
    assertEquals(openCode(), 2);
    await using server = serve(0);
    const connected = server.connect();
    await using _client = await open(NAME, { read: true, write: true });
    await connected;
    assertEquals(openCode(), 231);
    const second = kernel32.CreateNamedPipeW(
      NAME,
      PIPE_ACCESS_DUPLEX,
      0,
      1,
      0,
      0,
      0,
      null,
    );
    assertEquals(second, INVALID_HANDLE_VALUE);
  },
);

function openCode(): number {
  try {
    openSync(NAME, { read: true }).close();
    return 0;
  } catch (error) {
    return (error as Win32Error).win32;
  }
}

strictTest(
  "an aborted read of a pipe ends, and the next one gets the data",
  async () => {
    await using server = serve(0);
    const connected = server.connect();
    await using client = await open(NAME, { read: true, write: true });
    await connected;
    const controller = new AbortController();
    const aborted = server.read(new Uint8Array(5), {
      signal: controller.signal,
    });
    controller.abort();
    await assertRejects(() => aborted);
    await client.write(new Uint8Array([9]));
    const bytes = new Uint8Array(5);
    assertEquals(await server.read(bytes), 1);
    assertEquals(bytes[0], 9);
  },
  SEEDS,
);

strictTest(
  "a SyncFile waits in its call for what the other end writes",
  (kernel) => {
    const server = fromHandle(
      kernel32.CreateNamedPipeW(
        NAME,
        PIPE_ACCESS_DUPLEX,
        0,
        1,
        64,
        64,
        0,
        null,
      ),
    ) as SyncFile;
    const client = openSync(NAME, { read: true, write: true });
    kernel.whenBlocked = () => client.write(new Uint8Array([7])) === 1;
    const bytes = new Uint8Array(4);
    assertEquals(server.read(bytes), 1);
    assertEquals(bytes[0], 7);
    assertEquals(kernel.jsThreadWaits.length, 1);
    client.close();
    server.close();
  },
);
