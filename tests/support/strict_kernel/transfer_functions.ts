import {
  FILE_APPEND_DATA,
  FILE_READ_DATA,
  FILE_WRITE_DATA,
} from "../../../src/win32/constants.ts";
import {
  ERROR_ACCESS_DENIED,
  ERROR_INVALID_PARAMETER,
  ERROR_NOT_LOCKED,
} from "../../../src/errors/codes.ts";
import { DiskFile } from "./disk_file.ts";
import { fail, KernelViolation } from "./failure.ts";
import type { KernelFunction, StrictKernel } from "./kernel.ts";
import { OpenFile } from "./open_file.ts";
import type { Range } from "./operation.ts";
import type { Blocking } from "./thread.ts";
import { join, u32 } from "./words.ts";

const PAGE = 4096;

/** The offset that an OVERLAPPED names; -1 for the end of the file. */
function offsetIn(kernel: StrictKernel, overlapped: bigint): number {
  const offset = BigInt.asIntN(
    64,
    kernel.memory.view(overlapped, 32).getBigUint64(16, true),
  );
  return Number(offset);
}

/** ReadFile and WriteFile: https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-readfile */
function transfer(kind: "read" | "write"): KernelFunction {
  return (kernel, ...[handle, buffer, length, counted, overlapped]) => {
    const setCount = (count: number) => {
      if (counted !== 0n) {
        kernel.memory.view(counted!, 4).setUint32(0, count, true);
      }
    };
    // The count is set to 0 before anything else is done or checked: the page above.
    setCount(0);
    if (counted === 0n && overlapped === 0n) {
      throw new KernelViolation(
        "lpNumberOfBytes… can be NULL only when lpOverlapped is not NULL",
      );
    }
    const open = kernel.handles.get(handle!, OpenFile);
    const size = u32(length!);
    const offset = overlapped === 0n
      ? open.position
      : offsetIn(kernel, overlapped!);
    // Offsets of devices that have none must be 0: https://learn.microsoft.com/windows/win32/api/minwinbase/ns-minwinbase-overlapped
    if (!open.target.seeks && offset !== 0) fail(ERROR_INVALID_PARAMETER);
    const data = [{ address: buffer!, length: size }];
    const request = {
      kind,
      open,
      offset,
      length: size,
      data,
      overlapped: overlapped!,
    };
    return kernel.io.start(request, setCount);
  };
}

/** ReadFileScatter and WriteFileGather: https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-readfilescatter */
function transferPages(kind: "read" | "write"): KernelFunction {
  return (kernel, ...[handle, segments, length, reserved, overlapped]) => {
    const open = kernel.handles.get(handle!, OpenFile);
    // The handle must be overlapped and unbuffered: the page above.
    if (reserved !== 0n || !open.mode.overlapped || !open.mode.unbuffered) {
      fail(ERROR_INVALID_PARAMETER);
    }
    const size = u32(length!);
    const count = Math.ceil(size / PAGE);
    // The element behind the last segment must be NULL: the page above.
    const table = kernel.memory.view(segments!, 8 * count + 8);
    const data: Range[] = [];
    for (let i = 0; i < count; i++) {
      const address = table.getBigUint64(8 * i, true);
      if (address === 0n || address % BigInt(PAGE) !== 0n) {
        fail(ERROR_INVALID_PARAMETER);
      }
      data.push({ address, length: PAGE });
    }
    if (table.getBigUint64(8 * count, true) !== 0n) {
      throw new KernelViolation("the array of segments has no NULL at its end");
    }
    const more = [{ address: segments!, length: 8 * count + 8 }];
    const offset = offsetIn(kernel, overlapped!);
    return kernel.io.start({
      kind,
      open,
      offset,
      length: size,
      data,
      more,
      overlapped: overlapped!,
    });
  };
}

/** https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-lockfileex */
function lockFile(kernel: StrictKernel, ...words: bigint[]): bigint | Blocking {
  const [handle, flags, reserved, low, high, overlapped] = words;
  const open = kernel.handles.get(handle!, OpenFile);
  if (u32(reserved!) !== 0) fail(ERROR_INVALID_PARAMETER);
  const offset = kernel.memory.view(overlapped!, 32).getBigUint64(16, true);
  const lock = { offset, length: join(u32(low!), u32(high!)) };
  return kernel.io.start({
    kind: "lock",
    open,
    offset: 0,
    length: 0,
    data: [],
    overlapped: overlapped!,
    flags: u32(flags!),
    lock,
  });
}

/** https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-unlockfileex */
function unlockFile(
  kernel: StrictKernel,
  ...[handle, , low, high, overlapped]: bigint[]
): bigint {
  const open = kernel.handles.get(handle!, OpenFile);
  if (!(open.target instanceof DiskFile)) return fail(ERROR_INVALID_PARAMETER);
  if (!open.may(FILE_READ_DATA | FILE_WRITE_DATA)) fail(ERROR_ACCESS_DENIED);
  const offset = kernel.memory.view(overlapped!, 32).getBigUint64(16, true);
  if (!open.target.locks.unlock(open, offset, join(u32(low!), u32(high!)))) {
    fail(ERROR_NOT_LOCKED);
  }
  kernel.io.pending.retry();
  return 1n;
}

/** https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-flushfilebuffers */
function flushFile(kernel: StrictKernel, handle: bigint): bigint | Blocking {
  const open = kernel.handles.get(handle, OpenFile);
  if (!open.may(FILE_WRITE_DATA | FILE_APPEND_DATA)) fail(ERROR_ACCESS_DENIED);
  if (kernel.onJsThread && open.mode.overlapped) {
    kernel.jsThreadWaits.push("FlushFileBuffers waits for the disk");
  }
  return kernel.io.startAndWait({
    kind: "flush",
    open,
    offset: 0,
    length: 0,
    data: [],
    overlapped: 0n,
  });
}

export const transferFunctions: Readonly<Record<string, KernelFunction>> = {
  FlushFileBuffers: flushFile,
  LockFileEx: lockFile,
  ReadFile: transfer("read"),
  ReadFileScatter: transferPages("read"),
  UnlockFileEx: unlockFile,
  WriteFile: transfer("write"),
  WriteFileGather: transferPages("write"),
};
