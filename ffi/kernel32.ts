/**
 * The prototypes of kernel32's functions, as data.
 *
 * @module
 */
import type { Handle } from "./handle.ts";

/** Memory handed to a function: bytes, or a raw address. */
export type Pointer = ArrayBufferView | bigint;

/** Text handed to a function: a string, UTF-16 with its NUL, or an address. */
export type WideString = string | ArrayBufferView | bigint;

/** What each word of the table's vocabulary is in TypeScript. */
export interface Vocabulary {
  /** A virtual address. */
  address: bigint;
  /** BOOL. */
  bool: boolean;
  /** Memory that the function uses until it returns. */
  buffer: Pointer;
  /** The same, or NULL. */
  "buffer?": Pointer | null;
  /** HANDLE. */
  handle: Handle;
  /** HANDLE, or NULL. */
  "handle?": Handle | null;
  /** A signed integer of 32 bits. */
  i32: number;
  /** LARGE_INTEGER. */
  i64: bigint;
  /** Memory that the kernel may use until the operation has completed. */
  overlapped: Pointer;
  /** The same, or NULL. */
  "overlapped?": Pointer | null;
  /** DWORD. */
  u32: number;
  /** SIZE_T and ULONG_PTR. */
  usize: bigint;
  /** No result. */
  void: void;
  /** LPCWSTR. */
  wstr: WideString;
  /** LPCWSTR, or NULL. */
  "wstr?": WideString | null;
}

/**
 * A parameter: Microsoft's name for it, its type and, for memory, how many
 * bytes there must be, or which parameter tells, and in units of how many bytes
 * if not in bytes.
 */
export type Parameter =
  | readonly [name: string, type: keyof Vocabulary]
  | readonly [name: string, type: keyof Vocabulary, size: number | string]
  | readonly [
    name: string,
    type: keyof Vocabulary,
    size: string,
    unit: number,
  ];

/** A function's prototype. */
export interface Prototype {
  /** The type of its result. */
  readonly returns: keyof Vocabulary;
  /** Its parameters, in order. */
  readonly parameters: readonly Parameter[];
}

/** The arguments that a list of parameters asks for. */
export type Arguments<Parameters extends readonly Parameter[]> = {
  -readonly [I in keyof Parameters]: Vocabulary[Parameters[I][1]];
};

/** The functions of a table of prototypes. */
export type Functions<Table extends Readonly<Record<string, Prototype>>> = {
  readonly [Name in keyof Table]: (
    ...args: Arguments<Table[Name]["parameters"]>
  ) => Vocabulary[Table[Name]["returns"]];
};

/** Kernel32's functions. */
export type Kernel32 = Functions<typeof prototypes>;

/** The prototypes, by name. */
export const prototypes = {
  /**
   * Asks for the cancellation of one overlapped operation of a handle, or of all.
   *
   * `CancelIoEx(hFile, lpOverlapped)`
   *
   * https://learn.microsoft.com/windows/win32/api/ioapiset/nf-ioapiset-cancelioex
   */
  CancelIoEx: {
    returns: "bool",
    parameters: [["hFile", "handle"], ["lpOverlapped", "overlapped?", 32]],
  },
  /**
   * Closes a handle.
   *
   * `CloseHandle(hObject)`
   *
   * https://learn.microsoft.com/windows/win32/api/handleapi/nf-handleapi-closehandle
   */
  CloseHandle: {
    returns: "bool",
    parameters: [["hObject", "handle"]],
  },
  /**
   * Waits for a client to connect to a named pipe.
   *
   * `ConnectNamedPipe(hNamedPipe, lpOverlapped)`
   *
   * https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-connectnamedpipe
   */
  ConnectNamedPipe: {
    returns: "bool",
    parameters: [["hNamedPipe", "handle"], ["lpOverlapped", "overlapped?", 32]],
  },
  /**
   * Creates an event.
   *
   * `CreateEventW(lpEventAttributes, bManualReset, bInitialState, lpName)`
   *
   * https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-createeventw
   */
  CreateEventW: {
    returns: "handle",
    parameters: [
      ["lpEventAttributes", "buffer?", 24],
      ["bManualReset", "bool"],
      ["bInitialState", "bool"],
      ["lpName", "wstr?"],
    ],
  },
  /**
   * Opens or creates a file, pipe, volume or device.
   *
   * `CreateFileW(lpFileName, dwDesiredAccess, dwShareMode, lpSecurityAttributes, dwCreationDisposition, dwFlagsAndAttributes, hTemplateFile)`
   *
   * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-createfilew
   */
  CreateFileW: {
    returns: "handle",
    parameters: [
      ["lpFileName", "wstr"],
      ["dwDesiredAccess", "u32"],
      ["dwShareMode", "u32"],
      ["lpSecurityAttributes", "buffer?", 24],
      ["dwCreationDisposition", "u32"],
      ["dwFlagsAndAttributes", "u32"],
      ["hTemplateFile", "handle?"],
    ],
  },
  /**
   * Makes a completion port, or binds a handle to one.
   *
   * `CreateIoCompletionPort(FileHandle, ExistingCompletionPort, CompletionKey, NumberOfConcurrentThreads)`
   *
   * https://learn.microsoft.com/windows/win32/api/ioapiset/nf-ioapiset-createiocompletionport
   */
  CreateIoCompletionPort: {
    returns: "handle",
    parameters: [
      ["FileHandle", "handle"],
      ["ExistingCompletionPort", "handle?"],
      ["CompletionKey", "usize"],
      ["NumberOfConcurrentThreads", "u32"],
    ],
  },
  /**
   * Creates an instance of a named pipe.
   *
   * `CreateNamedPipeW(lpName, dwOpenMode, dwPipeMode, nMaxInstances, nOutBufferSize, nInBufferSize, nDefaultTimeOut, lpSecurityAttributes)`
   *
   * https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-createnamedpipew
   */
  CreateNamedPipeW: {
    returns: "handle",
    parameters: [
      ["lpName", "wstr"],
      ["dwOpenMode", "u32"],
      ["dwPipeMode", "u32"],
      ["nMaxInstances", "u32"],
      ["nOutBufferSize", "u32"],
      ["nInBufferSize", "u32"],
      ["nDefaultTimeOut", "u32"],
      ["lpSecurityAttributes", "buffer?", 24],
    ],
  },
  /**
   * Deletes a file.
   *
   * `DeleteFileW(lpFileName)`
   *
   * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-deletefilew
   */
  DeleteFileW: {
    returns: "bool",
    parameters: [["lpFileName", "wstr"]],
  },
  /**
   * Sends a control code to a driver.
   *
   * `DeviceIoControl(hDevice, dwIoControlCode, lpInBuffer, nInBufferSize, lpOutBuffer, nOutBufferSize, lpBytesReturned, lpOverlapped)`
   *
   * https://learn.microsoft.com/windows/win32/api/ioapiset/nf-ioapiset-deviceiocontrol
   */
  DeviceIoControl: {
    returns: "bool",
    parameters: [
      ["hDevice", "handle"],
      ["dwIoControlCode", "u32"],
      ["lpInBuffer", "buffer?", "nInBufferSize"],
      ["nInBufferSize", "u32"],
      ["lpOutBuffer", "buffer?", "nOutBufferSize"],
      ["nOutBufferSize", "u32"],
      ["lpBytesReturned", "buffer?", 4],
      ["lpOverlapped", "overlapped?", 32],
    ],
  },
  /**
   * Disconnects the client of a named pipe.
   *
   * `DisconnectNamedPipe(hNamedPipe)`
   *
   * https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-disconnectnamedpipe
   */
  DisconnectNamedPipe: {
    returns: "bool",
    parameters: [["hNamedPipe", "handle"]],
  },
  /**
   * Duplicates a handle.
   *
   * `DuplicateHandle(hSourceProcessHandle, hSourceHandle, hTargetProcessHandle, lpTargetHandle, dwDesiredAccess, bInheritHandle, dwOptions)`
   *
   * https://learn.microsoft.com/windows/win32/api/handleapi/nf-handleapi-duplicatehandle
   */
  DuplicateHandle: {
    returns: "bool",
    parameters: [
      ["hSourceProcessHandle", "handle"],
      ["hSourceHandle", "handle"],
      ["hTargetProcessHandle", "handle"],
      ["lpTargetHandle", "buffer?", 8],
      ["dwDesiredAccess", "u32"],
      ["bInheritHandle", "bool"],
      ["dwOptions", "u32"],
    ],
  },
  /**
   * Writes a file's cached data and metadata to the device.
   *
   * `FlushFileBuffers(hFile)`
   *
   * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-flushfilebuffers
   */
  FlushFileBuffers: {
    returns: "bool",
    parameters: [["hFile", "handle"]],
  },
  /**
   * Formats the text of a message.
   *
   * `FormatMessageW(dwFlags, lpSource, dwMessageId, dwLanguageId, lpBuffer, nSize, Arguments)`
   *
   * https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-formatmessagew
   */
  FormatMessageW: {
    returns: "u32",
    parameters: [
      ["dwFlags", "u32"],
      ["lpSource", "buffer?", 0],
      ["dwMessageId", "u32"],
      ["dwLanguageId", "u32"],
      ["lpBuffer", "buffer", 0],
      ["nSize", "u32"],
      ["Arguments", "buffer?", 0],
    ],
  },
  /**
   * Gives the pseudo handle of this process.
   *
   * `GetCurrentProcess()`
   *
   * https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-getcurrentprocess
   */
  GetCurrentProcess: {
    returns: "handle",
    parameters: [],
  },
  /**
   * Tells a disk's sector and cluster sizes.
   *
   * `GetDiskFreeSpaceW(lpRootPathName, lpSectorsPerCluster, lpBytesPerSector, lpNumberOfFreeClusters, lpTotalNumberOfClusters)`
   *
   * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getdiskfreespacew
   */
  GetDiskFreeSpaceW: {
    returns: "bool",
    parameters: [
      ["lpRootPathName", "wstr?"],
      ["lpSectorsPerCluster", "buffer?", 4],
      ["lpBytesPerSector", "buffer?", 4],
      ["lpNumberOfFreeClusters", "buffer?", 4],
      ["lpTotalNumberOfClusters", "buffer?", 4],
    ],
  },
  /**
   * Tells the attributes of a file or directory.
   *
   * `GetFileAttributesW(lpFileName)`
   *
   * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getfileattributesw
   */
  GetFileAttributesW: {
    returns: "u32",
    parameters: [["lpFileName", "wstr"]],
  },
  /**
   * Tells a file's attributes, times, size and identity.
   *
   * `GetFileInformationByHandle(hFile, lpFileInformation)`
   *
   * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getfileinformationbyhandle
   */
  GetFileInformationByHandle: {
    returns: "bool",
    parameters: [["hFile", "handle"], ["lpFileInformation", "buffer", 52]],
  },
  /**
   * Tells one class of a file's information.
   *
   * `GetFileInformationByHandleEx(hFile, FileInformationClass, lpFileInformation, dwBufferSize)`
   *
   * https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-getfileinformationbyhandleex
   */
  GetFileInformationByHandleEx: {
    returns: "bool",
    parameters: [["hFile", "handle"], ["FileInformationClass", "i32"], [
      "lpFileInformation",
      "buffer",
      "dwBufferSize",
    ], ["dwBufferSize", "u32"]],
  },
  /**
   * Tells a file's size in bytes.
   *
   * `GetFileSizeEx(hFile, lpFileSize)`
   *
   * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getfilesizeex
   */
  GetFileSizeEx: {
    returns: "bool",
    parameters: [["hFile", "handle"], ["lpFileSize", "buffer", 8]],
  },
  /**
   * Tells whether a handle is a disk file, a character device or a pipe.
   *
   * `GetFileType(hFile)`
   *
   * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getfiletype
   */
  GetFileType: {
    returns: "u32",
    parameters: [["hFile", "handle"]],
  },
  /**
   * Makes a path absolute.
   *
   * `GetFullPathNameW(lpFileName, nBufferLength, lpBuffer, lpFilePart)`
   *
   * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getfullpathnamew
   */
  GetFullPathNameW: {
    returns: "u32",
    parameters: [["lpFileName", "wstr"], ["nBufferLength", "u32"], [
      "lpBuffer",
      "buffer?",
      "nBufferLength",
      2,
    ], ["lpFilePart", "buffer?", 8]],
  },
  /**
   * Gives the last error of this thread's calls through this module.
   *
   * `GetLastError()`
   *
   * https://learn.microsoft.com/windows/win32/api/errhandlingapi/nf-errhandlingapi-getlasterror
   */
  GetLastError: {
    returns: "u32",
    parameters: [],
  },
  /**
   * Gives the result of an overlapped operation.
   *
   * `GetOverlappedResult(hFile, lpOverlapped, lpNumberOfBytesTransferred, bWait)`
   *
   * https://learn.microsoft.com/windows/win32/api/ioapiset/nf-ioapiset-getoverlappedresult
   */
  GetOverlappedResult: {
    returns: "bool",
    parameters: [["hFile", "handle"], ["lpOverlapped", "buffer", 32], [
      "lpNumberOfBytesTransferred",
      "buffer",
      4,
    ], ["bWait", "bool"]],
  },
  /**
   * Gives the result of an overlapped operation, waiting for a bounded time.
   *
   * `GetOverlappedResultEx(hFile, lpOverlapped, lpNumberOfBytesTransferred, dwMilliseconds, bAlertable)`
   *
   * https://learn.microsoft.com/windows/win32/api/ioapiset/nf-ioapiset-getoverlappedresultex
   */
  GetOverlappedResultEx: {
    returns: "bool",
    parameters: [
      ["hFile", "handle"],
      ["lpOverlapped", "buffer", 32],
      ["lpNumberOfBytesTransferred", "buffer", 4],
      ["dwMilliseconds", "u32"],
      ["bAlertable", "bool"],
    ],
  },
  /**
   * Counts the open handles of a process.
   *
   * `GetProcessHandleCount(hProcess, pdwHandleCount)`
   *
   * https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-getprocesshandlecount
   */
  GetProcessHandleCount: {
    returns: "bool",
    parameters: [["hProcess", "handle"], ["pdwHandleCount", "buffer", 4]],
  },
  /**
   * Takes completion packets from a completion port.
   *
   * `GetQueuedCompletionStatusEx(CompletionPort, lpCompletionPortEntries, ulCount, ulNumEntriesRemoved, dwMilliseconds, fAlertable)`
   *
   * https://learn.microsoft.com/windows/win32/api/ioapiset/nf-ioapiset-getqueuedcompletionstatusex
   */
  GetQueuedCompletionStatusEx: {
    returns: "bool",
    parameters: [
      ["CompletionPort", "handle"],
      ["lpCompletionPortEntries", "buffer", "ulCount", 32],
      ["ulCount", "u32"],
      ["ulNumEntriesRemoved", "buffer", 4],
      ["dwMilliseconds", "u32"],
      ["fAlertable", "bool"],
    ],
  },
  /**
   * Gives a standard handle.
   *
   * `GetStdHandle(nStdHandle)`
   *
   * https://learn.microsoft.com/windows/win32/api/processenv/nf-processenv-getstdhandle
   */
  GetStdHandle: {
    returns: "handle",
    parameters: [["nStdHandle", "u32"]],
  },
  /**
   * Tells the page size and other facts of the system.
   *
   * `GetSystemInfo(lpSystemInfo)`
   *
   * https://learn.microsoft.com/windows/win32/api/sysinfoapi/nf-sysinfoapi-getsysteminfo
   */
  GetSystemInfo: {
    returns: "void",
    parameters: [["lpSystemInfo", "buffer", 48]],
  },
  /**
   * Finds the mount point of a path's volume.
   *
   * `GetVolumePathNameW(lpszFileName, lpszVolumePathName, cchBufferLength)`
   *
   * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getvolumepathnamew
   */
  GetVolumePathNameW: {
    returns: "bool",
    parameters: [
      ["lpszFileName", "wstr"],
      ["lpszVolumePathName", "buffer", "cchBufferLength", 2],
      ["cchBufferLength", "u32"],
    ],
  },
  /**
   * Locks a range of bytes.
   *
   * `LockFileEx(hFile, dwFlags, dwReserved, nNumberOfBytesToLockLow, nNumberOfBytesToLockHigh, lpOverlapped)`
   *
   * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-lockfileex
   */
  LockFileEx: {
    returns: "bool",
    parameters: [
      ["hFile", "handle"],
      ["dwFlags", "u32"],
      ["dwReserved", "u32"],
      ["nNumberOfBytesToLockLow", "u32"],
      ["nNumberOfBytesToLockHigh", "u32"],
      ["lpOverlapped", "overlapped", 32],
    ],
  },
  /**
   * Looks at a pipe's data without taking it.
   *
   * `PeekNamedPipe(hNamedPipe, lpBuffer, nBufferSize, lpBytesRead, lpTotalBytesAvail, lpBytesLeftThisMessage)`
   *
   * https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-peeknamedpipe
   */
  PeekNamedPipe: {
    returns: "bool",
    parameters: [
      ["hNamedPipe", "handle"],
      ["lpBuffer", "buffer?", "nBufferSize"],
      ["nBufferSize", "u32"],
      ["lpBytesRead", "buffer?", 4],
      ["lpTotalBytesAvail", "buffer?", 4],
      ["lpBytesLeftThisMessage", "buffer?", 4],
    ],
  },
  /**
   * Puts a packet of one's own on a completion port.
   *
   * `PostQueuedCompletionStatus(CompletionPort, dwNumberOfBytesTransferred, dwCompletionKey, lpOverlapped)`
   *
   * https://learn.microsoft.com/windows/win32/api/ioapiset/nf-ioapiset-postqueuedcompletionstatus
   */
  PostQueuedCompletionStatus: {
    returns: "bool",
    parameters: [
      ["CompletionPort", "handle"],
      ["dwNumberOfBytesTransferred", "u32"],
      ["dwCompletionKey", "usize"],
      ["lpOverlapped", "overlapped?", 32],
    ],
  },
  /**
   * Reads bytes from a file or device.
   *
   * `ReadFile(hFile, lpBuffer, nNumberOfBytesToRead, lpNumberOfBytesRead, lpOverlapped)`
   *
   * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-readfile
   */
  ReadFile: {
    returns: "bool",
    parameters: [
      ["hFile", "handle"],
      ["lpBuffer", "buffer?", "nNumberOfBytesToRead"],
      ["nNumberOfBytesToRead", "u32"],
      ["lpNumberOfBytesRead", "buffer?", 4],
      ["lpOverlapped", "overlapped?", 32],
    ],
  },
  /**
   * Reads into pages scattered in memory, in one operation.
   *
   * `ReadFileScatter(hFile, aSegmentArray, nNumberOfBytesToRead, lpReserved, lpOverlapped)`
   *
   * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-readfilescatter
   */
  ReadFileScatter: {
    returns: "bool",
    parameters: [
      ["hFile", "handle"],
      ["aSegmentArray", "overlapped", 8],
      ["nNumberOfBytesToRead", "u32"],
      ["lpReserved", "buffer?", 0],
      ["lpOverlapped", "overlapped", 32],
    ],
  },
  /**
   * Resets an event.
   *
   * `ResetEvent(hEvent)`
   *
   * https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-resetevent
   */
  ResetEvent: {
    returns: "bool",
    parameters: [["hEvent", "handle"]],
  },
  /**
   * Sets the end of a file at the file pointer.
   *
   * `SetEndOfFile(hFile)`
   *
   * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-setendoffile
   */
  SetEndOfFile: {
    returns: "bool",
    parameters: [["hFile", "handle"]],
  },
  /**
   * Sets an event.
   *
   * `SetEvent(hEvent)`
   *
   * https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-setevent
   */
  SetEvent: {
    returns: "bool",
    parameters: [["hEvent", "handle"]],
  },
  /**
   * Says how completions of a handle are announced.
   *
   * `SetFileCompletionNotificationModes(FileHandle, Flags)`
   *
   * https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-setfilecompletionnotificationmodes
   */
  SetFileCompletionNotificationModes: {
    returns: "bool",
    parameters: [["FileHandle", "handle"], ["Flags", "u32"]],
  },
  /**
   * Sets one class of a file's information.
   *
   * `SetFileInformationByHandle(hFile, FileInformationClass, lpFileInformation, dwBufferSize)`
   *
   * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-setfileinformationbyhandle
   */
  SetFileInformationByHandle: {
    returns: "bool",
    parameters: [["hFile", "handle"], ["FileInformationClass", "i32"], [
      "lpFileInformation",
      "buffer",
      "dwBufferSize",
    ], ["dwBufferSize", "u32"]],
  },
  /**
   * Moves the file pointer.
   *
   * `SetFilePointerEx(hFile, liDistanceToMove, lpNewFilePointer, dwMoveMethod)`
   *
   * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-setfilepointerex
   */
  SetFilePointerEx: {
    returns: "bool",
    parameters: [["hFile", "handle"], ["liDistanceToMove", "i64"], [
      "lpNewFilePointer",
      "buffer?",
      8,
    ], ["dwMoveMethod", "u32"]],
  },
  /**
   * Sets a file's valid data length.
   *
   * `SetFileValidData(hFile, ValidDataLength)`
   *
   * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-setfilevaliddata
   */
  SetFileValidData: {
    returns: "bool",
    parameters: [["hFile", "handle"], ["ValidDataLength", "i64"]],
  },
  /**
   * Sets the last error.
   *
   * `SetLastError(dwErrCode)`
   *
   * https://learn.microsoft.com/windows/win32/api/errhandlingapi/nf-errhandlingapi-setlasterror
   */
  SetLastError: {
    returns: "void",
    parameters: [["dwErrCode", "u32"]],
  },
  /**
   * Sets a pipe handle's read and wait modes.
   *
   * `SetNamedPipeHandleState(hNamedPipe, lpMode, lpMaxCollectionCount, lpCollectDataTimeout)`
   *
   * https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-setnamedpipehandlestate
   */
  SetNamedPipeHandleState: {
    returns: "bool",
    parameters: [["hNamedPipe", "handle"], ["lpMode", "buffer?", 4], [
      "lpMaxCollectionCount",
      "buffer?",
      4,
    ], ["lpCollectDataTimeout", "buffer?", 4]],
  },
  /**
   * Unlocks a range of bytes.
   *
   * `UnlockFileEx(hFile, dwReserved, nNumberOfBytesToUnlockLow, nNumberOfBytesToUnlockHigh, lpOverlapped)`
   *
   * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-unlockfileex
   */
  UnlockFileEx: {
    returns: "bool",
    parameters: [
      ["hFile", "handle"],
      ["dwReserved", "u32"],
      ["nNumberOfBytesToUnlockLow", "u32"],
      ["nNumberOfBytesToUnlockHigh", "u32"],
      ["lpOverlapped", "overlapped", 32],
    ],
  },
  /**
   * Reserves and commits pages of memory.
   *
   * `VirtualAlloc(lpAddress, dwSize, flAllocationType, flProtect)`
   *
   * https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-virtualalloc
   */
  VirtualAlloc: {
    returns: "address",
    parameters: [["lpAddress", "buffer?", 0], ["dwSize", "usize"], [
      "flAllocationType",
      "u32",
    ], ["flProtect", "u32"]],
  },
  /**
   * Gives pages of memory back.
   *
   * `VirtualFree(lpAddress, dwSize, dwFreeType)`
   *
   * https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-virtualfree
   */
  VirtualFree: {
    returns: "bool",
    parameters: [["lpAddress", "buffer", 0], ["dwSize", "usize"], [
      "dwFreeType",
      "u32",
    ]],
  },
  /**
   * Waits until an object is signalled.
   *
   * `WaitForSingleObject(hHandle, dwMilliseconds)`
   *
   * https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-waitforsingleobject
   */
  WaitForSingleObject: {
    returns: "u32",
    parameters: [["hHandle", "handle"], ["dwMilliseconds", "u32"]],
  },
  /**
   * Waits until an instance of a named pipe is free.
   *
   * `WaitNamedPipeW(lpNamedPipeName, nTimeOut)`
   *
   * https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-waitnamedpipew
   */
  WaitNamedPipeW: {
    returns: "bool",
    parameters: [["lpNamedPipeName", "wstr"], ["nTimeOut", "u32"]],
  },
  /**
   * Writes bytes to a file or device.
   *
   * `WriteFile(hFile, lpBuffer, nNumberOfBytesToWrite, lpNumberOfBytesWritten, lpOverlapped)`
   *
   * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-writefile
   */
  WriteFile: {
    returns: "bool",
    parameters: [
      ["hFile", "handle"],
      ["lpBuffer", "buffer?", "nNumberOfBytesToWrite"],
      ["nNumberOfBytesToWrite", "u32"],
      ["lpNumberOfBytesWritten", "buffer?", 4],
      ["lpOverlapped", "overlapped?", 32],
    ],
  },
  /**
   * Writes pages gathered from memory, in one operation.
   *
   * `WriteFileGather(hFile, aSegmentArray, nNumberOfBytesToWrite, lpReserved, lpOverlapped)`
   *
   * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-writefilegather
   */
  WriteFileGather: {
    returns: "bool",
    parameters: [
      ["hFile", "handle"],
      ["aSegmentArray", "overlapped", 8],
      ["nNumberOfBytesToWrite", "u32"],
      ["lpReserved", "buffer?", 0],
      ["lpOverlapped", "overlapped", 32],
    ],
  },
} as const;
