// Serves many clients of a named pipe at once: each gets back what it sends, in capitals. Then plays three clients itself.
//
//   deno run --allow-ffi examples/pipe_server.ts
//   bun examples/pipe_server.ts

import {
  fromHandle,
  INVALID_HANDLE_VALUE,
  open,
  OverlappedFile,
  Win32Error,
} from "@kernel32/io";
import {
  FILE_FLAG_OVERLAPPED,
  kernel32,
  PIPE_ACCESS_DUPLEX,
  PIPE_REJECT_REMOTE_CLIENTS,
  PIPE_UNLIMITED_INSTANCES,
} from "@kernel32/io/raw";

const NAME = "\\\\.\\pipe\\kernel32-io-capitals";
const SIZE = 4096;

/** Makes one more end of the pipe, for one client. */
function instance(): OverlappedFile {
  const handle = kernel32.CreateNamedPipeW(
    NAME,
    PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED,
    PIPE_REJECT_REMOTE_CLIENTS,
    PIPE_UNLIMITED_INSTANCES,
    SIZE,
    SIZE,
    0,
    null,
  );
  if (handle === INVALID_HANDLE_VALUE) {
    throw Win32Error.last("CreateNamedPipeW");
  }
  const file = fromHandle(handle, { path: NAME });
  if (file instanceof OverlappedFile) return file;
  throw new TypeError("The handle is not overlapped");
}

async function serve(client: OverlappedFile): Promise<void> {
  await using pipe = client;
  const buffer = new Uint8Array(SIZE);
  for (let count; (count = await pipe.read(buffer)) !== null;) {
    const text = new TextDecoder().decode(buffer.subarray(0, count));
    await pipe.writeAll(new TextEncoder().encode(text.toUpperCase()));
  }
}

/** Serves clients until the signal comes, each beside the others. */
async function listen(
  first: OverlappedFile,
  signal: AbortSignal,
): Promise<void> {
  const served: Promise<void>[] = [];
  let next = first;
  for (;;) {
    try {
      await next.connect({ signal });
    } catch (error) {
      await next.close();
      if (!signal.aborted) throw error;
      break;
    }
    const connected = next;
    next = instance(); // so that the next client finds one
    served.push(serve(connected));
  }
  await Promise.all(served);
}

async function ask(question: string): Promise<string> {
  await using pipe = await open(NAME, { read: true, write: true });
  await pipe.writeAll(new TextEncoder().encode(question));
  const answer = new Uint8Array(SIZE);
  const count = await pipe.read(answer) ?? 0;
  return new TextDecoder().decode(answer.subarray(0, count));
}

const controller = new AbortController();
const server = listen(instance(), controller.signal);
for (const question of ["one", "two", "three"]) {
  console.log(await ask(question)); // ONE, TWO, THREE
}
controller.abort();
await server;
