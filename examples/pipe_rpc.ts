// JSON-RPC 2.0 over a named pipe: a server, and a client whose calls have time-outs. Each request and each answer is a message.
//
//   deno run --allow-ffi examples/pipe_rpc.ts
//   bun examples/pipe_rpc.ts

import { connectPipe, listenPipe, type PipeConnection } from "@kernel32/io";

const NAME = "\\\\.\\pipe\\kernel32-io-rpc";
const MAX_LENGTH = 2 ** 20;

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

const encode = (value: unknown) =>
  new TextEncoder().encode(JSON.stringify(value));
const decode = (bytes: Uint8Array) =>
  JSON.parse(new TextDecoder().decode(bytes));

type Method = (...params: never[]) => unknown;

/** What the server can do. */
const METHODS: Readonly<Record<string, Method>> = {
  add: (a: number, b: number) => a + b,
  fail: () => {
    throw new Error("on purpose");
  },
  sleep: (ms: number) => new Promise((resolve) => setTimeout(resolve, ms)),
};

async function answerTo(message: Uint8Array): Promise<Answer> {
  const { id, method, params } = decode(message);
  try {
    if (!Object.hasOwn(METHODS, method)) throw new Error(`no method ${method}`);
    return { id, result: await METHODS[method]!(...params as never[]) };
  } catch (error) {
    return { id, error: { message: (error as Error).message } };
  }
}

/** Answers a client's requests, several at once, until it leaves. */
async function serve(connection: PipeConnection): Promise<void> {
  await using client = connection;
  const maxLength = MAX_LENGTH;
  for (let bytes; (bytes = await client.readMessage({ maxLength })) !== null;) {
    answerTo(bytes)
      .then((answer) => client.writeMessage(encode(answer)))
      .catch(() => {}); // The client has left, or sent no JSON.
  }
}

/** The calls of one client that wait for their answers. */
class Client implements AsyncDisposable {
  readonly #pipe: PipeConnection;
  readonly #calls = new Map<number, (answer: Answer) => void>();
  readonly #reading: Promise<void>;
  #last = 0;

  constructor(pipe: PipeConnection) {
    this.#pipe = pipe;
    this.#reading = this.#read().catch(() => {}).finally(() => {
      const error = { message: "The server has gone" };
      for (const [id, settle] of this.#calls) settle({ id, error });
    });
  }

  async #read(): Promise<void> {
    const maxLength = MAX_LENGTH;
    for (let bytes; (bytes = await this.#pipe.readMessage({ maxLength }));) {
      const answer: Answer = decode(bytes);
      this.#calls.get(answer.id)?.(answer);
    }
  }

  async call(
    method: string,
    params: unknown[],
    timeout = 60_000,
  ): Promise<unknown> {
    const id = ++this.#last;
    const signal = AbortSignal.timeout(timeout);
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    this.#calls.set(id, resolve);
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort);
    try {
      const request = encode({ jsonrpc: "2.0", id, method, params });
      const sent = this.#pipe.writeMessage(request, { signal });
      const [{ result, error }] = await Promise.all([promise, sent]);
      if (error !== undefined) throw new Error(`${method}: ${error.message}`);
      return result;
    } finally {
      signal.removeEventListener("abort", abort);
      this.#calls.delete(id);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pipe.close();
    await this.#reading;
  }
}

await using listener = listenPipe(NAME, { mode: "message" });
(async () => {
  for await (const connection of listener) {
    serve(connection).catch((error) => console.error(error.message));
  }
})();

await using client = new Client(
  await connectPipe(NAME, { timeout: 60_000, server: "current-user" }),
);
console.log(await client.call("add", [2, 40])); // 42
const slow = client.call("sleep", [400], 100).catch((error) => error.name);
console.log(await client.call("add", [1, 2])); // 3, beside the slow one
console.log(await client.call("fail", []).catch((error) => error.message)); // fail: on purpose
console.log(await slow); // TimeoutError
