// Echoes through named pipes: a server that sends back what it gets, and clients that each wait for the answer.

import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import process from "node:process";
import { connectPipe, listenPipe, type PipeConnection } from "../../mod.ts";
import { bind } from "../foreign.ts";
import { type Contestant, type EchoJob, failed, type Way } from "../way.ts";
import { native } from "./c.ts";

const LIBRARY = {
  echo_begin: "buffer u32 i32",
  echo: "buffer i32",
  echo_end: "buffer",
};

let servers = 0;

const newName = () =>
  `\\\\.\\pipe\\echo-${process.pid}-${++servers}-${Date.now()}`;

/** A thread for each end of each connection. */
export const nativeEcho: Way = {
  ...native,
  echo({ length, clients, library }) {
    const { echo_begin, echo, echo_end } = bind(library!, LIBRARY);
    const state = new Uint8Array(new ArrayBuffer(8));
    if (echo_begin(state, length, clients) !== 1) failed("C");
    return {
      run(count) {
        if (echo(state, count) !== count) failed("C");
      },
      close: () => void echo_end(state),
    };
  },
};

/** Has clients make requests, each as soon as it has the answer to its last. */
function contestant(
  asks: readonly (() => Promise<void>)[],
  close: () => Promise<void>,
): Contestant {
  return {
    async run(count) {
      let left = count;
      const go = async (ask: () => Promise<void>) => {
        while (left-- > 0) await ask();
      };
      await Promise.all(asks.map(go));
    },
    close,
  };
}

async function serve(connection: PipeConnection, length: number) {
  await using client = connection;
  const bytes = new Uint8Array(length);
  for (let count; (count = await client.read(bytes)) !== null;) {
    await client.writeAll(bytes.subarray(0, count));
  }
}

/** This module's pipes. */
export const pipeConnection: Way = {
  name: "PipeConnection",
  async echo({ length, clients }) {
    const name = newName();
    const listener = listenPipe(name);
    const serving: Promise<void>[] = [];
    const pipes: PipeConnection[] = [];
    const asks: (() => Promise<void>)[] = [];
    for (let i = 0; i < clients; i++) {
      const accepted = listener.accept();
      const pipe = await connectPipe(name);
      serving.push(serve(await accepted, length));
      pipes.push(pipe);
      const bytes = new Uint8Array(length);
      asks.push(async () => {
        await pipe.writeAll(bytes);
        await pipe.readExactly(bytes);
      });
    }
    return contestant(asks, async () => {
      for (const pipe of pipes) await pipe.close();
      await Promise.all(serving);
      await listener.close();
    });
  },
};

/** Returns what sends bytes, and waits until as many have come back. */
function askSocket(socket: Socket, length: number): () => Promise<void> {
  const bytes = new Uint8Array(length);
  let [left, answered] = [0, () => {}];
  socket.on("data", ({ length }) => {
    left -= length;
    if (left === 0) answered();
  });
  return () =>
    new Promise((resolve) => {
      left = length;
      answered = resolve;
      socket.write(bytes);
    });
}

/** Pipes of `node:net`, as the runtime has them. */
export const nodeNet: Way = {
  name: "node:net",
  async echo({ length, clients }: EchoJob) {
    const name = newName();
    const server = createServer((socket) => {
      socket.on("data", (data) => socket.write(data));
    });
    // Deno's server has four instances otherwise, and no fifth client connects.
    process.env.NODE_PENDING_PIPE_INSTANCES = String(2 * clients);
    server.listen(name);
    await once(server, "listening");
    const sockets: Socket[] = [];
    for (let i = 0; i < clients; i++) {
      const socket = connect(name);
      await once(socket, "connect");
      sockets.push(socket);
    }
    const asks = sockets.map((socket) => askSocket(socket, length));
    return contestant(asks, async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    });
  },
};
