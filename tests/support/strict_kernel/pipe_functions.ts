import {
  FILE_APPEND_DATA,
  FILE_FLAG_FIRST_PIPE_INSTANCE,
  FILE_FLAG_OVERLAPPED,
  FILE_READ_ATTRIBUTES,
  FILE_WRITE_ATTRIBUTES,
  NMPWAIT_USE_DEFAULT_WAIT,
  NMPWAIT_WAIT_FOREVER,
  PIPE_NOWAIT,
  PIPE_READMODE_MESSAGE,
  PIPE_REJECT_REMOTE_CLIENTS,
  PIPE_TYPE_MESSAGE,
} from "../../../src/win32/constants.ts";
import {
  ERROR_ACCESS_DENIED,
  ERROR_FILE_NOT_FOUND,
  ERROR_INVALID_FUNCTION,
  ERROR_INVALID_NAME,
  ERROR_INVALID_PARAMETER,
  ERROR_NO_DATA,
  ERROR_PIPE_CONNECTED,
  ERROR_PIPE_LISTENING,
  ERROR_PIPE_NOT_CONNECTED,
  ERROR_SEM_TIMEOUT,
} from "../../../src/errors/codes.ts";
import { codeOfStatus } from "./status.ts";
import { fail, KernelViolation } from "./failure.ts";
import { openTarget } from "./file_functions.ts";
import type { KernelFunction, StrictKernel } from "./kernel.ts";
import { OpenFile } from "./open_file.ts";
import { PipeEnd, type PipeInstance } from "./pipe.ts";
import { PipeName } from "./pipe_name.ts";
import { checkAccess, defaultSecurity, readSecurity } from "./process.ts";
import { readText } from "./texts.ts";
import { Blocking } from "./thread.ts";
import { u32 } from "./words.ts";

const DEFAULT_TIMEOUT_MS = 50;
const PIPE_SERVER_END = 1;

/** What a name is behind `\\.\`. */
function pipeKey(name: string): string {
  return /^\\\\\.\\(pipe\\[^\\]+)$/i.exec(name)?.[1]?.toLowerCase() ??
    fail(ERROR_INVALID_NAME);
}

function pipeEnd(kernel: StrictKernel, handle: bigint): PipeEnd {
  const { target } = kernel.handles.get(handle, OpenFile);
  return target instanceof PipeEnd ? target : fail(ERROR_INVALID_FUNCTION);
}

/** https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-createnamedpipew */
function createPipe(kernel: StrictKernel, ...words: bigint[]): bigint {
  const [address, openMode, pipeMode, max, out, into, timeout, attributes] =
    words;
  const key = pipeKey(readText(kernel.memory, address!));
  const flags = u32(openMode!);
  const mode = u32(pipeMode!);
  const direction = flags & 3;
  const isMessageType = (mode & PIPE_TYPE_MESSAGE) !== 0;
  const readsMessages = (mode & PIPE_READMODE_MESSAGE) !== 0;
  const limit = u32(max!);
  // Messages are read only from pipes of messages; there are 1 to 255 instances.
  if (
    direction === 0 || limit === 0 || limit > 255 ||
    (readsMessages && !isMessageType)
  ) fail(ERROR_INVALID_PARAMETER);
  let name = kernel.names.devices.get(key);
  if (name !== undefined) {
    // FILE_FLAG_FIRST_PIPE_INSTANCE, another type or another direction: ERROR_ACCESS_DENIED
    if (!(name instanceof PipeName) || flags & FILE_FLAG_FIRST_PIPE_INSTANCE) {
      return fail(ERROR_ACCESS_DENIED);
    }
    const { options } = name;
    // FILE_CREATE_PIPE_INSTANCE is FILE_APPEND_DATA: https://learn.microsoft.com/windows/win32/ipc/named-pipe-security-and-access-rights
    checkAccess(name.security, kernel.process, FILE_APPEND_DATA);
    if (
      options.isMessageType !== isMessageType || options.direction !== direction
    ) fail(ERROR_ACCESS_DENIED);
  } else {
    const maxInstances = limit === 255 ? Infinity : limit;
    const options = {
      isMessageType,
      direction,
      maxInstances,
      inQuota: u32(into!),
      outQuota: u32(out!),
      defaultTimeout: u32(timeout!) || DEFAULT_TIMEOUT_MS,
    };
    const security = attributes === 0n
      ? defaultSecurity(kernel.process)
      : readSecurity(kernel.memory, attributes!);
    name = new PipeName(
      options,
      security.owner === ""
        ? { ...security, owner: kernel.process.user }
        : security,
      () => kernel.io.pending.retry(),
      () => kernel.names.devices.delete(key),
    );
    kernel.names.devices.set(key, name);
  }
  const instance = (name as PipeName).create(
    readsMessages,
    (mode & PIPE_NOWAIT) === 0,
    kernel.process,
  );
  instance.rejectsRemote = (mode & PIPE_REJECT_REMOTE_CLIENTS) !== 0;
  // GENERIC_READ, GENERIC_WRITE or both; only the second has FILE_WRITE_ATTRIBUTES.
  const access = (direction & 1 ? 0x0012_0089 : 0) |
    (direction & 2 ? 0x0012_0116 : 0);
  const overlapped = (flags & FILE_FLAG_OVERLAPPED) !== 0;
  return openTarget(kernel, instance.server, {
    access,
    share: 3,
    flags: 0,
    overlapped,
    unbuffered: false,
  });
}

/** https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-connectnamedpipe */
function connectPipe(
  kernel: StrictKernel,
  ...[handle, overlapped]: bigint[]
): bigint | Blocking {
  const end = pipeEnd(kernel, handle!);
  if (end.side === "client") return fail(ERROR_INVALID_FUNCTION);
  const { state } = end.instance;
  // A client that came before the call: ERROR_PIPE_CONNECTED; one that has gone again: ERROR_NO_DATA
  if (state === "connected") fail(ERROR_PIPE_CONNECTED);
  if (state === "closing") fail(ERROR_NO_DATA);
  const open = kernel.handles.get(handle!, OpenFile);
  return kernel.io.start({
    kind: "connect",
    open,
    offset: 0,
    length: 0,
    data: [],
    overlapped: overlapped!,
  });
}

/** https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-peeknamedpipe */
function peekPipe(kernel: StrictKernel, ...words: bigint[]): bigint {
  const [handle, buffer, size, read, available, left] = words;
  const end = pipeEnd(kernel, handle!);
  const { messages, length } = end.incoming;
  const absence = end.absence();
  if (absence !== undefined && messages.length === 0) {
    fail(codeOfStatus(absence));
  }
  const set = (address: bigint, value: number) => {
    if (address !== 0n) {
      kernel.memory.view(address, 4).setUint32(0, value, true);
    }
  };
  const first = messages[0]?.bytes ?? new Uint8Array(0);
  const count = buffer === 0n
    ? 0
    : Math.min(u32(size!), end.readsMessages ? first.length : length);
  if (count > 0) {
    const { buffer: bytes, byteOffset } = kernel.memory.view(buffer!, count);
    let at = 0;
    for (const message of messages) {
      if (at === count) break;
      const part = message.bytes.subarray(0, count - at);
      new Uint8Array(bytes, byteOffset + at, part.length).set(part);
      at += part.length;
    }
  }
  set(read!, count);
  set(available!, length);
  set(left!, end.readsMessages ? first.length - count : 0);
  return 1n;
}

/** https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-setnamedpipehandlestate */
function setState(
  kernel: StrictKernel,
  ...[handle, mode, ...more]: bigint[]
): bigint {
  const end = pipeEnd(kernel, handle!);
  if (more.slice(0, 2).some((address) => address !== 0n)) {
    throw new KernelViolation("collection is for remote pipes alone");
  }
  if (!kernel.handles.get(handle!, OpenFile).may(FILE_WRITE_ATTRIBUTES)) {
    fail(ERROR_ACCESS_DENIED);
  }
  if (mode === 0n) return 1n;
  const value = kernel.memory.view(mode!, 4).getUint32(0, true);
  const readsMessages = (value & PIPE_READMODE_MESSAGE) !== 0;
  if (readsMessages && !end.instance.name.options.isMessageType) {
    fail(ERROR_INVALID_PARAMETER);
  }
  end.readsMessages = readsMessages;
  end.waits = (value & PIPE_NOWAIT) === 0;
  return 1n;
}

/** https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-waitnamedpipew */
function waitPipe(
  kernel: StrictKernel,
  ...[address, timeout]: bigint[]
): bigint | Blocking {
  const name = kernel.names.devices.get(
    pipeKey(readText(kernel.memory, address!)),
  );
  // Without instances it returns at once, whatever its time: the page above.
  if (!(name instanceof PipeName)) return fail(ERROR_FILE_NOT_FOUND);
  if (name.listening !== undefined) return 1n;
  const limit = u32(timeout!) === NMPWAIT_USE_DEFAULT_WAIT
    ? name.options.defaultTimeout
    : u32(timeout!);
  const isInfinite = limit === NMPWAIT_WAIT_FOREVER;
  const expire = () => {
    clearTimeout(timer);
    blocking.end(() => fail(ERROR_SEM_TIMEOUT));
  };
  const timer = isInfinite ? undefined : setTimeout(expire, limit);
  const blocking = new Blocking(
    "an instance of a pipe",
    isInfinite ? {} : { expire },
  );
  blocking.ended.then(() => clearTimeout(timer));
  name.waits.push(blocking);
  return blocking;
}

/** Writes a DWORD where one is asked for. */
function put(kernel: StrictKernel, address: bigint, value: number): void {
  if (address === 0n) return;
  kernel.memory.view(address, 4).setUint32(0, value, true);
}

/** https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-getnamedpipeinfo */
function getInfo(kernel: StrictKernel, ...words: bigint[]): bigint {
  const [handle, flags, out, into, max] = words;
  const end = pipeEnd(kernel, handle!);
  const { options } = end.instance.name;
  if (!kernel.handles.get(handle!, OpenFile).may(FILE_READ_ATTRIBUTES)) {
    fail(ERROR_ACCESS_DENIED);
  }
  const isServer = end.side === "server" ? PIPE_SERVER_END : 0;
  put(
    kernel,
    flags!,
    isServer | (options.isMessageType ? PIPE_TYPE_MESSAGE : 0),
  );
  put(kernel, out!, options.outQuota);
  put(kernel, into!, options.inQuota);
  put(kernel, max!, Math.min(options.maxInstances, 255));
  return 1n;
}

/** https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-getnamedpipehandlestatew */
function getState(kernel: StrictKernel, ...words: bigint[]): bigint {
  const [handle, state, count, ...more] = words;
  const end = pipeEnd(kernel, handle!);
  if (more.slice(0, 3).some((address) => address !== 0n)) {
    throw new KernelViolation(
      "collection is for remote pipes alone, and the user's name is not modelled",
    );
  }
  put(
    kernel,
    state!,
    (end.waits ? 0 : PIPE_NOWAIT) |
      (end.readsMessages ? PIPE_READMODE_MESSAGE : 0),
  );
  put(kernel, count!, end.instance.name.instances.length);
  return 1n;
}

/** https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-getnamedpipeclientprocessid */
function getProcessId(
  endOf: (instance: PipeInstance) => PipeEnd | undefined,
): KernelFunction {
  return (kernel, handle, address) => {
    const end = endOf(pipeEnd(kernel, handle!).instance);
    if (end === undefined) return fail(ERROR_PIPE_NOT_CONNECTED);
    put(kernel, address!, end.process.id);
    return 1n;
  };
}

export const pipeFunctions: Readonly<Record<string, KernelFunction>> = {
  ConnectNamedPipe: connectPipe,
  CreateNamedPipeW: createPipe,
  DisconnectNamedPipe(kernel, handle) {
    const end = pipeEnd(kernel, handle!);
    if (end.side === "client") fail(ERROR_INVALID_FUNCTION);
    // Wine's dlls/kernel32/tests/pipe.c, which Windows passes
    const { state } = end.instance;
    if (state === "listening") fail(ERROR_PIPE_LISTENING);
    if (state === "disconnected") fail(ERROR_PIPE_NOT_CONNECTED);
    end.instance.disconnect();
    return 1n;
  },
  GetNamedPipeClientProcessId: getProcessId(({ client }) => client),
  GetNamedPipeHandleStateW: getState,
  GetNamedPipeInfo: getInfo,
  GetNamedPipeServerProcessId: getProcessId(({ server }) => server),
  PeekNamedPipe: peekPipe,
  SetNamedPipeHandleState: setState,
  WaitNamedPipeW: waitPipe,
};
