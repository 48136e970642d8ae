// Both ends of a pipe, of bytes or of messages, against what is under way in each direction.

import { Buffer } from "node:buffer";
import { setImmediate } from "node:timers";
import fc from "fast-check";
import {
  connectPipe,
  ERROR_MORE_DATA,
  listenPipe,
  type PipeConnection,
  Win32Error,
} from "../../../mod.ts";
import { random } from "../random.ts";
import type { Sequence } from "./sequence.ts";

interface Setup {
  readonly mode: "byte" | "message";
  readonly bufferSize: number;
}

interface Step {
  /** Whether it is the server's end that does it. */
  readonly server: boolean;
  readonly kind: "write" | "read" | "message" | "abort";
  readonly length: number;
  readonly cut: number;
  readonly content: number;
}

const length = fc.oneof(
  fc.integer({ min: 1, max: 20 }),
  fc.constantFrom(511, 512, 513, 4096, 4097, 9000),
);

/** One direction: what has been written and not read. */
class Direction {
  readonly messages: Uint8Array[] = [];
  readonly writes: Promise<unknown>[] = [];
  /** Whether a part of a message has been read that is not yet handed out. */
  isBegun = false;
  readonly #isMessage: boolean;

  constructor(isMessage: boolean) {
    this.#isMessage = isMessage;
  }

  get isEmpty(): boolean {
    return this.messages.length === 0;
  }

  add(bytes: Uint8Array): void {
    this.messages.push(bytes);
  }

  /** Checks bytes that were read, and takes them out. */
  take(bytes: Uint8Array, wanted: number): void {
    const first = this.messages[0]!;
    const isWhole = this.#isMessage && !this.isBegun;
    if (isWhole && bytes.length !== Math.min(wanted, first.length)) {
      throw new Error(`read ${bytes.length} of ${wanted} in ${first.length}`);
    }
    if (bytes.length === 0) throw new Error("read nothing");
    for (let at = 0; at < bytes.length;) {
      const message = this.messages[0];
      if (message === undefined) throw new Error("read what was not written");
      const part = bytes.subarray(at, at + message.length);
      if (Buffer.compare(part, message.subarray(0, part.length)) !== 0) {
        throw new Error("read other bytes than were written");
      }
      at += part.length;
      if (part.length === message.length) {
        this.messages.shift();
        this.isBegun = false;
      } else this.messages[0] = message.subarray(part.length);
    }
  }
}

const ABORTED = Symbol("aborted");

export const pipeSequence: Sequence<Setup, Step> = {
  name: "pipes",
  setup: fc.record({
    mode: fc.constantFrom("byte", "message"),
    bufferSize: fc.constantFrom(512, 4096, 65_536),
  }),
  step: fc.record({
    server: fc.boolean(),
    kind: fc.constantFrom("write", "write", "read", "read", "message", "abort"),
    length,
    cut: fc.nat(600),
    content: fc.nat(2 ** 30),
  }),
  async run(system, { mode, bufferSize }, steps) {
    const name = system.newPipe();
    const isMessage = mode === "message";
    const listener = listenPipe(name, { mode, bufferSize });
    const client = await connectPipe(name);
    const server = await listener.accept();
    const toServer = new Direction(isMessage);
    const toClient = new Direction(isMessage);
    const read = async (step: Step, isWhole: boolean) => {
      const end = step.server ? server : client;
      const incoming = step.server ? toServer : toClient;
      if (isWhole && end.messageComplete) {
        await readMessage(end, incoming, step.length);
      } else await readBytes(end, incoming, step.length);
    };
    try {
      for (const step of steps) {
        const end = step.server ? server : client;
        const incoming = step.server ? toServer : toClient;
        const outgoing = step.server ? toClient : toServer;
        if (step.kind === "write") write(end, outgoing, step);
        else if (step.kind === "abort") {
          await abort(end, incoming, step, isMessage);
        } else if (!incoming.isEmpty) {
          await read(step, isMessage && step.kind === "message");
        }
      }
      for (
        const [isServer, incoming] of [[true, toServer], [
          false,
          toClient,
        ]] as const
      ) {
        while (!incoming.isEmpty) {
          const step = { server: isServer, length: 4096 } as Step;
          await read(step, false);
        }
        await Promise.all(incoming.writes);
      }
    } finally {
      await Promise.all([client.close(), server.close(), listener.close()]);
      await Promise.allSettled([...toServer.writes, ...toClient.writes]);
    }
    return steps.length;
  },
};

/** Starts a write, which may have to wait for the other end. */
function write(
  end: PipeConnection,
  outgoing: Direction,
  { length, cut, content }: Step,
): void {
  const bytes = random(content).bytes(length);
  outgoing.add(bytes);
  const write = cut < length
    ? end.writeGather([bytes.subarray(0, cut), bytes.subarray(cut)])
    : end.writeAll(bytes);
  write.catch(() => {});
  outgoing.writes.push(write);
}

async function readBytes(
  end: PipeConnection,
  incoming: Direction,
  length: number,
): Promise<void> {
  const buffer = new Uint8Array(length);
  const count = await end.read(buffer);
  if (count === null) throw new Error("the pipe has ended");
  incoming.take(buffer.subarray(0, count), length);
}

async function readMessage(
  end: PipeConnection,
  incoming: Direction,
  maxLength: number,
): Promise<void> {
  const expected = incoming.messages[0]!;
  try {
    const message = await end.readMessage({ maxLength });
    if (message === null) throw new Error("the pipe has ended");
    if (message.length > maxLength) throw new Error("the message is too long");
    incoming.take(message, expected.length);
  } catch (error) {
    const isLonger = error instanceof Win32Error &&
      error.win32 === ERROR_MORE_DATA && expected.length > maxLength;
    if (!isLonger) throw error;
    incoming.messages.shift();
  }
}

/** Reads with a signal that is aborted: nothing may be lost. */
async function abort(
  end: PipeConnection,
  incoming: Direction,
  { cut }: Step,
  isMessage: boolean,
): Promise<void> {
  const controller = new AbortController();
  const { signal } = controller;
  const buffer = new Uint8Array(100);
  const stop = () => controller.abort(ABORTED);
  if (isMessage && cut % 2 === 0) {
    // What has come of a message when it is aborted is read next.
    const reading = end.readMessage({ signal });
    if (cut % 3 === 0) queueMicrotask(stop);
    else setImmediate(stop);
    try {
      const message = await reading;
      if (message === null) throw new Error("the pipe has ended");
      incoming.take(message, message.length);
    } catch (error) {
      if (error !== ABORTED) throw error;
      incoming.isBegun = true;
    }
    return;
  }
  const reading = end.read(buffer, { signal });
  queueMicrotask(stop);
  try {
    const count = await reading;
    if (count === null) throw new Error("the pipe has ended");
    incoming.take(buffer.subarray(0, count), 100);
  } catch (error) {
    if (error !== ABORTED) throw error;
  }
}
