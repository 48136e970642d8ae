import {
  ERROR_INVALID_PARAMETER,
  ERROR_IO_INCOMPLETE,
  ERROR_NOT_FOUND,
  WAIT_TIMEOUT,
} from "../../../src/errors/codes.ts";
import { INVALID_HANDLE_VALUE } from "../../../src/win32/handle.ts";
import { CompletionPort } from "./completion_port.ts";
import { codeOfStatus, STATUS_PENDING } from "./status.ts";
import { Event } from "./event.ts";
import { fail, KernelViolation } from "./failure.ts";
import type { KernelFunction, StrictKernel } from "./kernel.ts";
import { OpenFile } from "./open_file.ts";
import { Blocking } from "./thread.ts";
import { u32 } from "./words.ts";

const ENTRY_SIZE = 32;

/** https://learn.microsoft.com/windows/win32/fileio/createiocompletionport */
function createPort(
  kernel: StrictKernel,
  ...[file, existing, key]: bigint[]
): bigint {
  const handle = existing === 0n
    ? kernel.handles.open(new CompletionPort())
    : existing!;
  if (file === INVALID_HANDLE_VALUE) return handle;
  const open = kernel.handles.get(file!, OpenFile);
  const port = kernel.handles.get(handle, CompletionPort);
  // A handle must be an overlapped one, and is bound to one port until it is closed: the page above.
  if (!open.mode.overlapped || open.port !== undefined) {
    fail(ERROR_INVALID_PARAMETER);
  }
  open.port = port;
  open.key = key!;
  return handle;
}

/** https://learn.microsoft.com/windows/win32/fileio/getqueuedcompletionstatusex-func */
function getPackets(
  kernel: StrictKernel,
  ...words: bigint[]
): bigint | Blocking {
  const [handle, entries, capacity, removed, milliseconds] = words;
  const port = kernel.handles.get(handle!, CompletionPort);
  const limit = u32(capacity!);
  if (limit === 0) {
    throw new KernelViolation(
      "GetQueuedCompletionStatusEx is to take no packets at all",
    );
  }
  kernel.memory.view(entries!, ENTRY_SIZE * limit);
  const take = () => {
    const packets = port.packets.splice(0, limit);
    const view = kernel.memory.view(entries!, ENTRY_SIZE * limit);
    packets.forEach(({ key, overlapped, count, taken }, index) => {
      const at = ENTRY_SIZE * index;
      const status = taken();
      view.setBigUint64(at, key, true);
      view.setBigUint64(at + 8, overlapped, true);
      view.setBigUint64(at + 16, BigInt(status), true);
      view.setUint32(at + 24, count, true);
    });
    kernel.memory.view(removed!, 4).setUint32(0, packets.length, true);
    return 1n;
  };
  const result = port.remove(take, u32(milliseconds!));
  if (result instanceof Blocking) {
    for (const address of [entries!, removed!]) {
      if (!kernel.memory.region(address)!.native) {
        throw new KernelViolation(
          "a call on another thread writes to JS memory, which the runtime may move",
        );
      }
    }
  }
  return result;
}

/** https://learn.microsoft.com/windows/win32/fileio/postqueuedcompletionstatus */
function postPacket(
  kernel: StrictKernel,
  ...[handle, count, key, overlapped]: bigint[]
): bigint {
  kernel.handles.get(handle!, CompletionPort).post({
    key: key!,
    overlapped: overlapped!,
    count: u32(count!),
    taken: () => 0,
  });
  return 1n;
}

/** https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-setfilecompletionnotificationmodes */
function setModes(kernel: StrictKernel, ...[handle, flags]: bigint[]): bigint {
  const open = kernel.handles.get(handle!, OpenFile);
  const modes = u32(flags!);
  if ((modes & ~3) !== 0 || !open.mode.overlapped) {
    fail(ERROR_INVALID_PARAMETER);
  }
  // A mode that is set stays set: the page above.
  open.skipsOnSuccess ||= (modes & 1) !== 0;
  open.skipsEvent ||= (modes & 2) !== 0;
  return 1n;
}

/** https://learn.microsoft.com/windows/win32/api/ioapiset/nf-ioapiset-getoverlappedresult */
function getResult(
  kernel: StrictKernel,
  ...[, overlapped, counted, wait]: bigint[]
): bigint | Blocking {
  const read = (): bigint => {
    const view = kernel.memory.view(overlapped!, 32);
    const status = view.getUint32(0, true);
    if (status === STATUS_PENDING) return fail(ERROR_IO_INCOMPLETE);
    kernel.memory.view(counted!, 4).setUint32(0, view.getUint32(8, true), true);
    return status >>> 31 === 0 ? 1n : fail(codeOfStatus(status));
  };
  return u32(wait!) === 0 ? read() : kernel.io.wait(overlapped!, read);
}

/** https://learn.microsoft.com/windows/win32/api/ioapiset/nf-ioapiset-getoverlappedresultex */
function getResultEx(
  kernel: StrictKernel,
  ...[handle, overlapped, counted, milliseconds]: bigint[]
): bigint | Blocking {
  const limit = u32(milliseconds!);
  const outcome = getResult(
    kernel,
    handle!,
    overlapped!,
    counted!,
    BigInt(limit === 0 ? 0 : 1),
  );
  if (!(outcome instanceof Blocking) || limit === 0xFFFF_FFFF) return outcome;
  const expire = () => {
    clearTimeout(timer);
    blocking.end(() => fail(WAIT_TIMEOUT));
  };
  const timer = setTimeout(expire, limit);
  const blocking = new Blocking(outcome.what, {
    expire,
    poll: () => outcome.value && blocking.end(outcome.value),
  });
  outcome.ended.then(() => {
    clearTimeout(timer);
    blocking.end(outcome.value!);
  });
  return blocking;
}

/** https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-waitforsingleobject */
function waitForObject(
  kernel: StrictKernel,
  ...[handle, milliseconds]: bigint[]
): bigint | Blocking {
  const event = kernel.handles.get(handle!, Event);
  if (event.take()) return 0n;
  if (u32(milliseconds!) === 0) return BigInt(WAIT_TIMEOUT);
  const blocking = new Blocking("an event", {
    expire: u32(milliseconds!) === 0xFFFF_FFFF
      ? undefined
      : () => blocking.end(() => BigInt(WAIT_TIMEOUT)),
  });
  event.wait(blocking);
  return blocking;
}

export const portFunctions: Readonly<Record<string, KernelFunction>> = {
  CancelIoEx(kernel, handle, overlapped) {
    kernel.io.cancel(kernel.handles.get(handle!, OpenFile), overlapped!);
    return 1n;
  },
  // https://learn.microsoft.com/windows/win32/fileio/cancelsynchronousio-func
  CancelSynchronousIo(kernel, handle) {
    const { cancel } = kernel.threadOf(handle!).blocking?.ends ?? {};
    if (cancel === undefined) return fail(ERROR_NOT_FOUND);
    cancel();
    return 1n;
  },
  CreateEventW: (kernel, _, isManual, isSet) =>
    kernel.handles.open(new Event(u32(isManual!) !== 0, u32(isSet!) !== 0)),
  CreateIoCompletionPort: createPort,
  GetOverlappedResult: getResult,
  GetOverlappedResultEx: getResultEx,
  GetQueuedCompletionStatusEx: getPackets,
  PostQueuedCompletionStatus: postPacket,
  ResetEvent(kernel, handle) {
    kernel.handles.get(handle!, Event).reset();
    return 1n;
  },
  SetEvent(kernel, handle) {
    kernel.handles.get(handle!, Event).set();
    return 1n;
  },
  SetFileCompletionNotificationModes: setModes,
  WaitForSingleObject: waitForObject,
};
