/**
 * The functions of kernel32, one row each: how its values cross into the system.
 * Each is bound by itself, so that a bundle has those that a program calls.
 *
 * A row has the type of the result, then each parameter: Microsoft's name for it,
 * its type and, for memory, how many bytes it must have at least. That is a
 * number, or the parameter that holds the count, with `*n` for a count of units
 * of n bytes, and `/m` behind it for one unit for each m that it counts. The
 * compiler compares types with `kernel32.ts`, which says what each function does.
 *
 * @module
 */
import type { Handle } from "./handle.ts";
import type { Kernel32, Pointer, WideString } from "./kernel32.ts";
import { bindFunction } from "./marshal.ts";

export const CancelIoEx: Kernel32["CancelIoEx"] = bind(
  "CancelIoEx",
  "bool",
  "hFile handle",
  "lpOverlapped overlapped? 32",
);
export const ClearCommBreak: Kernel32["ClearCommBreak"] = bind(
  "ClearCommBreak",
  "bool",
  "hFile handle",
);
export const ClearCommError: Kernel32["ClearCommError"] = bind(
  "ClearCommError",
  "bool",
  "hFile handle",
  "lpErrors buffer? 4",
  "lpStat buffer? 12",
);
export const CloseHandle: Kernel32["CloseHandle"] = bind(
  "CloseHandle",
  "bool",
  "hObject handle",
);
export const ConnectNamedPipe: Kernel32["ConnectNamedPipe"] = bind(
  "ConnectNamedPipe",
  "bool",
  "hNamedPipe handle",
  "lpOverlapped overlapped? 32",
);
export const CreateEventW: Kernel32["CreateEventW"] = bind(
  "CreateEventW",
  "handle",
  "lpEventAttributes buffer? 24",
  "bManualReset bool",
  "bInitialState bool",
  "lpName wstr?",
);
export const CreateFileW: Kernel32["CreateFileW"] = bind(
  "CreateFileW",
  "handle",
  "lpFileName wstr",
  "dwDesiredAccess u32",
  "dwShareMode u32",
  "lpSecurityAttributes buffer? 24",
  "dwCreationDisposition u32",
  "dwFlagsAndAttributes u32",
  "hTemplateFile handle?",
);
export const CreateIoCompletionPort: Kernel32["CreateIoCompletionPort"] = bind(
  "CreateIoCompletionPort",
  "handle",
  "FileHandle handle",
  "ExistingCompletionPort handle?",
  "CompletionKey usize",
  "NumberOfConcurrentThreads u32",
);
export const CreateNamedPipeW: Kernel32["CreateNamedPipeW"] = bind(
  "CreateNamedPipeW",
  "handle",
  "lpName wstr",
  "dwOpenMode u32",
  "dwPipeMode u32",
  "nMaxInstances u32",
  "nOutBufferSize u32",
  "nInBufferSize u32",
  "nDefaultTimeOut u32",
  "lpSecurityAttributes buffer? 24",
);
export const DeleteFileW: Kernel32["DeleteFileW"] = bind(
  "DeleteFileW",
  "bool",
  "lpFileName wstr",
);
export const DeviceIoControl: Kernel32["DeviceIoControl"] = bind(
  "DeviceIoControl",
  "bool",
  "hDevice handle",
  "dwIoControlCode u32",
  "lpInBuffer buffer? nInBufferSize",
  "nInBufferSize u32",
  "lpOutBuffer buffer? nOutBufferSize",
  "nOutBufferSize u32",
  "lpBytesReturned buffer? 4",
  "lpOverlapped overlapped? 32",
);
export const DisconnectNamedPipe: Kernel32["DisconnectNamedPipe"] = bind(
  "DisconnectNamedPipe",
  "bool",
  "hNamedPipe handle",
);
export const DuplicateHandle: Kernel32["DuplicateHandle"] = bind(
  "DuplicateHandle",
  "bool",
  "hSourceProcessHandle handle",
  "hSourceHandle handle",
  "hTargetProcessHandle handle",
  "lpTargetHandle buffer? 8",
  "dwDesiredAccess u32",
  "bInheritHandle bool",
  "dwOptions u32",
);
export const EscapeCommFunction: Kernel32["EscapeCommFunction"] = bind(
  "EscapeCommFunction",
  "bool",
  "hFile handle",
  "dwFunc u32",
);
export const FlushFileBuffers: Kernel32["FlushFileBuffers"] = bind(
  "FlushFileBuffers",
  "bool",
  "hFile handle",
);
export const FormatMessageW: Kernel32["FormatMessageW"] = bind(
  "FormatMessageW",
  "u32",
  "dwFlags u32",
  "lpSource buffer? 0",
  "dwMessageId u32",
  "dwLanguageId u32",
  "lpBuffer buffer nSize*2",
  "nSize u32",
  "Arguments buffer? 0",
);
export const GetCommMask: Kernel32["GetCommMask"] = bind(
  "GetCommMask",
  "bool",
  "hFile handle",
  "lpEvtMask buffer 4",
);
export const GetCommModemStatus: Kernel32["GetCommModemStatus"] = bind(
  "GetCommModemStatus",
  "bool",
  "hFile handle",
  "lpModemStat buffer 4",
);
export const GetCommProperties: Kernel32["GetCommProperties"] = bind(
  "GetCommProperties",
  "bool",
  "hFile handle",
  "lpCommProp buffer 64",
);
export const GetCommState: Kernel32["GetCommState"] = bind(
  "GetCommState",
  "bool",
  "hFile handle",
  "lpDCB buffer 28",
);
export const GetCommTimeouts: Kernel32["GetCommTimeouts"] = bind(
  "GetCommTimeouts",
  "bool",
  "hFile handle",
  "lpCommTimeouts buffer 20",
);
export const GetConsoleMode: Kernel32["GetConsoleMode"] = bind(
  "GetConsoleMode",
  "bool",
  "hConsoleHandle handle",
  "lpMode buffer 4",
);
export const GetCurrentProcess: Kernel32["GetCurrentProcess"] = bind(
  "GetCurrentProcess",
  "handle",
);
export const GetDiskFreeSpaceW: Kernel32["GetDiskFreeSpaceW"] = bind(
  "GetDiskFreeSpaceW",
  "bool",
  "lpRootPathName wstr?",
  "lpSectorsPerCluster buffer? 4",
  "lpBytesPerSector buffer? 4",
  "lpNumberOfFreeClusters buffer? 4",
  "lpTotalNumberOfClusters buffer? 4",
);
export const GetFileAttributesW: Kernel32["GetFileAttributesW"] = bind(
  "GetFileAttributesW",
  "u32",
  "lpFileName wstr",
);
export const GetFileInformationByHandle:
  Kernel32["GetFileInformationByHandle"] = bind(
    "GetFileInformationByHandle",
    "bool",
    "hFile handle",
    "lpFileInformation buffer 52",
  );
export const GetFileInformationByHandleEx:
  Kernel32["GetFileInformationByHandleEx"] = bind(
    "GetFileInformationByHandleEx",
    "bool",
    "hFile handle",
    "FileInformationClass i32",
    "lpFileInformation buffer dwBufferSize",
    "dwBufferSize u32",
  );
export const GetFileSizeEx: Kernel32["GetFileSizeEx"] = bind(
  "GetFileSizeEx",
  "bool",
  "hFile handle",
  "lpFileSize buffer 8",
);
export const GetFileType: Kernel32["GetFileType"] = bind(
  "GetFileType",
  "u32",
  "hFile handle",
);
export const GetFullPathNameW: Kernel32["GetFullPathNameW"] = bind(
  "GetFullPathNameW",
  "u32",
  "lpFileName wstr",
  "nBufferLength u32",
  "lpBuffer buffer? nBufferLength*2",
  "lpFilePart buffer? 8",
);
export const GetLastError: Kernel32["GetLastError"] = bind(
  "GetLastError",
  "u32",
);
export const GetNamedPipeClientProcessId:
  Kernel32["GetNamedPipeClientProcessId"] = bind(
    "GetNamedPipeClientProcessId",
    "bool",
    "Pipe handle",
    "ClientProcessId buffer 4",
  );
export const GetNamedPipeHandleStateW: Kernel32["GetNamedPipeHandleStateW"] =
  bind(
    "GetNamedPipeHandleStateW",
    "bool",
    "hNamedPipe handle",
    "lpState buffer? 4",
    "lpCurInstances buffer? 4",
    "lpMaxCollectionCount buffer? 4",
    "lpCollectDataTimeout buffer? 4",
    "lpUserName buffer? nMaxUserNameSize*2",
    "nMaxUserNameSize u32",
  );
export const GetNamedPipeInfo: Kernel32["GetNamedPipeInfo"] = bind(
  "GetNamedPipeInfo",
  "bool",
  "hNamedPipe handle",
  "lpFlags buffer? 4",
  "lpOutBufferSize buffer? 4",
  "lpInBufferSize buffer? 4",
  "lpMaxInstances buffer? 4",
);
export const GetNamedPipeServerProcessId:
  Kernel32["GetNamedPipeServerProcessId"] = bind(
    "GetNamedPipeServerProcessId",
    "bool",
    "Pipe handle",
    "ServerProcessId buffer 4",
  );
export const GetOverlappedResult: Kernel32["GetOverlappedResult"] = bind(
  "GetOverlappedResult",
  "bool",
  "hFile handle",
  "lpOverlapped buffer 32",
  "lpNumberOfBytesTransferred buffer 4",
  "bWait bool",
);
export const GetOverlappedResultEx: Kernel32["GetOverlappedResultEx"] = bind(
  "GetOverlappedResultEx",
  "bool",
  "hFile handle",
  "lpOverlapped buffer 32",
  "lpNumberOfBytesTransferred buffer 4",
  "dwMilliseconds u32",
  "bAlertable bool",
);
export const GetProcessHandleCount: Kernel32["GetProcessHandleCount"] = bind(
  "GetProcessHandleCount",
  "bool",
  "hProcess handle",
  "pdwHandleCount buffer 4",
);
export const GetQueuedCompletionStatusEx:
  Kernel32["GetQueuedCompletionStatusEx"] = bind(
    "GetQueuedCompletionStatusEx",
    "bool",
    "CompletionPort handle",
    "lpCompletionPortEntries buffer ulCount*32",
    "ulCount u32",
    "ulNumEntriesRemoved buffer 4",
    "dwMilliseconds u32",
    "fAlertable bool",
  );
export const GetStdHandle: Kernel32["GetStdHandle"] = bind(
  "GetStdHandle",
  "handle",
  "nStdHandle u32",
);
export const GetSystemInfo: Kernel32["GetSystemInfo"] = bind(
  "GetSystemInfo",
  "void",
  "lpSystemInfo buffer 48",
);
export const GetVolumeInformationByHandleW:
  Kernel32["GetVolumeInformationByHandleW"] = bind(
    "GetVolumeInformationByHandleW",
    "bool",
    "hFile handle",
    "lpVolumeNameBuffer buffer? nVolumeNameSize*2",
    "nVolumeNameSize u32",
    "lpVolumeSerialNumber buffer? 4",
    "lpMaximumComponentLength buffer? 4",
    "lpFileSystemFlags buffer? 4",
    "lpFileSystemNameBuffer buffer? nFileSystemNameSize*2",
    "nFileSystemNameSize u32",
  );
export const GetVolumePathNameW: Kernel32["GetVolumePathNameW"] = bind(
  "GetVolumePathNameW",
  "bool",
  "lpszFileName wstr",
  "lpszVolumePathName buffer cchBufferLength*2",
  "cchBufferLength u32",
);
export const LockFileEx: Kernel32["LockFileEx"] = bind(
  "LockFileEx",
  "bool",
  "hFile handle",
  "dwFlags u32",
  "dwReserved u32",
  "nNumberOfBytesToLockLow u32",
  "nNumberOfBytesToLockHigh u32",
  "lpOverlapped overlapped 32",
);
export const MoveFileExW: Kernel32["MoveFileExW"] = bind(
  "MoveFileExW",
  "bool",
  "lpExistingFileName wstr",
  "lpNewFileName wstr?",
  "dwFlags u32",
);
export const PeekNamedPipe: Kernel32["PeekNamedPipe"] = bind(
  "PeekNamedPipe",
  "bool",
  "hNamedPipe handle",
  "lpBuffer buffer? nBufferSize",
  "nBufferSize u32",
  "lpBytesRead buffer? 4",
  "lpTotalBytesAvail buffer? 4",
  "lpBytesLeftThisMessage buffer? 4",
);
export const PostQueuedCompletionStatus:
  Kernel32["PostQueuedCompletionStatus"] = bind(
    "PostQueuedCompletionStatus",
    "bool",
    "CompletionPort handle",
    "dwNumberOfBytesTransferred u32",
    "dwCompletionKey usize",
    "lpOverlapped overlapped? 32",
  );
export const PurgeComm: Kernel32["PurgeComm"] = bind(
  "PurgeComm",
  "bool",
  "hFile handle",
  "dwFlags u32",
);
export const QueryDosDeviceW: Kernel32["QueryDosDeviceW"] = bind(
  "QueryDosDeviceW",
  "u32",
  "lpDeviceName wstr?",
  "lpTargetPath buffer? ucchMax*2",
  "ucchMax u32",
);
export const ReadFile: Kernel32["ReadFile"] = bind(
  "ReadFile",
  "bool",
  "hFile handle",
  "lpBuffer buffer? nNumberOfBytesToRead",
  "nNumberOfBytesToRead u32",
  "lpNumberOfBytesRead buffer? 4",
  "lpOverlapped overlapped? 32",
);
export const ReadFileScatter: Kernel32["ReadFileScatter"] = bind(
  "ReadFileScatter",
  "bool",
  "hFile handle",
  "aSegmentArray overlapped nNumberOfBytesToRead*8/4096",
  "nNumberOfBytesToRead u32",
  "lpReserved buffer? 0",
  "lpOverlapped overlapped 32",
);
export const ResetEvent: Kernel32["ResetEvent"] = bind(
  "ResetEvent",
  "bool",
  "hEvent handle",
);
export const SetCommBreak: Kernel32["SetCommBreak"] = bind(
  "SetCommBreak",
  "bool",
  "hFile handle",
);
export const SetCommMask: Kernel32["SetCommMask"] = bind(
  "SetCommMask",
  "bool",
  "hFile handle",
  "dwEvtMask u32",
);
export const SetCommState: Kernel32["SetCommState"] = bind(
  "SetCommState",
  "bool",
  "hFile handle",
  "lpDCB buffer 28",
);
export const SetCommTimeouts: Kernel32["SetCommTimeouts"] = bind(
  "SetCommTimeouts",
  "bool",
  "hFile handle",
  "lpCommTimeouts buffer 20",
);
export const SetEndOfFile: Kernel32["SetEndOfFile"] = bind(
  "SetEndOfFile",
  "bool",
  "hFile handle",
);
export const SetEvent: Kernel32["SetEvent"] = bind(
  "SetEvent",
  "bool",
  "hEvent handle",
);
export const SetFileCompletionNotificationModes:
  Kernel32["SetFileCompletionNotificationModes"] = bind(
    "SetFileCompletionNotificationModes",
    "bool",
    "FileHandle handle",
    "Flags u32",
  );
export const SetFileInformationByHandle:
  Kernel32["SetFileInformationByHandle"] = bind(
    "SetFileInformationByHandle",
    "bool",
    "hFile handle",
    "FileInformationClass i32",
    "lpFileInformation buffer dwBufferSize",
    "dwBufferSize u32",
  );
export const SetFilePointerEx: Kernel32["SetFilePointerEx"] = bind(
  "SetFilePointerEx",
  "bool",
  "hFile handle",
  "liDistanceToMove i64",
  "lpNewFilePointer buffer? 8",
  "dwMoveMethod u32",
);
export const SetFileValidData: Kernel32["SetFileValidData"] = bind(
  "SetFileValidData",
  "bool",
  "hFile handle",
  "ValidDataLength i64",
);
export const SetLastError: Kernel32["SetLastError"] = bind(
  "SetLastError",
  "void",
  "dwErrCode u32",
);
export const SetNamedPipeHandleState: Kernel32["SetNamedPipeHandleState"] =
  bind(
    "SetNamedPipeHandleState",
    "bool",
    "hNamedPipe handle",
    "lpMode buffer? 4",
    "lpMaxCollectionCount buffer? 4",
    "lpCollectDataTimeout buffer? 4",
  );
export const SetupComm: Kernel32["SetupComm"] = bind(
  "SetupComm",
  "bool",
  "hFile handle",
  "dwInQueue u32",
  "dwOutQueue u32",
);
export const TransactNamedPipe: Kernel32["TransactNamedPipe"] = bind(
  "TransactNamedPipe",
  "bool",
  "hNamedPipe handle",
  "lpInBuffer buffer? nInBufferSize",
  "nInBufferSize u32",
  "lpOutBuffer buffer? nOutBufferSize",
  "nOutBufferSize u32",
  "lpBytesRead buffer? 4",
  "lpOverlapped overlapped? 32",
);
export const UnlockFileEx: Kernel32["UnlockFileEx"] = bind(
  "UnlockFileEx",
  "bool",
  "hFile handle",
  "dwReserved u32",
  "nNumberOfBytesToUnlockLow u32",
  "nNumberOfBytesToUnlockHigh u32",
  "lpOverlapped overlapped 32",
);
export const VirtualAlloc: Kernel32["VirtualAlloc"] = bind(
  "VirtualAlloc",
  "address",
  "lpAddress buffer? 0",
  "dwSize usize",
  "flAllocationType u32",
  "flProtect u32",
);
export const VirtualFree: Kernel32["VirtualFree"] = bind(
  "VirtualFree",
  "bool",
  "lpAddress buffer 0",
  "dwSize usize",
  "dwFreeType u32",
);
export const WaitCommEvent: Kernel32["WaitCommEvent"] = bind(
  "WaitCommEvent",
  "bool",
  "hFile handle",
  "lpEvtMask overlapped 4",
  "lpOverlapped overlapped? 32",
);
export const WaitForSingleObject: Kernel32["WaitForSingleObject"] = bind(
  "WaitForSingleObject",
  "u32",
  "hHandle handle",
  "dwMilliseconds u32",
);
export const WaitNamedPipeW: Kernel32["WaitNamedPipeW"] = bind(
  "WaitNamedPipeW",
  "bool",
  "lpNamedPipeName wstr",
  "nTimeOut u32",
);
export const WriteFile: Kernel32["WriteFile"] = bind(
  "WriteFile",
  "bool",
  "hFile handle",
  "lpBuffer buffer? nNumberOfBytesToWrite",
  "nNumberOfBytesToWrite u32",
  "lpNumberOfBytesWritten buffer? 4",
  "lpOverlapped overlapped? 32",
);
export const WriteFileGather: Kernel32["WriteFileGather"] = bind(
  "WriteFileGather",
  "bool",
  "hFile handle",
  "aSegmentArray overlapped nNumberOfBytesToWrite*8/4096",
  "nNumberOfBytesToWrite u32",
  "lpReserved buffer? 0",
  "lpOverlapped overlapped 32",
);

/** All functions. A bundler leaves this out of programs that call some. */
// deno-fmt-ignore
export const FUNCTIONS: Kernel32 = {
  CancelIoEx, ClearCommBreak, ClearCommError, CloseHandle, ConnectNamedPipe,
  CreateEventW, CreateFileW, CreateIoCompletionPort, CreateNamedPipeW,
  DeleteFileW, DeviceIoControl, DisconnectNamedPipe, DuplicateHandle,
  EscapeCommFunction, FlushFileBuffers, FormatMessageW, GetCommMask,
  GetCommModemStatus, GetCommProperties, GetCommState, GetCommTimeouts,
  GetConsoleMode, GetCurrentProcess, GetDiskFreeSpaceW, GetFileAttributesW,
  GetFileInformationByHandle, GetFileInformationByHandleEx, GetFileSizeEx,
  GetFileType, GetFullPathNameW, GetLastError, GetNamedPipeClientProcessId,
  GetNamedPipeHandleStateW, GetNamedPipeInfo, GetNamedPipeServerProcessId,
  GetOverlappedResult, GetOverlappedResultEx, GetProcessHandleCount,
  GetQueuedCompletionStatusEx, GetStdHandle, GetSystemInfo,
  GetVolumeInformationByHandleW, GetVolumePathNameW, LockFileEx, MoveFileExW,
  PeekNamedPipe, PostQueuedCompletionStatus, PurgeComm, QueryDosDeviceW,
  ReadFile, ReadFileScatter, ResetEvent, SetCommBreak, SetCommMask,
  SetCommState, SetCommTimeouts, SetEndOfFile, SetEvent,
  SetFileCompletionNotificationModes, SetFileInformationByHandle,
  SetFilePointerEx, SetFileValidData, SetLastError, SetNamedPipeHandleState,
  SetupComm, TransactNamedPipe, UnlockFileEx, VirtualAlloc, VirtualFree,
  WaitCommEvent, WaitForSingleObject, WaitNamedPipeW, WriteFile,
  WriteFileGather,
};

/**
 * Binds a function. Nothing is loaded before the first call.
 *
 * @__NO_SIDE_EFFECTS__
 */
function bind<Name extends keyof Kernel32>(
  name: Name,
  ...row: RowOf<Kernel32[Name]>
): Kernel32[Name] {
  return bindFunction(name, row) as Kernel32[Name];
}

/** What each word of the rows is in TypeScript. */
interface Types {
  address: bigint;
  bool: boolean;
  buffer: Pointer;
  "buffer?": Pointer | null;
  handle: Handle;
  "handle?": Handle | null;
  i32: number;
  i64: bigint;
  overlapped: Pointer;
  "overlapped?": Pointer | null;
  u32: number;
  usize: bigint;
  void: void;
  wstr: WideString;
  "wstr?": WideString | null;
}

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends
  (<T>() => T extends B ? 1 : 2) ? true : false;

/** The words that are exactly a type. */
type WordOf<T> = {
  [Word in keyof Types]: Same<Types[Word], T> extends true ? Word : never;
}[keyof Types];

type ParameterOf<T> =
  | `${string} ${WordOf<T>}`
  | `${string} ${WordOf<T>} ${string}`;

/** The rows that a function may have. */
export type RowOf<F> = F extends (...args: infer Arguments) => infer Result ? [
    result: WordOf<Result>,
    ...parameters: { [I in keyof Arguments]: ParameterOf<Arguments[I]> },
  ]
  : never;
