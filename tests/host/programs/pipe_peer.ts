// One side of a pipe whose other side is another process, on another runtime:
// pipe_peer.ts server|client NAME bytes|messages

import process from "node:process";
import { Win32Error } from "../../../mod.ts";
import type { OverlappedFile } from "../../../src/overlapped/overlapped_file.ts";
import { acceptClient, clientEnd } from "../../support/overlapped_pipes.ts";
import { random } from "../../support/random.ts";

const [, , role, name = "", mode] = process.argv;
const message = mode === "messages";

/** How many clients come; so many of them find room at once. */
const CLIENTS = 12;
const ROOM = 3;
const ROUNDS = 40;
/** The server's buffer: longer messages come in parts. */
const PART = 64;

/** What goes wrong is told in a word, and the program fails. */
function check(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

async function serve(): Promise<string> {
  let echoed = 0;
  let parts = 0;
  let left = CLIENTS;
  let cancelled = 0;
  const serveNext = async (): Promise<void> => {
    while (left-- > 0) {
      await using file = await acceptClient(name, { message });
      const buffer = new Uint8Array(PART);
      for (let i = 0;; i++) {
        const controller = new AbortController();
        const { signal } = controller;
        const read = file.read(buffer, { signal });
        if (i % 3 === 0) controller.abort("stop");
        let count: number | null;
        try {
          count = await read;
        } catch (reason) {
          check(reason === "stop", `${reason}`);
          cancelled++;
          count = await file.read(buffer);
        }
        if (count === null) break;
        if (message && count === PART) parts++;
        await file.writeAll(buffer.subarray(0, count));
        echoed += count;
      }
      // The other end has gone: writes fail.
      const error = await file.writeAll(buffer).catch((error) => error);
      check(error instanceof Win32Error && error.code === "EPIPE", `${error}`);
    }
  };
  await Promise.all(Array.from({ length: ROOM }, serveNext));
  // Of one client's reads, all may have found their bytes there already.
  check(cancelled > 0, "no read was cancelled");
  // The last client is left by the server.
  const file = await acceptClient(name, { message });
  await file.readExactly(new Uint8Array(1));
  await file.close();
  return `${echoed} bytes, ${parts > 0 ? "parts" : "no parts"}`;
}

/** Waits until there is an instance, and one is free. */
async function connect(): Promise<OverlappedFile> {
  for (;;) {
    try {
      return await clientEnd(name, { message });
    } catch (error) {
      if (!(error instanceof Win32Error)) throw error;
      const isNotYet = ["ERROR_PIPE_BUSY", "ERROR_FILE_NOT_FOUND"]
        .includes(error.symbol);
      if (!isNotYet) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

async function talk(seed: number): Promise<number> {
  const { below, bytes } = random(seed);
  await using file = await connect();
  let sent = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const data = bytes(1 + below(200));
    await file.writeAll(data);
    sent += data.length;
    const answer = new Uint8Array(256);
    let done = 0;
    while (done < data.length) {
      const count = await file.read(answer.subarray(done));
      check(count !== null && count > 0, "the server has gone");
      // A message comes in the parts in which it was read.
      const expected = Math.min(PART, data.length - done);
      check(!message || count === expected, `${count} of ${expected}`);
      done += count!;
    }
    check(done === data.length, `${done} of ${data.length}`);
    check(data.every((byte, i) => byte === answer[i]), "other bytes");
  }
  return sent;
}

async function visit(): Promise<string> {
  const sent = await Promise.all(
    Array.from({ length: CLIENTS }, (_, i) => talk(i + 1)),
  );
  await using file = await connect();
  const read = file.read(new Uint8Array(1));
  await file.writeAll(new Uint8Array(1));
  check(await read === null, "the server's end is not the end");
  const error = await file.writeAll(new Uint8Array(1)).catch((error) => error);
  check(error instanceof Win32Error && error.code === "EPIPE", `${error}`);
  return `${sent.reduce((sum, count) => sum + count)} bytes, ` +
    (message ? "parts" : "no parts");
}

console.log(await (role === "server" ? serve() : visit()));
