/**
 * All functions of kernel32 in one object.
 *
 * @module
 */
import type { Kernel32, Prototype } from "./kernel32.ts";
import { bindFunction, type BoundFunction } from "./marshal.ts";
import { frames } from "./mod.ts";
import {
  CancelIoEx,
  CloseHandle,
  ConnectNamedPipe,
  CreateEventW,
  CreateFileW,
  CreateIoCompletionPort,
  CreateNamedPipeW,
  DeleteFileW,
  DeviceIoControl,
  DisconnectNamedPipe,
  DuplicateHandle,
  FlushFileBuffers,
  FormatMessageW,
  GetCurrentProcess,
  GetDiskFreeSpaceW,
  GetFileAttributesW,
  GetFileInformationByHandle,
  GetFileInformationByHandleEx,
  GetFileSizeEx,
  GetFileType,
  GetFullPathNameW,
  GetLastError,
  GetOverlappedResult,
  GetOverlappedResultEx,
  GetProcessHandleCount,
  GetQueuedCompletionStatusEx,
  GetStdHandle,
  GetSystemInfo,
  GetVolumePathNameW,
  LockFileEx,
  PeekNamedPipe,
  PostQueuedCompletionStatus,
  ReadFile,
  ReadFileScatter,
  ResetEvent,
  SetEndOfFile,
  SetEvent,
  SetFileCompletionNotificationModes,
  SetFileInformationByHandle,
  SetFilePointerEx,
  SetFileValidData,
  SetLastError,
  SetNamedPipeHandleState,
  UnlockFileEx,
  VirtualAlloc,
  VirtualFree,
  WaitForSingleObject,
  WaitNamedPipeW,
  WriteFile,
  WriteFileGather,
} from "./prototypes.ts";
import { bindTransfer } from "./transfer.ts";
import type { BufferTransferName } from "./transfer_code.ts";

/** Binds all functions; the system is asked for each on its first call. */
export function bindKernel32(): Kernel32 {
  const functions: Record<string, BoundFunction> = {};
  for (const [name, prototype] of Object.entries(PROTOTYPES)) {
    functions[name] = bindFunction(name, prototype, frames);
  }
  for (const name of ["ReadFile", "WriteFile"] satisfies BufferTransferName[]) {
    functions[name] = bindTransfer(name, functions[name]!, frames);
  }
  return Object.freeze(functions) as unknown as Kernel32;
}

/** Not the module as an object, which a bundle of a bundle keeps whole. */
const PROTOTYPES: Readonly<Record<keyof Kernel32, Prototype>> = {
  CancelIoEx,
  CloseHandle,
  ConnectNamedPipe,
  CreateEventW,
  CreateFileW,
  CreateIoCompletionPort,
  CreateNamedPipeW,
  DeleteFileW,
  DeviceIoControl,
  DisconnectNamedPipe,
  DuplicateHandle,
  FlushFileBuffers,
  FormatMessageW,
  GetCurrentProcess,
  GetDiskFreeSpaceW,
  GetFileAttributesW,
  GetFileInformationByHandle,
  GetFileInformationByHandleEx,
  GetFileSizeEx,
  GetFileType,
  GetFullPathNameW,
  GetLastError,
  GetOverlappedResult,
  GetOverlappedResultEx,
  GetProcessHandleCount,
  GetQueuedCompletionStatusEx,
  GetStdHandle,
  GetSystemInfo,
  GetVolumePathNameW,
  LockFileEx,
  PeekNamedPipe,
  PostQueuedCompletionStatus,
  ReadFile,
  ReadFileScatter,
  ResetEvent,
  SetEndOfFile,
  SetEvent,
  SetFileCompletionNotificationModes,
  SetFileInformationByHandle,
  SetFilePointerEx,
  SetFileValidData,
  SetLastError,
  SetNamedPipeHandleState,
  UnlockFileEx,
  VirtualAlloc,
  VirtualFree,
  WaitForSingleObject,
  WaitNamedPipeW,
  WriteFile,
  WriteFileGather,
};
