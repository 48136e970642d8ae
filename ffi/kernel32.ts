/**
 * The functions of kernel32, under Microsoft's names and with Microsoft's
 * parameters.
 *
 * @module
 */
import type { Handle } from "./handle.ts";
import { FUNCTIONS } from "./prototypes.ts";

/** Memory handed to a function: bytes, or a raw address. */
export type Pointer = ArrayBufferView | bigint;

/** Text handed to a function: a string, UTF-16 with its NUL, or an address. */
export type WideString = string | ArrayBufferView | bigint;

/**
 * The functions of kernel32.
 *
 * DWORD and int are `number`; LARGE_INTEGER, SIZE_T and addresses are `bigint`;
 * BOOL is `boolean`, a HANDLE is a {@linkcode Handle}. A pointer to memory is a
 * {@linkcode Pointer}, to text a {@linkcode WideString}; `null` is NULL where
 * Microsoft allows it. A function that returns `false` has failed, and
 * `getLastWin32Error()` returns the reason.
 *
 * Memory that an overlapped operation uses after the call belongs into an
 * `AlignedBuffer`.
 */
export interface Kernel32 {
  /**
   * Requests the cancellation of one overlapped operation of a handle, or of all.
   *
   * @see https://learn.microsoft.com/windows/win32/api/ioapiset/nf-ioapiset-cancelioex
   */
  CancelIoEx(hFile: Handle, lpOverlapped: Pointer | null): boolean;

  /**
   * Ends a break: the line carries data again.
   *
   * @see https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-clearcommbreak
   */
  ClearCommBreak(hFile: Handle): boolean;

  /**
   * Retrieves the line errors of a serial port, CE_ values, and its state, a COMSTAT;
   * clears the errors, which ends the refusals that follow from `fAbortOnError`.
   *
   * @see https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-clearcommerror
   */
  ClearCommError(
    hFile: Handle,
    lpErrors: Pointer | null,
    lpStat: Pointer | null,
  ): boolean;

  /**
   * Closes a handle.
   *
   * @see https://learn.microsoft.com/windows/win32/api/handleapi/nf-handleapi-closehandle
   */
  CloseHandle(hObject: Handle): boolean;

  /**
   * Waits for a client to connect to a named pipe.
   *
   * @see https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-connectnamedpipe
   */
  ConnectNamedPipe(hNamedPipe: Handle, lpOverlapped: Pointer | null): boolean;

  /**
   * Creates or opens an event.
   *
   * @see https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-createeventw
   */
  CreateEventW(
    lpEventAttributes: Pointer | null,
    bManualReset: boolean,
    bInitialState: boolean,
    lpName: WideString | null,
  ): Handle;

  /**
   * Creates or opens a file, pipe, volume or device; returns `INVALID_HANDLE_VALUE` on failure.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-createfilew
   */
  CreateFileW(
    lpFileName: WideString,
    dwDesiredAccess: number,
    dwShareMode: number,
    lpSecurityAttributes: Pointer | null,
    dwCreationDisposition: number,
    dwFlagsAndAttributes: number,
    hTemplateFile: Handle | null,
  ): Handle;

  /**
   * Creates a completion port, or binds a handle to one; returns 0 on failure.
   *
   * @see https://learn.microsoft.com/windows/win32/api/ioapiset/nf-ioapiset-createiocompletionport
   */
  CreateIoCompletionPort(
    FileHandle: Handle,
    ExistingCompletionPort: Handle | null,
    CompletionKey: bigint,
    NumberOfConcurrentThreads: number,
  ): Handle;

  /**
   * Creates an instance of a named pipe; returns `INVALID_HANDLE_VALUE` on failure.
   *
   * @see https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-createnamedpipew
   */
  CreateNamedPipeW(
    lpName: WideString,
    dwOpenMode: number,
    dwPipeMode: number,
    nMaxInstances: number,
    nOutBufferSize: number,
    nInBufferSize: number,
    nDefaultTimeOut: number,
    lpSecurityAttributes: Pointer | null,
  ): Handle;

  /**
   * Deletes a file.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-deletefilew
   */
  DeleteFileW(lpFileName: WideString): boolean;

  /**
   * Sends a control code to a driver.
   *
   * @see https://learn.microsoft.com/windows/win32/api/ioapiset/nf-ioapiset-deviceiocontrol
   */
  DeviceIoControl(
    hDevice: Handle,
    dwIoControlCode: number,
    lpInBuffer: Pointer | null,
    nInBufferSize: number,
    lpOutBuffer: Pointer | null,
    nOutBufferSize: number,
    lpBytesReturned: Pointer | null,
    lpOverlapped: Pointer | null,
  ): boolean;

  /**
   * Disconnects the client of a named pipe.
   *
   * @see https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-disconnectnamedpipe
   */
  DisconnectNamedPipe(hNamedPipe: Handle): boolean;

  /**
   * Duplicates a handle.
   *
   * @see https://learn.microsoft.com/windows/win32/api/handleapi/nf-handleapi-duplicatehandle
   */
  DuplicateHandle(
    hSourceProcessHandle: Handle,
    hSourceHandle: Handle,
    hTargetProcessHandle: Handle,
    lpTargetHandle: Pointer | null,
    dwDesiredAccess: number,
    bInheritHandle: boolean,
    dwOptions: number,
  ): boolean;

  /**
   * Raises or lowers a line of a serial port, starts or ends a break, or acts as if
   * XON or XOFF had come.
   *
   * @see https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-escapecommfunction
   */
  EscapeCommFunction(hFile: Handle, dwFunc: number): boolean;

  /**
   * Writes a file's cached data and metadata to the device.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-flushfilebuffers
   */
  FlushFileBuffers(hFile: Handle): boolean;

  /**
   * Formats the text of a message; returns its length in UTF-16 units.
   *
   * @see https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-formatmessagew
   */
  FormatMessageW(
    dwFlags: number,
    lpSource: Pointer | null,
    dwMessageId: number,
    dwLanguageId: number,
    lpBuffer: Pointer,
    nSize: number,
    Arguments: Pointer | null,
  ): number;

  /**
   * Retrieves the events that WaitCommEvent waits for.
   *
   * @see https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-getcommmask
   */
  GetCommMask(hFile: Handle, lpEvtMask: Pointer): boolean;

  /**
   * Retrieves which input lines of a serial port are on: MS_ values.
   *
   * @see https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-getcommmodemstatus
   */
  GetCommModemStatus(hFile: Handle, lpModemStat: Pointer): boolean;

  /**
   * Retrieves what a serial port can do: a COMMPROP.
   *
   * @see https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-getcommproperties
   */
  GetCommProperties(hFile: Handle, lpCommProp: Pointer): boolean;

  /**
   * Retrieves the settings of a serial port: a DCB, whose `DCBlength` is set
   * before the call.
   *
   * @see https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-getcommstate
   */
  GetCommState(hFile: Handle, lpDCB: Pointer): boolean;

  /**
   * Retrieves the time-outs of a serial port: COMMTIMEOUTS.
   *
   * @see https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-getcommtimeouts
   */
  GetCommTimeouts(hFile: Handle, lpCommTimeouts: Pointer): boolean;

  /**
   * Retrieves the mode of a console's input or output.
   *
   * @see https://learn.microsoft.com/windows/console/getconsolemode
   */
  GetConsoleMode(hConsoleHandle: Handle, lpMode: Pointer): boolean;

  /**
   * Returns the pseudo handle of this process.
   *
   * @see https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-getcurrentprocess
   */
  GetCurrentProcess(): Handle;

  /**
   * Retrieves the sector and cluster sizes of a disk, and its free clusters.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getdiskfreespacew
   */
  GetDiskFreeSpaceW(
    lpRootPathName: WideString | null,
    lpSectorsPerCluster: Pointer | null,
    lpBytesPerSector: Pointer | null,
    lpNumberOfFreeClusters: Pointer | null,
    lpTotalNumberOfClusters: Pointer | null,
  ): boolean;

  /**
   * Returns the attributes of a file or directory, or `INVALID_FILE_ATTRIBUTES`.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getfileattributesw
   */
  GetFileAttributesW(lpFileName: WideString): number;

  /**
   * Retrieves a file's attributes, times, size and identity.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getfileinformationbyhandle
   */
  GetFileInformationByHandle(
    hFile: Handle,
    lpFileInformation: Pointer,
  ): boolean;

  /**
   * Retrieves one class of a file's information.
   *
   * @see https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-getfileinformationbyhandleex
   */
  GetFileInformationByHandleEx(
    hFile: Handle,
    FileInformationClass: number,
    lpFileInformation: Pointer,
    dwBufferSize: number,
  ): boolean;

  /**
   * Retrieves a file's size in bytes.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getfilesizeex
   */
  GetFileSizeEx(hFile: Handle, lpFileSize: Pointer): boolean;

  /**
   * Returns whether a handle is a disk file, a character device or a pipe.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getfiletype
   */
  GetFileType(hFile: Handle): number;

  /**
   * Retrieves the absolute path of a file; returns its length in UTF-16 units.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getfullpathnamew
   */
  GetFullPathNameW(
    lpFileName: WideString,
    nBufferLength: number,
    lpBuffer: Pointer | null,
    lpFilePart: Pointer | null,
  ): number;

  /**
   * Returns the last error of this thread's calls through this module.
   *
   * @see https://learn.microsoft.com/windows/win32/api/errhandlingapi/nf-errhandlingapi-getlasterror
   */
  GetLastError(): number;

  /**
   * Retrieves the process identifier of a pipe's client.
   *
   * @see https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-getnamedpipeclientprocessid
   */
  GetNamedPipeClientProcessId(Pipe: Handle, ClientProcessId: Pointer): boolean;

  /**
   * Retrieves the read and wait modes of a pipe handle, and the number of instances.
   *
   * @see https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-getnamedpipehandlestatew
   */
  GetNamedPipeHandleStateW(
    hNamedPipe: Handle,
    lpState: Pointer | null,
    lpCurInstances: Pointer | null,
    lpMaxCollectionCount: Pointer | null,
    lpCollectDataTimeout: Pointer | null,
    lpUserName: Pointer | null,
    nMaxUserNameSize: number,
  ): boolean;

  /**
   * Retrieves a pipe's type, the sizes of its buffers and its greatest number of instances.
   *
   * @see https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-getnamedpipeinfo
   */
  GetNamedPipeInfo(
    hNamedPipe: Handle,
    lpFlags: Pointer | null,
    lpOutBufferSize: Pointer | null,
    lpInBufferSize: Pointer | null,
    lpMaxInstances: Pointer | null,
  ): boolean;

  /**
   * Retrieves the process identifier of a pipe's server.
   *
   * @see https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-getnamedpipeserverprocessid
   */
  GetNamedPipeServerProcessId(Pipe: Handle, ServerProcessId: Pointer): boolean;

  /**
   * Retrieves the result of an overlapped operation.
   *
   * @see https://learn.microsoft.com/windows/win32/api/ioapiset/nf-ioapiset-getoverlappedresult
   */
  GetOverlappedResult(
    hFile: Handle,
    lpOverlapped: Pointer,
    lpNumberOfBytesTransferred: Pointer,
    bWait: boolean,
  ): boolean;

  /**
   * Retrieves the result of an overlapped operation, waiting for a bounded time.
   *
   * @see https://learn.microsoft.com/windows/win32/api/ioapiset/nf-ioapiset-getoverlappedresultex
   */
  GetOverlappedResultEx(
    hFile: Handle,
    lpOverlapped: Pointer,
    lpNumberOfBytesTransferred: Pointer,
    dwMilliseconds: number,
    bAlertable: boolean,
  ): boolean;

  /**
   * Counts the open handles of a process.
   *
   * @see https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-getprocesshandlecount
   */
  GetProcessHandleCount(hProcess: Handle, pdwHandleCount: Pointer): boolean;

  /**
   * Removes completion packets from a completion port.
   *
   * @see https://learn.microsoft.com/windows/win32/api/ioapiset/nf-ioapiset-getqueuedcompletionstatusex
   */
  GetQueuedCompletionStatusEx(
    CompletionPort: Handle,
    lpCompletionPortEntries: Pointer,
    ulCount: number,
    ulNumEntriesRemoved: Pointer,
    dwMilliseconds: number,
    fAlertable: boolean,
  ): boolean;

  /**
   * Returns a standard handle.
   *
   * @see https://learn.microsoft.com/windows/win32/api/processenv/nf-processenv-getstdhandle
   */
  GetStdHandle(nStdHandle: number): Handle;

  /**
   * Retrieves the page size and other facts of the system.
   *
   * @see https://learn.microsoft.com/windows/win32/api/sysinfoapi/nf-sysinfoapi-getsysteminfo
   */
  GetSystemInfo(lpSystemInfo: Pointer): void;

  /**
   * Retrieves the name, the serial number and the features of the volume that a file lies on.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getvolumeinformationbyhandlew
   */
  GetVolumeInformationByHandleW(
    hFile: Handle,
    lpVolumeNameBuffer: Pointer | null,
    nVolumeNameSize: number,
    lpVolumeSerialNumber: Pointer | null,
    lpMaximumComponentLength: Pointer | null,
    lpFileSystemFlags: Pointer | null,
    lpFileSystemNameBuffer: Pointer | null,
    nFileSystemNameSize: number,
  ): boolean;

  /**
   * Retrieves the mount point of a path's volume.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getvolumepathnamew
   */
  GetVolumePathNameW(
    lpszFileName: WideString,
    lpszVolumePathName: Pointer,
    cchBufferLength: number,
  ): boolean;

  /**
   * Locks a range of bytes.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-lockfileex
   */
  LockFileEx(
    hFile: Handle,
    dwFlags: number,
    dwReserved: number,
    nNumberOfBytesToLockLow: number,
    nNumberOfBytesToLockHigh: number,
    lpOverlapped: Pointer,
  ): boolean;

  /**
   * Renames a file or a directory, or moves it.
   *
   * @see https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-movefileexw
   */
  MoveFileExW(
    lpExistingFileName: WideString,
    lpNewFileName: WideString | null,
    dwFlags: number,
  ): boolean;

  /**
   * Copies a pipe's data without removing it.
   *
   * @see https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-peeknamedpipe
   */
  PeekNamedPipe(
    hNamedPipe: Handle,
    lpBuffer: Pointer | null,
    nBufferSize: number,
    lpBytesRead: Pointer | null,
    lpTotalBytesAvail: Pointer | null,
    lpBytesLeftThisMessage: Pointer | null,
  ): boolean;

  /**
   * Posts a packet of the program's own to a completion port.
   *
   * @see https://learn.microsoft.com/windows/win32/api/ioapiset/nf-ioapiset-postqueuedcompletionstatus
   */
  PostQueuedCompletionStatus(
    CompletionPort: Handle,
    dwNumberOfBytesTransferred: number,
    dwCompletionKey: bigint,
    lpOverlapped: Pointer | null,
  ): boolean;

  /**
   * Discards what a serial port has received or is about to send, and ends reads or
   * writes, with ERROR_OPERATION_ABORTED.
   *
   * @see https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-purgecomm
   */
  PurgeComm(hFile: Handle, dwFlags: number): boolean;

  /**
   * Retrieves what a device name stands for, or all device names; returns the length
   * in UTF-16 units.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-querydosdevicew
   */
  QueryDosDeviceW(
    lpDeviceName: WideString | null,
    lpTargetPath: Pointer | null,
    ucchMax: number,
  ): number;

  /**
   * Reads bytes from a file or device.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-readfile
   */
  ReadFile(
    hFile: Handle,
    lpBuffer: Pointer | null,
    nNumberOfBytesToRead: number,
    lpNumberOfBytesRead: Pointer | null,
    lpOverlapped: Pointer | null,
  ): boolean;

  /**
   * Reads into pages scattered in memory, in one operation.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-readfilescatter
   */
  ReadFileScatter(
    hFile: Handle,
    aSegmentArray: Pointer,
    nNumberOfBytesToRead: number,
    lpReserved: Pointer | null,
    lpOverlapped: Pointer,
  ): boolean;

  /**
   * Resets an event.
   *
   * @see https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-resetevent
   */
  ResetEvent(hEvent: Handle): boolean;

  /**
   * Starts a break: the line stays in its space state until ClearCommBreak.
   *
   * @see https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-setcommbreak
   */
  SetCommBreak(hFile: Handle): boolean;

  /**
   * Sets the events that WaitCommEvent waits for, and ends a wait with the mask 0.
   *
   * @see https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-setcommmask
   */
  SetCommMask(hFile: Handle, dwEvtMask: number): boolean;

  /**
   * Sets up a serial port.
   *
   * @see https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-setcommstate
   */
  SetCommState(hFile: Handle, lpDCB: Pointer): boolean;

  /**
   * Sets how long reads and writes of a serial port wait.
   *
   * @see https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-setcommtimeouts
   */
  SetCommTimeouts(hFile: Handle, lpCommTimeouts: Pointer): boolean;

  /**
   * Sets the end of a file at the file pointer.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-setendoffile
   */
  SetEndOfFile(hFile: Handle): boolean;

  /**
   * Sets an event.
   *
   * @see https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-setevent
   */
  SetEvent(hEvent: Handle): boolean;

  /**
   * Sets how completions of a handle are notified.
   *
   * @see https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-setfilecompletionnotificationmodes
   */
  SetFileCompletionNotificationModes(
    FileHandle: Handle,
    Flags: number,
  ): boolean;

  /**
   * Sets one class of a file's information.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-setfileinformationbyhandle
   */
  SetFileInformationByHandle(
    hFile: Handle,
    FileInformationClass: number,
    lpFileInformation: Pointer,
    dwBufferSize: number,
  ): boolean;

  /**
   * Moves the file pointer.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-setfilepointerex
   */
  SetFilePointerEx(
    hFile: Handle,
    liDistanceToMove: bigint,
    lpNewFilePointer: Pointer | null,
    dwMoveMethod: number,
  ): boolean;

  /**
   * Sets a file's valid data length.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-setfilevaliddata
   */
  SetFileValidData(hFile: Handle, ValidDataLength: bigint): boolean;

  /**
   * Sets the last error.
   *
   * @see https://learn.microsoft.com/windows/win32/api/errhandlingapi/nf-errhandlingapi-setlasterror
   */
  SetLastError(dwErrCode: number): void;

  /**
   * Sets a pipe handle's read and wait modes.
   *
   * @see https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-setnamedpipehandlestate
   */
  SetNamedPipeHandleState(
    hNamedPipe: Handle,
    lpMode: Pointer | null,
    lpMaxCollectionCount: Pointer | null,
    lpCollectDataTimeout: Pointer | null,
  ): boolean;

  /**
   * Suggests the sizes of a serial port's input and output buffers.
   *
   * @see https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-setupcomm
   */
  SetupComm(hFile: Handle, dwInQueue: number, dwOutQueue: number): boolean;

  /**
   * Writes a message to a pipe and reads the answer, in one operation.
   *
   * @see https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-transactnamedpipe
   */
  TransactNamedPipe(
    hNamedPipe: Handle,
    lpInBuffer: Pointer | null,
    nInBufferSize: number,
    lpOutBuffer: Pointer | null,
    nOutBufferSize: number,
    lpBytesRead: Pointer | null,
    lpOverlapped: Pointer | null,
  ): boolean;

  /**
   * Unlocks a range of bytes.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-unlockfileex
   */
  UnlockFileEx(
    hFile: Handle,
    dwReserved: number,
    nNumberOfBytesToUnlockLow: number,
    nNumberOfBytesToUnlockHigh: number,
    lpOverlapped: Pointer,
  ): boolean;

  /**
   * Reserves or commits pages of memory; returns their address, or 0.
   *
   * @see https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-virtualalloc
   */
  VirtualAlloc(
    lpAddress: Pointer | null,
    dwSize: bigint,
    flAllocationType: number,
    flProtect: number,
  ): bigint;

  /**
   * Releases or decommits pages of memory.
   *
   * @see https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-virtualfree
   */
  VirtualFree(lpAddress: Pointer, dwSize: bigint, dwFreeType: number): boolean;

  /**
   * Waits for an event of SetCommMask. `lpEvtMask` receives the events, with an
   * overlapped handle after the call.
   *
   * @see https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-waitcommevent
   */
  WaitCommEvent(
    hFile: Handle,
    lpEvtMask: Pointer,
    lpOverlapped: Pointer | null,
  ): boolean;

  /**
   * Waits until an object is signalled or a time has passed.
   *
   * @see https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-waitforsingleobject
   */
  WaitForSingleObject(hHandle: Handle, dwMilliseconds: number): number;

  /**
   * Waits until an instance of a named pipe is available.
   *
   * @see https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-waitnamedpipew
   */
  WaitNamedPipeW(lpNamedPipeName: WideString, nTimeOut: number): boolean;

  /**
   * Writes bytes to a file or device.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-writefile
   */
  WriteFile(
    hFile: Handle,
    lpBuffer: Pointer | null,
    nNumberOfBytesToWrite: number,
    lpNumberOfBytesWritten: Pointer | null,
    lpOverlapped: Pointer | null,
  ): boolean;

  /**
   * Writes pages gathered from memory, in one operation.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-writefilegather
   */
  WriteFileGather(
    hFile: Handle,
    aSegmentArray: Pointer,
    nNumberOfBytesToWrite: number,
    lpReserved: Pointer | null,
    lpOverlapped: Pointer,
  ): boolean;
}

/**
 * The functions of kernel32. Nothing is loaded before the first call.
 *
 * Each call throws a `TypeError` or `RangeError` for an argument that does not
 * fit its parameter, before the system is called, and an `Error` where there is
 * no kernel32.
 *
 * @example Ask for the type of a handle
 * ```ts
 * import {
 *   FILE_TYPE_PIPE,
 *   kernel32,
 *   STD_OUTPUT_HANDLE,
 * } from "@kernel32/io/raw";
 *
 * const output = kernel32.GetStdHandle(STD_OUTPUT_HANDLE);
 * console.log(kernel32.GetFileType(output) === FILE_TYPE_PIPE);
 * ```
 */
export const kernel32: Readonly<Kernel32> = /* @__PURE__ */ Object.freeze(
  FUNCTIONS,
);
