// portable
//
// What an abort must neither lose nor miss.

import "../support/old_node.ts";
import { assertEquals } from "@std/assert";
import {
  ERROR_OPERATION_ABORTED,
  fromHandle,
  open,
  type OverlappedFile,
} from "../../mod.ts";
import {
  FILE_FLAG_OVERLAPPED,
  kernel32,
  PIPE_ACCESS_DUPLEX,
} from "../../src/raw.ts";
import { assertSettles, turns } from "../support/overlapped_strict.ts";
import { failFunction } from "../support/strict_kernel/replaced.ts";
import { strictTest } from "../support/strict_kernel/mod.ts";

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
