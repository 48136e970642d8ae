import {
  type Handle,
  INVALID_HANDLE_VALUE,
  kernel32,
  Win32Error,
} from "../../mod.ts";
import { fromHandle } from "../../src/open/from_handle.ts";
import type { InFlightLimit } from "../../src/overlapped/in_flight_limiter.ts";
import { open } from "../../src/open/open.ts";
import { OverlappedFile } from "../../src/overlapped/overlapped_file.ts";
import { pipeName } from "./pipes.ts";

const PIPE_ACCESS_DUPLEX = 3;
const FILE_FLAG_OVERLAPPED = 0x4000_0000;
const PIPE_TYPE_MESSAGE = 4;
const PIPE_READMODE_MESSAGE = 2;

/** What a pipe is like. */
export interface OverlappedPipeOptions {
  /** Keeps the messages apart. */
  readonly message?: boolean;
  /** The room in each direction, in bytes. */
  readonly size?: number;
  /** How much may be under way at the server's end. */
  readonly limit?: InFlightLimit;
}

/** Both ends of a pipe. */
export interface OverlappedPipe extends AsyncDisposable {
  readonly server: OverlappedFile;
  readonly client: OverlappedFile;
}

/** Makes the server's end. */
export function serverEnd(
  name: string,
  options: OverlappedPipeOptions = {},
): OverlappedFile {
  return asFile(instance(name, options), name, options.limit);
}

/** Makes the server's end, and waits for a client. */
export async function acceptClient(
  name: string,
  options: OverlappedPipeOptions = {},
): Promise<OverlappedFile> {
  const server = serverEnd(name, options);
  await server.connect();
  return server;
}

function instance(
  name: string,
  { message = false, size = 65_536 }: OverlappedPipeOptions,
): Handle {
  const handle = kernel32.CreateNamedPipeW(
    name,
    PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED,
    message ? PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE : 0,
    255,
    size,
    size,
    0,
    null,
  );
  if (handle === INVALID_HANDLE_VALUE) {
    throw Win32Error.last("CreateNamedPipeW");
  }
  return handle;
}

function asFile(
  handle: Handle,
  name: string,
  limit: InFlightLimit | undefined,
): OverlappedFile {
  const file = fromHandle(handle, { path: name, maxInFlight: limit });
  if (file instanceof OverlappedFile) return file;
  throw new Error("fromHandle() takes the handle for a synchronous one");
}

/** Makes the client's end. */
export async function clientEnd(
  name: string,
  { message = false }: OverlappedPipeOptions = {},
): Promise<OverlappedFile> {
  const client = await open(name, { read: true, write: true });
  if (message) readMessages(client);
  return client;
}

/** Has a pipe's client read message by message. */
export function readMessages({ handle }: OverlappedFile): void {
  const mode = new Uint32Array([PIPE_READMODE_MESSAGE]);
  if (!kernel32.SetNamedPipeHandleState(handle, mode, null, null)) {
    throw Win32Error.last("SetNamedPipeHandleState");
  }
}

/** Makes a pipe and connects its ends. */
export async function overlappedPipe(
  options: OverlappedPipeOptions = {},
): Promise<OverlappedPipe> {
  const name = pipeName();
  const server = serverEnd(name, options);
  const client = await clientEnd(name, options);
  return {
    server,
    client,
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}
