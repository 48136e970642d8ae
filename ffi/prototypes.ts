/**
 * The prototypes of kernel32's functions, as data: each an export of its own, so
 * that a bundler leaves out those that a program does not call.
 *
 * @module
 */

/**
 * Asks for the cancellation of one overlapped operation of a handle, or of all.
 *
 * `CancelIoEx(hFile, lpOverlapped)`
 *
 * https://learn.microsoft.com/windows/win32/api/ioapiset/nf-ioapiset-cancelioex
 */
export const CancelIoEx = {
  returns: "bool",
  parameters: [["hFile", "handle"], ["lpOverlapped", "overlapped?", 32]],
} as const;

/**
 * Closes a handle.
 *
 * `CloseHandle(hObject)`
 *
 * https://learn.microsoft.com/windows/win32/api/handleapi/nf-handleapi-closehandle
 */
export const CloseHandle = {
  returns: "bool",
  parameters: [["hObject", "handle"]],
} as const;

/**
 * Waits for a client to connect to a named pipe.
 *
 * `ConnectNamedPipe(hNamedPipe, lpOverlapped)`
 *
 * https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-connectnamedpipe
 */
export const ConnectNamedPipe = {
  returns: "bool",
  parameters: [["hNamedPipe", "handle"], ["lpOverlapped", "overlapped?", 32]],
} as const;

/**
 * Creates an event.
 *
 * `CreateEventW(lpEventAttributes, bManualReset, bInitialState, lpName)`
 *
 * https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-createeventw
 */
export const CreateEventW = {
  returns: "handle",
  parameters: [
    ["lpEventAttributes", "buffer?", 24],
    ["bManualReset", "bool"],
    ["bInitialState", "bool"],
    ["lpName", "wstr?"],
  ],
} as const;

/**
 * Opens or creates a file, pipe, volume or device.
 *
 * `CreateFileW(lpFileName, dwDesiredAccess, dwShareMode, lpSecurityAttributes, dwCreationDisposition, dwFlagsAndAttributes, hTemplateFile)`
 *
 * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-createfilew
 */
export const CreateFileW = {
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
} as const;

/**
 * Makes a completion port, or binds a handle to one.
 *
 * `CreateIoCompletionPort(FileHandle, ExistingCompletionPort, CompletionKey, NumberOfConcurrentThreads)`
 *
 * https://learn.microsoft.com/windows/win32/api/ioapiset/nf-ioapiset-createiocompletionport
 */
export const CreateIoCompletionPort = {
  returns: "handle",
  parameters: [
    ["FileHandle", "handle"],
    ["ExistingCompletionPort", "handle?"],
    ["CompletionKey", "usize"],
    ["NumberOfConcurrentThreads", "u32"],
  ],
} as const;

/**
 * Creates an instance of a named pipe.
 *
 * `CreateNamedPipeW(lpName, dwOpenMode, dwPipeMode, nMaxInstances, nOutBufferSize, nInBufferSize, nDefaultTimeOut, lpSecurityAttributes)`
 *
 * https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-createnamedpipew
 */
export const CreateNamedPipeW = {
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
} as const;

/**
 * Deletes a file.
 *
 * `DeleteFileW(lpFileName)`
 *
 * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-deletefilew
 */
export const DeleteFileW = {
  returns: "bool",
  parameters: [["lpFileName", "wstr"]],
} as const;

/**
 * Sends a control code to a driver.
 *
 * `DeviceIoControl(hDevice, dwIoControlCode, lpInBuffer, nInBufferSize, lpOutBuffer, nOutBufferSize, lpBytesReturned, lpOverlapped)`
 *
 * https://learn.microsoft.com/windows/win32/api/ioapiset/nf-ioapiset-deviceiocontrol
 */
export const DeviceIoControl = {
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
} as const;

/**
 * Disconnects the client of a named pipe.
 *
 * `DisconnectNamedPipe(hNamedPipe)`
 *
 * https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-disconnectnamedpipe
 */
export const DisconnectNamedPipe = {
  returns: "bool",
  parameters: [["hNamedPipe", "handle"]],
} as const;

/**
 * Duplicates a handle.
 *
 * `DuplicateHandle(hSourceProcessHandle, hSourceHandle, hTargetProcessHandle, lpTargetHandle, dwDesiredAccess, bInheritHandle, dwOptions)`
 *
 * https://learn.microsoft.com/windows/win32/api/handleapi/nf-handleapi-duplicatehandle
 */
export const DuplicateHandle = {
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
} as const;

/**
 * Writes a file's cached data and metadata to the device.
 *
 * `FlushFileBuffers(hFile)`
 *
 * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-flushfilebuffers
 */
export const FlushFileBuffers = {
  returns: "bool",
  parameters: [["hFile", "handle"]],
} as const;

/**
 * Formats the text of a message.
 *
 * `FormatMessageW(dwFlags, lpSource, dwMessageId, dwLanguageId, lpBuffer, nSize, Arguments)`
 *
 * https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-formatmessagew
 */
export const FormatMessageW = {
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
} as const;

/**
 * Gives the pseudo handle of this process.
 *
 * `GetCurrentProcess()`
 *
 * https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-getcurrentprocess
 */
export const GetCurrentProcess = {
  returns: "handle",
  parameters: [],
} as const;

/**
 * Tells a disk's sector and cluster sizes.
 *
 * `GetDiskFreeSpaceW(lpRootPathName, lpSectorsPerCluster, lpBytesPerSector, lpNumberOfFreeClusters, lpTotalNumberOfClusters)`
 *
 * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getdiskfreespacew
 */
export const GetDiskFreeSpaceW = {
  returns: "bool",
  parameters: [
    ["lpRootPathName", "wstr?"],
    ["lpSectorsPerCluster", "buffer?", 4],
    ["lpBytesPerSector", "buffer?", 4],
    ["lpNumberOfFreeClusters", "buffer?", 4],
    ["lpTotalNumberOfClusters", "buffer?", 4],
  ],
} as const;

/**
 * Tells the attributes of a file or directory.
 *
 * `GetFileAttributesW(lpFileName)`
 *
 * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getfileattributesw
 */
export const GetFileAttributesW = {
  returns: "u32",
  parameters: [["lpFileName", "wstr"]],
} as const;

/**
 * Tells a file's attributes, times, size and identity.
 *
 * `GetFileInformationByHandle(hFile, lpFileInformation)`
 *
 * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getfileinformationbyhandle
 */
export const GetFileInformationByHandle = {
  returns: "bool",
  parameters: [["hFile", "handle"], ["lpFileInformation", "buffer", 52]],
} as const;

/**
 * Tells one class of a file's information.
 *
 * `GetFileInformationByHandleEx(hFile, FileInformationClass, lpFileInformation, dwBufferSize)`
 *
 * https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-getfileinformationbyhandleex
 */
export const GetFileInformationByHandleEx = {
  returns: "bool",
  parameters: [["hFile", "handle"], ["FileInformationClass", "i32"], [
    "lpFileInformation",
    "buffer",
    "dwBufferSize",
  ], ["dwBufferSize", "u32"]],
} as const;

/**
 * Tells a file's size in bytes.
 *
 * `GetFileSizeEx(hFile, lpFileSize)`
 *
 * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getfilesizeex
 */
export const GetFileSizeEx = {
  returns: "bool",
  parameters: [["hFile", "handle"], ["lpFileSize", "buffer", 8]],
} as const;

/**
 * Tells whether a handle is a disk file, a character device or a pipe.
 *
 * `GetFileType(hFile)`
 *
 * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getfiletype
 */
export const GetFileType = {
  returns: "u32",
  parameters: [["hFile", "handle"]],
} as const;

/**
 * Makes a path absolute.
 *
 * `GetFullPathNameW(lpFileName, nBufferLength, lpBuffer, lpFilePart)`
 *
 * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getfullpathnamew
 */
export const GetFullPathNameW = {
  returns: "u32",
  parameters: [["lpFileName", "wstr"], ["nBufferLength", "u32"], [
    "lpBuffer",
    "buffer?",
    "nBufferLength",
    2,
  ], ["lpFilePart", "buffer?", 8]],
} as const;

/**
 * Gives the last error of this thread's calls through this module.
 *
 * `GetLastError()`
 *
 * https://learn.microsoft.com/windows/win32/api/errhandlingapi/nf-errhandlingapi-getlasterror
 */
export const GetLastError = {
  returns: "u32",
  parameters: [],
} as const;

/**
 * Gives the result of an overlapped operation.
 *
 * `GetOverlappedResult(hFile, lpOverlapped, lpNumberOfBytesTransferred, bWait)`
 *
 * https://learn.microsoft.com/windows/win32/api/ioapiset/nf-ioapiset-getoverlappedresult
 */
export const GetOverlappedResult = {
  returns: "bool",
  parameters: [["hFile", "handle"], ["lpOverlapped", "buffer", 32], [
    "lpNumberOfBytesTransferred",
    "buffer",
    4,
  ], ["bWait", "bool"]],
} as const;

/**
 * Gives the result of an overlapped operation, waiting for a bounded time.
 *
 * `GetOverlappedResultEx(hFile, lpOverlapped, lpNumberOfBytesTransferred, dwMilliseconds, bAlertable)`
 *
 * https://learn.microsoft.com/windows/win32/api/ioapiset/nf-ioapiset-getoverlappedresultex
 */
export const GetOverlappedResultEx = {
  returns: "bool",
  parameters: [
    ["hFile", "handle"],
    ["lpOverlapped", "buffer", 32],
    ["lpNumberOfBytesTransferred", "buffer", 4],
    ["dwMilliseconds", "u32"],
    ["bAlertable", "bool"],
  ],
} as const;

/**
 * Counts the open handles of a process.
 *
 * `GetProcessHandleCount(hProcess, pdwHandleCount)`
 *
 * https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-getprocesshandlecount
 */
export const GetProcessHandleCount = {
  returns: "bool",
  parameters: [["hProcess", "handle"], ["pdwHandleCount", "buffer", 4]],
} as const;

/**
 * Takes completion packets from a completion port.
 *
 * `GetQueuedCompletionStatusEx(CompletionPort, lpCompletionPortEntries, ulCount, ulNumEntriesRemoved, dwMilliseconds, fAlertable)`
 *
 * https://learn.microsoft.com/windows/win32/api/ioapiset/nf-ioapiset-getqueuedcompletionstatusex
 */
export const GetQueuedCompletionStatusEx = {
  returns: "bool",
  parameters: [
    ["CompletionPort", "handle"],
    ["lpCompletionPortEntries", "buffer", "ulCount", 32],
    ["ulCount", "u32"],
    ["ulNumEntriesRemoved", "buffer", 4],
    ["dwMilliseconds", "u32"],
    ["fAlertable", "bool"],
  ],
} as const;

/**
 * Gives a standard handle.
 *
 * `GetStdHandle(nStdHandle)`
 *
 * https://learn.microsoft.com/windows/win32/api/processenv/nf-processenv-getstdhandle
 */
export const GetStdHandle = {
  returns: "handle",
  parameters: [["nStdHandle", "u32"]],
} as const;

/**
 * Tells the page size and other facts of the system.
 *
 * `GetSystemInfo(lpSystemInfo)`
 *
 * https://learn.microsoft.com/windows/win32/api/sysinfoapi/nf-sysinfoapi-getsysteminfo
 */
export const GetSystemInfo = {
  returns: "void",
  parameters: [["lpSystemInfo", "buffer", 48]],
} as const;

/**
 * Finds the mount point of a path's volume.
 *
 * `GetVolumePathNameW(lpszFileName, lpszVolumePathName, cchBufferLength)`
 *
 * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getvolumepathnamew
 */
export const GetVolumePathNameW = {
  returns: "bool",
  parameters: [
    ["lpszFileName", "wstr"],
    ["lpszVolumePathName", "buffer", "cchBufferLength", 2],
    ["cchBufferLength", "u32"],
  ],
} as const;

/**
 * Locks a range of bytes.
 *
 * `LockFileEx(hFile, dwFlags, dwReserved, nNumberOfBytesToLockLow, nNumberOfBytesToLockHigh, lpOverlapped)`
 *
 * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-lockfileex
 */
export const LockFileEx = {
  returns: "bool",
  parameters: [
    ["hFile", "handle"],
    ["dwFlags", "u32"],
    ["dwReserved", "u32"],
    ["nNumberOfBytesToLockLow", "u32"],
    ["nNumberOfBytesToLockHigh", "u32"],
    ["lpOverlapped", "overlapped", 32],
  ],
} as const;

/**
 * Looks at a pipe's data without taking it.
 *
 * `PeekNamedPipe(hNamedPipe, lpBuffer, nBufferSize, lpBytesRead, lpTotalBytesAvail, lpBytesLeftThisMessage)`
 *
 * https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-peeknamedpipe
 */
export const PeekNamedPipe = {
  returns: "bool",
  parameters: [
    ["hNamedPipe", "handle"],
    ["lpBuffer", "buffer?", "nBufferSize"],
    ["nBufferSize", "u32"],
    ["lpBytesRead", "buffer?", 4],
    ["lpTotalBytesAvail", "buffer?", 4],
    ["lpBytesLeftThisMessage", "buffer?", 4],
  ],
} as const;

/**
 * Puts a packet of one's own on a completion port.
 *
 * `PostQueuedCompletionStatus(CompletionPort, dwNumberOfBytesTransferred, dwCompletionKey, lpOverlapped)`
 *
 * https://learn.microsoft.com/windows/win32/api/ioapiset/nf-ioapiset-postqueuedcompletionstatus
 */
export const PostQueuedCompletionStatus = {
  returns: "bool",
  parameters: [
    ["CompletionPort", "handle"],
    ["dwNumberOfBytesTransferred", "u32"],
    ["dwCompletionKey", "usize"],
    ["lpOverlapped", "overlapped?", 32],
  ],
} as const;

/**
 * Reads bytes from a file or device.
 *
 * `ReadFile(hFile, lpBuffer, nNumberOfBytesToRead, lpNumberOfBytesRead, lpOverlapped)`
 *
 * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-readfile
 */
export const ReadFile = {
  returns: "bool",
  parameters: [
    ["hFile", "handle"],
    ["lpBuffer", "buffer?", "nNumberOfBytesToRead"],
    ["nNumberOfBytesToRead", "u32"],
    ["lpNumberOfBytesRead", "buffer?", 4],
    ["lpOverlapped", "overlapped?", 32],
  ],
} as const;

/**
 * Reads into pages scattered in memory, in one operation.
 *
 * `ReadFileScatter(hFile, aSegmentArray, nNumberOfBytesToRead, lpReserved, lpOverlapped)`
 *
 * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-readfilescatter
 */
export const ReadFileScatter = {
  returns: "bool",
  parameters: [
    ["hFile", "handle"],
    ["aSegmentArray", "overlapped", 8],
    ["nNumberOfBytesToRead", "u32"],
    ["lpReserved", "buffer?", 0],
    ["lpOverlapped", "overlapped", 32],
  ],
} as const;

/**
 * Resets an event.
 *
 * `ResetEvent(hEvent)`
 *
 * https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-resetevent
 */
export const ResetEvent = {
  returns: "bool",
  parameters: [["hEvent", "handle"]],
} as const;

/**
 * Sets the end of a file at the file pointer.
 *
 * `SetEndOfFile(hFile)`
 *
 * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-setendoffile
 */
export const SetEndOfFile = {
  returns: "bool",
  parameters: [["hFile", "handle"]],
} as const;

/**
 * Sets an event.
 *
 * `SetEvent(hEvent)`
 *
 * https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-setevent
 */
export const SetEvent = {
  returns: "bool",
  parameters: [["hEvent", "handle"]],
} as const;

/**
 * Says how completions of a handle are announced.
 *
 * `SetFileCompletionNotificationModes(FileHandle, Flags)`
 *
 * https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-setfilecompletionnotificationmodes
 */
export const SetFileCompletionNotificationModes = {
  returns: "bool",
  parameters: [["FileHandle", "handle"], ["Flags", "u32"]],
} as const;

/**
 * Sets one class of a file's information.
 *
 * `SetFileInformationByHandle(hFile, FileInformationClass, lpFileInformation, dwBufferSize)`
 *
 * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-setfileinformationbyhandle
 */
export const SetFileInformationByHandle = {
  returns: "bool",
  parameters: [["hFile", "handle"], ["FileInformationClass", "i32"], [
    "lpFileInformation",
    "buffer",
    "dwBufferSize",
  ], ["dwBufferSize", "u32"]],
} as const;

/**
 * Moves the file pointer.
 *
 * `SetFilePointerEx(hFile, liDistanceToMove, lpNewFilePointer, dwMoveMethod)`
 *
 * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-setfilepointerex
 */
export const SetFilePointerEx = {
  returns: "bool",
  parameters: [["hFile", "handle"], ["liDistanceToMove", "i64"], [
    "lpNewFilePointer",
    "buffer?",
    8,
  ], ["dwMoveMethod", "u32"]],
} as const;

/**
 * Sets a file's valid data length.
 *
 * `SetFileValidData(hFile, ValidDataLength)`
 *
 * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-setfilevaliddata
 */
export const SetFileValidData = {
  returns: "bool",
  parameters: [["hFile", "handle"], ["ValidDataLength", "i64"]],
} as const;

/**
 * Sets the last error.
 *
 * `SetLastError(dwErrCode)`
 *
 * https://learn.microsoft.com/windows/win32/api/errhandlingapi/nf-errhandlingapi-setlasterror
 */
export const SetLastError = {
  returns: "void",
  parameters: [["dwErrCode", "u32"]],
} as const;

/**
 * Sets a pipe handle's read and wait modes.
 *
 * `SetNamedPipeHandleState(hNamedPipe, lpMode, lpMaxCollectionCount, lpCollectDataTimeout)`
 *
 * https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-setnamedpipehandlestate
 */
export const SetNamedPipeHandleState = {
  returns: "bool",
  parameters: [["hNamedPipe", "handle"], ["lpMode", "buffer?", 4], [
    "lpMaxCollectionCount",
    "buffer?",
    4,
  ], ["lpCollectDataTimeout", "buffer?", 4]],
} as const;

/**
 * Unlocks a range of bytes.
 *
 * `UnlockFileEx(hFile, dwReserved, nNumberOfBytesToUnlockLow, nNumberOfBytesToUnlockHigh, lpOverlapped)`
 *
 * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-unlockfileex
 */
export const UnlockFileEx = {
  returns: "bool",
  parameters: [
    ["hFile", "handle"],
    ["dwReserved", "u32"],
    ["nNumberOfBytesToUnlockLow", "u32"],
    ["nNumberOfBytesToUnlockHigh", "u32"],
    ["lpOverlapped", "overlapped", 32],
  ],
} as const;

/**
 * Reserves and commits pages of memory.
 *
 * `VirtualAlloc(lpAddress, dwSize, flAllocationType, flProtect)`
 *
 * https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-virtualalloc
 */
export const VirtualAlloc = {
  returns: "address",
  parameters: [["lpAddress", "buffer?", 0], ["dwSize", "usize"], [
    "flAllocationType",
    "u32",
  ], ["flProtect", "u32"]],
} as const;

/**
 * Gives pages of memory back.
 *
 * `VirtualFree(lpAddress, dwSize, dwFreeType)`
 *
 * https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-virtualfree
 */
export const VirtualFree = {
  returns: "bool",
  parameters: [["lpAddress", "buffer", 0], ["dwSize", "usize"], [
    "dwFreeType",
    "u32",
  ]],
} as const;

/**
 * Waits until an object is signalled.
 *
 * `WaitForSingleObject(hHandle, dwMilliseconds)`
 *
 * https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-waitforsingleobject
 */
export const WaitForSingleObject = {
  returns: "u32",
  parameters: [["hHandle", "handle"], ["dwMilliseconds", "u32"]],
} as const;

/**
 * Waits until an instance of a named pipe is free.
 *
 * `WaitNamedPipeW(lpNamedPipeName, nTimeOut)`
 *
 * https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-waitnamedpipew
 */
export const WaitNamedPipeW = {
  returns: "bool",
  parameters: [["lpNamedPipeName", "wstr"], ["nTimeOut", "u32"]],
} as const;

/**
 * Writes bytes to a file or device.
 *
 * `WriteFile(hFile, lpBuffer, nNumberOfBytesToWrite, lpNumberOfBytesWritten, lpOverlapped)`
 *
 * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-writefile
 */
export const WriteFile = {
  returns: "bool",
  parameters: [
    ["hFile", "handle"],
    ["lpBuffer", "buffer?", "nNumberOfBytesToWrite"],
    ["nNumberOfBytesToWrite", "u32"],
    ["lpNumberOfBytesWritten", "buffer?", 4],
    ["lpOverlapped", "overlapped?", 32],
  ],
} as const;

/**
 * Writes pages gathered from memory, in one operation.
 *
 * `WriteFileGather(hFile, aSegmentArray, nNumberOfBytesToWrite, lpReserved, lpOverlapped)`
 *
 * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-writefilegather
 */
export const WriteFileGather = {
  returns: "bool",
  parameters: [
    ["hFile", "handle"],
    ["aSegmentArray", "overlapped", 8],
    ["nNumberOfBytesToWrite", "u32"],
    ["lpReserved", "buffer?", 0],
    ["lpOverlapped", "overlapped", 32],
  ],
} as const;
