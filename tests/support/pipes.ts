import { randomUUID } from "node:crypto";
import {
  INVALID_HANDLE_VALUE,
  kernel32,
  type OpenOptions,
  openSync,
  Win32Error,
} from "../../mod.ts";
import { SyncFile } from "../../src/sync/sync_file.ts";

const PIPE_ACCESS_DUPLEX = 3;
const PIPE_TYPE_MESSAGE = 4;
const PIPE_READMODE_MESSAGE = 2;
const PIPE_NOWAIT = 1;

const BOTH = { read: true, write: true, append: false, unbuffered: false };

/** What a pipe is like. */
export interface PipeOptions {
  /** Keeps the messages apart. */
  readonly message?: boolean;
  /** Neither end waits for the other. */
  readonly nonblocking?: boolean;
  /** The room in each direction, in bytes. */
  readonly size?: number;
  /** How the client opens it. For reading and writing, if left out. */
  readonly open?: OpenOptions;
}

/** Both ends of a pipe, as blocking files. */
export interface Pipe extends Disposable {
  readonly server: SyncFile;
  readonly client: SyncFile;
}

/** Workers share the number of the process. */
const thread = randomUUID();
let count = 0;

/** A name that no other pipe has. */
export function pipeName(): string {
  return `\\\\.\\pipe\\kernel32-io-${thread}-${count++}`;
}

/** Makes a pipe. What is written fits into its buffer, so that one thread can play both sides. */
export function pipe(options: PipeOptions = {}): Pipe {
  const { message = false, nonblocking = false, size = 65_536 } = options;
  const { open = { read: true, write: true } } = options;
  const name = pipeName();
  const readMode = (message ? PIPE_READMODE_MESSAGE : 0) |
    (nonblocking ? PIPE_NOWAIT : 0);
  const handle = kernel32.CreateNamedPipeW(
    name,
    PIPE_ACCESS_DUPLEX,
    (message ? PIPE_TYPE_MESSAGE : 0) | readMode,
    1,
    size,
    size,
    0,
    null,
  );
  if (handle === INVALID_HANDLE_VALUE) {
    throw Win32Error.last("CreateNamedPipeW");
  }
  const server = new SyncFile(handle, name, BOTH);
  const client = openSync(name, open);
  if (readMode === 0) return { server, client, [Symbol.dispose]: close };
  const mode = new Uint32Array([readMode]);
  if (!kernel32.SetNamedPipeHandleState(client.handle, mode, null, null)) {
    throw Win32Error.last("SetNamedPipeHandleState");
  }
  return { server, client, [Symbol.dispose]: close };

  function close() {
    client[Symbol.dispose]();
    server[Symbol.dispose]();
  }
}
