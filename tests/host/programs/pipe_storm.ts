// A server whose clients are polite or rude, and both kinds of clients, in processes of their own:
// pipe_storm.ts server|polite|rude NAME

import process from "node:process";
import {
  connectPipe,
  listenPipe,
  type PipeConnection,
  type Win32Error,
} from "../../../mod.ts";
import { random } from "../../support/random.ts";

const [, , role, name = ""] = process.argv;

const MAX_LENGTH = 20_000;
const POLITE = 8;
const VISITS = 12;
const QUESTIONS = 10;
const RUDE_ROUNDS = 25;
/** A message that asks for the end. */
const STOP = 1;

function check(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

/** FNV-1a, from one message on to the next. */
function hashed(hash: number, message: Uint8Array): number {
  for (const byte of message) hash = Math.imul(hash ^ byte, 0x0100_0193) >>> 0;
  return hash;
}

/** The answer to a message: its number and the hash of all so far. */
function answer(count: number, hash: number): Uint8Array<ArrayBuffer> {
  const words = Uint32Array.of(count, hash);
  return new Uint8Array(words.buffer);
}

const open = new Set<PipeConnection>();

/** Serves a client. What it does wrong is its own loss. Returns whether it asked for the end. */
async function serveClient(connection: PipeConnection): Promise<boolean> {
  open.add(connection);
  try {
    let hash = 0;
    for (let count = 1;; count++) {
      const message = await connection.readMessage({ maxLength: MAX_LENGTH });
      if (message === null) return false;
      if (message.length === 1 && message[0] === STOP) return true;
      hash = hashed(hash, message);
      await connection.writeMessage(answer(count, hash));
    }
  } finally {
    open.delete(connection);
    await connection[Symbol.asyncDispose]();
  }
}

async function serve(): Promise<string> {
  const listener = listenPipe(name, { mode: "message", bufferSize: 4096 });
  let served = 0;
  const failures = new Map<string, number>();
  for await (const connection of listener) {
    served++;
    serveClient(connection).then(
      (isEnd) => isEnd ? listener.close() : undefined,
      (error) => {
        const { symbol = String(error) } = error as Win32Error;
        failures.set(symbol, (failures.get(symbol) ?? 0) + 1);
      },
    );
  }
  // Those that never read are still there, with writes pending.
  const left = open.size;
  await Promise.all(Array.from(open, (connection) => connection.close()));
  return `${served > POLITE * VISITS ? "all" : served} served, ` +
    `${left > 0 ? "some" : "none"} left, ` +
    `${failures.has("ERROR_MORE_DATA") ? "long messages" : "none"} refused`;
}

/** Asks in several visits, and checks each answer. */
async function ask(number: number): Promise<number> {
  const { below, bytes } = random(number);
  let asked = 0;
  for (let visit = 0; visit < VISITS; visit++) {
    // Without `wait`: a name that vanishes between clients would fail.
    await using client = await connectPipe(name, { timeout: 60_000 });
    let hash = 0;
    for (let count = 1; count <= QUESTIONS; count++) {
      const question = bytes(2 + below(9000));
      hash = hashed(hash, question);
      await client.writeMessage(question);
      const got = await client.readMessage();
      check(got !== null, "the server has gone");
      const [its, itsHash] = new Uint32Array(got!.buffer);
      check(its === count, `answer ${its} to question ${count}`);
      check(itsHash === hash, "an answer to something else");
      asked++;
    }
  }
  return asked;
}

async function visit(): Promise<string> {
  // The rude ones come first, and say so.
  const listener = listenPipe(`${name}-rude`);
  await (await listener.accept()).close();
  await listener.close();
  const asked = await Promise.all(
    Array.from({ length: POLITE }, (_, i) => ask(i + 1)),
  );
  await using client = await connectPipe(name, { timeout: 60_000 });
  await client.writeMessage(Uint8Array.of(STOP));
  return `${asked.reduce((sum, count) => sum + count)} answers`;
}

/** What rude clients do. */
const RUDENESS: Record<string, () => Promise<void>> = {
  async "leaves before it is connected"() {
    await (await connect()).close();
  },
  async "leaves without reading its answer"() {
    const client = await connect();
    await client.writeMessage(new Uint8Array(500));
    await client.close();
  },
  async "writes and never reads"() {
    const client = await connect();
    // The server's buffer for answers is full some day: its writes wait.
    for (let i = 0; i < 1000; i++) {
      const signal = AbortSignal.timeout(20);
      const stopped = await client.writeMessage(new Uint8Array(10), { signal })
        .then(() => false, () => true);
      if (stopped) break;
    }
    kept.push(client);
  },
  async "leaves in the middle of a message"() {
    const client = await connect();
    const signal = AbortSignal.timeout(5);
    const writing = client.writeMessage(new Uint8Array(15_000), { signal });
    await writing.catch(() => {});
    await client.close();
  },
  async "sends too much"() {
    const client = await connect();
    await client.writeMessage(new Uint8Array(2 ** 20)).catch(() => {});
    await client.close();
  },
};
const kept: PipeConnection[] = [];

/** Whether the server has not been seen yet. */
let isFirst = true;

function connect(): Promise<PipeConnection> {
  const wait = isFirst;
  isFirst = false;
  return connectPipe(name, { wait, timeout: 60_000 });
}

async function annoy(): Promise<string> {
  const first = await connect();
  const large = (async () => {
    const client = first;
    await client.writeMessage(new Uint8Array(100 * 2 ** 20)).catch(() => {});
    await client.close();
  })();
  // The polite ones come when each rudeness has been seen.
  for (const act of Object.values(RUDENESS)) await act();
  // One that left before it was accepted would not have been there.
  const polite = await connectPipe(`${name}-rude`, { wait: true });
  await polite.readAll();
  await polite.close();
  for (let round = 0; round < RUDE_ROUNDS; round++) {
    for (const [what, act] of Object.entries(RUDENESS)) {
      if (kept.length > 3 && what === "writes and never reads") continue;
      // The server may have ended by now.
      await act().catch((error: Win32Error) => {
        const { code } = error;
        check(["ENOENT", "EPIPE", "EOF", "EBUSY"].includes(code), `${error}`);
        round = RUDE_ROUNDS;
      });
      if (round === RUDE_ROUNDS) break;
    }
  }
  await large;
  // Stays until the server ends.
  await Promise.all(kept.map((client) => client.readAll().catch(() => {})));
  return "rude";
}

const roles: Record<string, () => Promise<string>> = {
  server: serve,
  polite: visit,
  rude: annoy,
};
console.log(await roles[role!]!());
