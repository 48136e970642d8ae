/**
 * Clients of named pipes.
 *
 * @module
 */
import * as kernel32 from "../../ffi/prototypes.ts";
import type { Handle } from "../../ffi/handle.ts";
import {
  ERROR_ACCESS_DENIED,
  ERROR_FILE_NOT_FOUND,
  ERROR_PIPE_BUSY,
  ERROR_TIMEOUT,
} from "../errors/codes.ts";
import { getLastWin32Error } from "../errors/last_error.ts";
import { Win32Error } from "../errors/win32_error.ts";
import { delay, now } from "../file/event_loop.ts";
import { pipeTypeOf } from "../file/pipe_type.ts";
import { listen, throwIfAborted, unlisten } from "../file/signal.ts";
import { impersonationFlags } from "../open/create_file.ts";
import { completionPort } from "../overlapped/completion_port.ts";
import { bindConnection } from "../overlapped/overlapped_handle.ts";
import {
  FILE_APPEND_DATA,
  FILE_FLAG_OVERLAPPED,
  FILE_WRITE_ATTRIBUTES,
  GENERIC_READ,
  OPEN_EXISTING,
  PIPE_READMODE_MESSAGE,
  PIPE_TYPE_MESSAGE,
} from "../win32/constants.ts";
import { INVALID_HANDLE_VALUE } from "../win32/handle.ts";
import {
  type ConnectPipeOptions,
  type ConnectSettings,
  connectSettings,
  type PipeDirection,
  type PipeMode,
} from "./options.ts";
import { PipeConnection } from "./pipe_connection.ts";
import { checkPipeName } from "./pipe_name.ts";
import { checkOwner } from "./security.ts";

/** How long a client waits before it tries again, in milliseconds. */
const INTERVAL_MS = 10;

/** FILE_GENERIC_WRITE, but for the right to create instances. */
const WRITE = 0x0012_0116 & ~FILE_APPEND_DATA;

/** FILE_WRITE_ATTRIBUTES is what reading messages takes. */
const ACCESS: Readonly<Record<PipeDirection, number>> = {
  duplex: (GENERIC_READ | WRITE) >>> 0,
  in: (GENERIC_READ | FILE_WRITE_ATTRIBUTES) >>> 0,
  out: WRITE,
};

/**
 * Connects to a named pipe on this computer. While all instances are busy, it
 * tries again every 10 ms, which blocks nothing; a name that does not exist
 * fails at once, unless `wait` is true.
 *
 * @param name The name, such as `\\.\pipe\my-server`.
 * @param options The direction of data, how long to wait, and whom to trust.
 * @returns The connection. Close it with `await using` or `close()`. It has
 * messages if the server's pipe has.
 * @throws {TypeError} If the name or an option is wrong.
 * @throws {RangeError} If the name is too long, or a number out of range.
 * @throws {Win32Error} ERROR_FILE_NOT_FOUND; ERROR_TIMEOUT (`code` is
 * "ETIMEDOUT") if no instance was free in time; ERROR_ACCESS_DENIED if the
 * server does not allow it, or belongs to another user than `server` says.
 * @throws {Error} The signal's reason.
 *
 * @see https://learn.microsoft.com/windows/win32/ipc/named-pipe-client
 *
 * @example Wait for a server, but not for ever
 * ```ts
 * import { connectPipe, Win32Error } from "@kernel32/io";
 *
 * try {
 *   await connectPipe("\\\\.\\pipe\\no-such-server", {
 *     wait: true,
 *     timeout: 50,
 *   });
 * } catch (error) {
 *   if (!(error instanceof Win32Error)) throw error;
 *   console.log(error.code); // ETIMEDOUT
 * }
 * ```
 *
 * @example Trust only a server of the same user
 * ```ts
 * import { connectPipe, listenPipe } from "@kernel32/io";
 *
 * const name = "\\\\.\\pipe\\trust-example";
 * await using listener = listenPipe(name);
 * await using client = await connectPipe(name, { server: "current-user" });
 * await using server = await listener.accept();
 * console.log(client.peerProcessId === server.peerProcessId); // true
 * ```
 */
export async function connectPipe(
  name: string,
  options: ConnectPipeOptions = {},
): Promise<PipeConnection> {
  checkPipeName(name);
  const settings = connectSettings(options);
  throwIfAborted(settings.signal);
  completionPort();
  const handle = await opened(name, settings);
  const mode = preparedMode(handle, name, settings);
  const { direction } = settings;
  return new PipeConnection(bindConnection(handle, name, "pipe"), {
    isServer: false,
    mode,
    direction,
  });
}

/** Opens the pipe as soon as there is an instance. */
async function opened(
  path: string,
  settings: ConnectSettings,
): Promise<Handle> {
  const { direction, impersonation, timeout, signal, wait } = settings;
  const flags = impersonationFlags(impersonation) | FILE_FLAG_OVERLAPPED;
  const end = now() + timeout;
  for (;;) {
    const handle = kernel32.CreateFileW(
      path,
      ACCESS[direction],
      0,
      null,
      OPEN_EXISTING,
      flags >>> 0,
      null,
    );
    if (handle !== INVALID_HANDLE_VALUE) return handle;
    const code = getLastWin32Error();
    const isAbsent = code === ERROR_FILE_NOT_FOUND;
    if (code !== ERROR_PIPE_BUSY && !(isAbsent && wait)) {
      const hint = refusalHint(code, direction);
      throw new Win32Error("CreateFileW", code, { path, hint });
    }
    const left = end - now();
    if (left <= 0) throw timeoutError(path, timeout, isAbsent);
    await pause(Math.min(INTERVAL_MS, left), signal);
  }
}

/** What Windows does not say of a pipe that cannot be opened. */
function refusalHint(
  code: number,
  direction: PipeDirection,
): string | undefined {
  if (code === ERROR_FILE_NOT_FOUND) {
    return "No server listens there. wait: true waits for one.";
  }
  if (code !== ERROR_ACCESS_DENIED) return undefined;
  return "The server does not allow this user, or its pipe does not go in the " +
    `direction "${direction}": the client of a server that only writes has ` +
    'direction: "in", that of one that only reads "out".';
}

function timeoutError(
  path: string,
  timeout: number,
  isAbsent: boolean,
): Win32Error {
  const reason = isAbsent
    ? "no server listened there"
    : "all instances of the pipe were busy";
  return new Win32Error("CreateFileW", ERROR_TIMEOUT, {
    path,
    hint: `For ${timeout} ms ${reason}.`,
  });
}

async function pause(
  milliseconds: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { ended, cancel } = delay(milliseconds);
  listen(signal, cancel);
  await ended;
  unlisten(signal, cancel);
  throwIfAborted(signal);
}

/**
 * Checks the server of a client's end, and has reads of it return messages if
 * the pipe has messages. Closes the handle if that fails.
 */
function preparedMode(
  handle: Handle,
  path: string,
  { direction, isOwnUser }: ConnectSettings,
): PipeMode {
  try {
    if (isOwnUser) checkOwner(handle, path);
    const type = pipeTypeOf(handle);
    if (type === undefined) throw Win32Error.last("GetNamedPipeInfo", { path });
    if (type !== PIPE_TYPE_MESSAGE) return "byte";
    const mode = Uint32Array.of(PIPE_READMODE_MESSAGE);
    const isReady = direction === "out" ||
      kernel32.SetNamedPipeHandleState(handle, mode, null, null);
    if (isReady) return "message";
    throw Win32Error.last("SetNamedPipeHandleState", { path });
  } catch (error) {
    kernel32.CloseHandle(handle);
    throw error;
  }
}
