import {
  ERROR_FILE_NOT_FOUND,
  ERROR_INSUFFICIENT_BUFFER,
  ERROR_INVALID_PARAMETER,
} from "../../../src/errors/codes.ts";
import {
  DUPLICATE_SAME_ACCESS,
  MEM_RELEASE,
} from "../../../src/win32/constants.ts";
import { ERROR_INVALID_ADDRESS } from "./constants.ts";
import { fail, KernelViolation } from "./failure.ts";
import type { KernelFunction } from "./kernel.ts";
import { ThreadHandle } from "./thread.ts";
import { readText, writeText } from "./texts.ts";
import { u32 } from "./words.ts";

export const systemFunctions: Readonly<Record<string, KernelFunction>> = {
  // https://learn.microsoft.com/windows/win32/api/handleapi/nf-handleapi-duplicatehandle
  DuplicateHandle(
    kernel,
    source,
    handle,
    target,
    result,
    _access,
    _i,
    options,
  ) {
    if (source !== target || u32(options!) !== DUPLICATE_SAME_ACCESS) {
      throw new KernelViolation(
        "the strict kernel duplicates handles within the process, with the same access",
      );
    }
    const copy = kernel.handles.duplicate(handle!);
    kernel.memory.view(result!, 8).setBigUint64(0, copy, true);
    return 1n;
  },
  FormatMessageW(kernel, ...[, , code, , buffer, capacity]) {
    const text = `The strict kernel's text for code ${u32(code!)}.\r\n`;
    if (text.length + 1 > u32(capacity!)) {
      fail(ERROR_INSUFFICIENT_BUFFER);
    }
    writeText(kernel.memory, buffer!, text);
    return BigInt(text.length);
  },
  GetCurrentProcess: () => 0xFFFF_FFFF_FFFF_FFFFn,
  GetCurrentThreadId: (kernel) => BigInt(kernel.thread.id),
  GetLastError: (kernel) => BigInt(kernel.thread.lastError),
  GetProcessHandleCount(kernel, _, address) {
    kernel.memory.view(address!, 4).setUint32(
      0,
      [...kernel.handles.entries()].length,
      true,
    );
    return 1n;
  },
  // A process without standard handles gets NULL: https://learn.microsoft.com/windows/console/getstdhandle
  GetStdHandle: (kernel, which) =>
    kernel.handles.standard.get(Number(BigInt.asIntN(32, which!))) ?? 0n,
  // https://learn.microsoft.com/windows/win32/api/sysinfoapi/ns-sysinfoapi-system_info
  GetSystemInfo(kernel, address) {
    const view = kernel.memory.view(address!, 48);
    view.setUint16(0, 9, true);
    view.setUint32(4, 4096, true);
    view.setUint32(32, 4, true);
    view.setUint32(40, 65_536, true);
    return 0n;
  },
  // https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-openthread
  OpenThread(kernel, _access, _inherits, id) {
    const thread = kernel.threads.find((thread) => thread.id === u32(id!)) ??
      fail(ERROR_INVALID_PARAMETER);
    return kernel.handles.open(new ThreadHandle(thread));
  },
  // https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-querydosdevicew
  QueryDosDeviceW(kernel, name, buffer, capacity) {
    const names = kernel.names.dosDevices();
    const asked = name === 0n ? undefined : readText(kernel.memory, name!);
    const found = names.find((known) =>
      known.toLowerCase() === asked?.toLowerCase()
    );
    if (asked !== undefined && found === undefined) fail(ERROR_FILE_NOT_FOUND);
    // Each string ends with a NUL, and another one follows the last.
    const texts = asked === undefined ? names : [`\\Device\\${found}`];
    const text = `${texts.join("\0")}\0`;
    if (text.length + 1 > u32(capacity!)) fail(ERROR_INSUFFICIENT_BUFFER);
    writeText(kernel.memory, buffer!, text);
    return BigInt(text.length + 1);
  },
  SetLastError(kernel, code) {
    kernel.thread.lastError = u32(code!);
    return 0n;
  },
  VirtualAlloc(kernel, _, size) {
    return size === 0n
      ? fail(ERROR_INVALID_PARAMETER)
      : kernel.memory.allocate(Number(size!));
  },
  // https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-virtualfree
  VirtualFree(kernel, address, size, type) {
    // With MEM_RELEASE the size must be 0: the page above.
    if (u32(type!) !== MEM_RELEASE || size !== 0n) {
      fail(ERROR_INVALID_PARAMETER);
    }
    kernel.io.checkFree(address!);
    if (!kernel.memory.free(address!)) fail(ERROR_INVALID_ADDRESS);
    return 1n;
  },
};
