// Serves many clients of a named pipe at once: each gets back what it sends, in capitals. Then plays some clients itself, one
// of them rude.
//
//   deno run --allow-ffi examples/pipe_server.ts
//   bun examples/pipe_server.ts

import {
  connectPipe,
  listenPipe,
  type PipeConnection,
  type PipeListener,
  Win32Error,
} from "@kernel32/io";

const NAME = "\\\\.\\pipe\\kernel32-io-capitals";
const encoder = new TextEncoder();
const decoder = new TextDecoder();

async function serve(connection: PipeConnection): Promise<void> {
  await using client = connection;
  for (let message; (message = await client.readMessage()) !== null;) {
    const text = decoder.decode(message).toUpperCase();
    await client.writeMessage(encoder.encode(text));
  }
}

/** Serves clients until the listener is closed, each beside the others. */
async function serveAll(listener: PipeListener): Promise<void> {
  const served = new Set<Promise<void>>();
  for await (const connection of listener) {
    // What a client does wrong ends its own connection, and no other.
    const serving = serve(connection).catch((error) => {
      if (!(error instanceof Win32Error)) throw error;
      console.log(`A client left early: ${error.code}`);
    });
    served.add(serving);
    serving.finally(() => served.delete(serving));
  }
  await Promise.all(served);
}

async function ask(question: string): Promise<string> {
  await using pipe = await connectPipe(NAME, { timeout: 60_000 });
  await pipe.writeMessage(encoder.encode(question));
  const answer = await pipe.readMessage();
  return decoder.decode(answer ?? undefined);
}

const listener = listenPipe(NAME, { mode: "message", maxInstances: 100 });
const serving = serveAll(listener);

const rude = await connectPipe(NAME, { timeout: 60_000 });
await rude.writeMessage(encoder.encode("who reads this?"));
await rude.close();

for (const question of ["one", "two", "three"]) {
  console.log(await ask(question)); // ONE, TWO, THREE
}
await listener.close();
await serving;
