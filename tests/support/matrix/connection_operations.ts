// What the methods of the connections of a pipe do.

import { assert } from "@std/assert";
import type { PipeConnection } from "../../../mod.ts";
import { type PipePair, pipePair } from "../pipe_pair.ts";
import { data, halves, readStream, writeStream } from "./content.ts";
import type { MatrixOperation, Prepared } from "./operation.ts";

/** Checks that both ends still carry bytes or messages, whatever was under way. */
async function checkCarries(
  from: PipeConnection,
  to: PipeConnection,
  isMessage: boolean,
): Promise<void> {
  const last = Uint8Array.of(9, 8, 7);
  const writing = from.writeAll(last);
  for (let tail: number[] = []; tail.join() !== "9,8,7";) {
    if (isMessage) {
      tail = [...await to.readMessage() ?? assert(false)!];
      continue;
    }
    const bytes = new Uint8Array(8192);
    const count = await to.read(bytes);
    tail = [...tail, ...bytes.subarray(0, count ?? 0)].slice(-3);
  }
  await writing;
}

/** What a method of a connection does. */
interface PipeMethod {
  readonly run: (ends: PipePair, bytes: Uint8Array) => unknown;
  readonly kind?: "read" | "write";
  readonly isFull?: boolean;
  readonly modes?: readonly ("byte" | "message")[];
  readonly errorsOf?: string;
  /** Whether the other end closes after it has written. */
  readonly ends?: boolean;
  /** Whether the connection carries nothing any more after it. */
  readonly cuts?: boolean;
}

const PIPE_LENGTH = 5000;

const PIPE_METHODS: Readonly<Record<string, PipeMethod>> = {
  read: {
    run: ({ server }, bytes) => server.read(bytes),
    kind: "read",
    modes: ["byte", "message"],
  },
  readExactly: {
    run: ({ server }, bytes) => server.readExactly(bytes),
    kind: "read",
    isFull: true,
  },
  readAll: {
    run: async ({ server }, bytes) => {
      const all = await server.readAll();
      bytes.set(all);
      return all.length;
    },
    kind: "read",
    ends: true,
  },
  readMessage: {
    run: async ({ server }, bytes) => {
      const message = await server.readMessage();
      if (message === null) return null;
      bytes.set(message);
      return message.length;
    },
    kind: "read",
    modes: ["message"],
  },
  createReadable: {
    run: ({ server }, bytes) => readStream(server.createReadable(), bytes),
    kind: "read",
    errorsOf: "read",
    ends: true,
  },
  readable: {
    run: ({ server }, bytes) => readStream(server.readable, bytes),
    kind: "read",
    errorsOf: "read",
    ends: true,
  },
  write: {
    run: ({ server }, bytes) => server.write(bytes),
    kind: "write",
    modes: ["byte", "message"],
  },
  writeAll: {
    run: ({ server }, bytes) => server.writeAll(bytes),
    kind: "write",
    isFull: true,
  },
  writeGather: {
    run: ({ server }, bytes) => server.writeGather(halves(bytes)),
    kind: "write",
  },
  writeMessage: {
    run: ({ server }, bytes) => server.writeMessage(bytes),
    kind: "write",
    isFull: true,
    modes: ["message"],
  },
  createWritable: {
    run: ({ server }, bytes) => writeStream(server.createWritable(), bytes),
    kind: "write",
    isFull: true,
    errorsOf: "writeAll",
  },
  writable: {
    run: ({ server }, bytes) => writeStream(server.writable, bytes),
    kind: "write",
    isFull: true,
    errorsOf: "writeAll",
  },
  flush: { run: ({ server }) => server.flush() },
  peerProcessId: { run: ({ server }) => server.peerProcessId },
  "peerProcessId, of a server": { run: ({ client }) => client.peerProcessId },
  disconnect: { run: ({ server }) => server.disconnect(), cuts: true },
  close: { run: ({ server }) => server.close(), cuts: true },
};

export function* connectionOperations(): Iterable<MatrixOperation> {
  for (const [name, method] of Object.entries(PIPE_METHODS)) {
    const [plain = ""] = name.split(",");
    for (const mode of method.modes ?? ["byte"]) {
      yield {
        method: `PipeConnection.${plain}`,
        variant: `${name}, ${mode}`,
        ...method.errorsOf && {
          errorsOf: `PipeConnection.${method.errorsOf}`,
        },
        prepare: () => preparePipe(method, mode),
      };
    }
  }
}

async function preparePipe(
  { run, kind, isFull = false, ends: closes, cuts }: PipeMethod,
  mode: "byte" | "message",
): Promise<Prepared> {
  const ends = await pipePair({ mode });
  const { server, client } = ends;
  const sent = data(PIPE_LENGTH);
  if (kind === "read") await client.writeAll(sent);
  if (closes) await client.close();
  const bytes = kind === "write" ? sent : new Uint8Array(PIPE_LENGTH);
  return {
    path: server.path,
    ...kind && { transfer: { kind, at: undefined, bytes, isFull } },
    run: () => run(ends, bytes),
    async settle() {
      if (!closes && !cuts && !server.closed) {
        for (const pair of [[server, client], [client, server]] as const) {
          await checkCarries(...pair, mode === "message");
        }
      }
      for (const end of [ends.listener, client, server]) {
        if (!end.closed) await end.close();
      }
    },
  };
}
