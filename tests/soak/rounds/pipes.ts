import { assert, assertEquals } from "@std/assert";
import type { PipeConnection } from "../../../mod.ts";
import { pipePair } from "../../support/pipe_pair.ts";
import type { Round } from "./mod.ts";
import { expectBytes } from "./sync_files.ts";

const PIPES = 3;
const STEPS = 60;
const LARGEST = 6000;

const ABORTED = Symbol("aborted");

/** One direction of a pipe, and what has been written and not yet read. */
class Direction {
  readonly writing: Promise<unknown>[] = [];
  /** Messages, or, on a pipe of bytes, what each write has left. */
  readonly unread: Uint8Array[] = [];

  constructor(
    readonly from: PipeConnection,
    readonly to: PipeConnection,
    readonly keepsMessages: boolean,
  ) {}

  write(data: Uint8Array, asList: boolean): void {
    if (data.length > 0 || this.keepsMessages) this.unread.push(data);
    const half = data.length >> 1;
    const writing = asList
      ? this.from.writeGather([data.subarray(0, half), data.subarray(half)])
      : this.from.write(data);
    const written = writing.then((count) => assertEquals(count, data.length));
    written.catch(() => {}); // It is awaited at the end.
    this.writing.push(written);
  }

  /** Reads into a buffer something that was written. */
  async read(length: number): Promise<void> {
    const buffer = new Uint8Array(length);
    const count = await this.to.read(buffer);
    if (count === null) throw new Error("The pipe has ended");
    if (this.keepsMessages) {
      const rest = this.unread[0]!.length;
      assertEquals(count, Math.min(rest, length));
      assertEquals(this.to.messageComplete, rest <= length);
      if (count === 0) return void this.unread.shift();
    }
    assert(count > 0 && count <= length, `${count} bytes were read`);
    expectBytes("what was read", buffer.subarray(0, count), this.#take(count));
  }

  async readMessage(): Promise<void> {
    const message = await this.to.readMessage();
    expectBytes("a message", message!, this.unread.shift()!);
  }

  /** Starts to read where nothing is to come, and aborts that. */
  async abortedRead(): Promise<void> {
    const controller = new AbortController();
    const { signal } = controller;
    const reading = this.to.read(new Uint8Array(10), { signal })
      .then((count) => `${count} bytes`, (reason) => reason);
    await new Promise((resolve) => setTimeout(resolve, 0));
    controller.abort(ABORTED);
    assertEquals(await reading, ABORTED);
  }

  /** Reads all that is left. */
  async drain(): Promise<void> {
    while (this.unread.length > 0) await this.read(LARGEST);
    await Promise.all(this.writing);
  }

  #take(count: number): Uint8Array {
    const taken = new Uint8Array(count);
    for (let done = 0; done < count;) {
      const first = this.unread[0]!;
      const part = first.subarray(0, count - done);
      taken.set(part, done);
      done += part.length;
      if (part.length === first.length) this.unread.shift();
      else this.unread[0] = first.subarray(part.length);
    }
    return taken;
  }
}

/** Writes and reads pipes of both kinds in both directions, and compares with lists of what was written. */
export async function pipes(round: Round): Promise<void> {
  for (let i = 0; i < PIPES; i++) await onePipe(round);
}

async function onePipe({ source, say }: Round): Promise<void> {
  const { below, pick } = source;
  const mode = pick(["byte", "message"] as const);
  const bufferSize = pick([512, 4096, 65_536]);
  say(`a pipe: ${mode}, ${bufferSize}`);
  await using pair = await pipePair({ mode, bufferSize });
  const { client, server } = pair;
  const keepsMessages = mode === "message";
  const directions = [
    new Direction(client, server, keepsMessages),
    new Direction(server, client, keepsMessages),
  ];
  for (let step = 0; step < STEPS; step++) {
    const index = below(2);
    const direction = directions[index]!;
    const isEmpty = direction.unread.length === 0;
    switch (pick(["write", "write", "read", "read", "message"])) {
      case "write": {
        const length = pick([0, 1, below(100), below(LARGEST)]);
        const asList = below(3) === 0;
        say(`${index}: write ${length}${asList ? ", list" : ""}`);
        direction.write(source.bytes(length), asList);
        break;
      }
      case "read": {
        if (isEmpty) {
          say(`${index}: read, abort`);
          await direction.abortedRead();
        } else {
          const length = 1 + pick([below(100), below(LARGEST)]);
          say(`${index}: read ${length}`);
          await direction.read(length);
        }
        break;
      }
      default:
        if (isEmpty || !keepsMessages) break;
        say(`${index}: read a message`);
        await direction.readMessage();
    }
  }
  if (below(2) === 0) {
    // What is written and not read goes with the pipe.
    say("close");
    const writing = directions.flatMap((direction) => direction.writing);
    await Promise.all([client.close(), server.close()]);
    await Promise.allSettled(writing);
  } else {
    say("read the rest");
    for (const direction of directions) await direction.drain();
    await client.close();
    assertEquals(await server.read(new Uint8Array(1)), null);
  }
}
