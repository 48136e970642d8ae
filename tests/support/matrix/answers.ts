// What the module does about a call that ends otherwise, where that is not to throw its error.

import {
  ERROR_ACCESS_DENIED,
  ERROR_BROKEN_PIPE,
  ERROR_DISK_FULL,
  ERROR_FILE_TOO_LARGE,
  ERROR_INVALID_FUNCTION,
  ERROR_INVALID_HANDLE,
  ERROR_INVALID_PARAMETER,
  ERROR_LOCK_VIOLATION,
  ERROR_MORE_DATA,
  ERROR_SHARING_VIOLATION,
  ERROR_TIMEOUT,
} from "../../../src/errors/codes.ts";
import type { Win32Error } from "../../../src/errors/win32_error.ts";
import type { Ending, Fault } from "./calls.ts";

/**
 * - "goes on": the operation succeeds all the same;
 * - "ends": it takes the call for the end of the file, or for less than was asked;
 * - otherwise, what its error has instead.
 */
export type Answer =
  | "goes on"
  | "ends"
  | Partial<Pick<Win32Error, "win32" | "syscall" | "code">>;

/** A row: the calls and operations that it is about, and why. */
interface Row {
  readonly calls: RegExp;
  readonly operations?: RegExp;
  readonly endings?: readonly Ending[];
  readonly codes?: readonly number[];
  readonly except?: readonly number[];
  readonly occurrences?: readonly number[];
  readonly answer: Answer;
  readonly why: string;
}

/** What says that a volume has no room. */
const NO_ROOM = [
  ERROR_DISK_FULL,
  ERROR_FILE_TOO_LARGE,
  ERROR_INVALID_PARAMETER,
];

const ROWS: readonly Row[] = [
  {
    calls: /^GetQueuedCompletionStatusEx /,
    answer: "goes on",
    why: "packets stay in the port until they are taken",
  },
  {
    calls: /^SetFileCompletionNotificationModes /,
    answer: "goes on",
    why: "there are packets of all operations then",
  },
  {
    calls: /^GetFileType /,
    except: [ERROR_INVALID_HANDLE],
    answer: "goes on",
    why: "drivers need not know the question",
  },
  {
    calls: /^GetStdHandle /,
    answer: "goes on",
    why: "the handle is none of the standard ones then",
  },
  {
    calls: /^CloseHandle (CompletionPort|Event)$|^LocalFree |^NtClose /,
    answer: "goes on",
    why: "what was closed is of no use any more",
  },
  {
    calls: /^CloseHandle OpenFile$/,
    operations: /^listenPipe|^PipeListener.accept/,
    answer: "goes on",
    why: "the handle showed whose name it is",
  },
  {
    calls: /^CloseHandle OpenFile$/,
    operations: /^writeFileAtomic: over a file, copySecurity true/,
    occurrences: [0, 3],
    answer: "goes on",
    why:
      "the file whose rights are copied, and the handle that has renamed, are of no use any more",
  },
  {
    calls: /^CloseHandle OpenFile$/,
    operations: /^writeFileAtomic: over (a file, copySecurity false|no file)/,
    occurrences: [2],
    answer: "goes on",
    why: "the handle that has renamed is of no use any more",
  },
  {
    calls: /^FormatMessageW /,
    answer: "goes on",
    why: "the symbol of the code takes the place of its text",
  },
  {
    calls: /^ReadFile /,
    operations: /^SerialPort.readAll/,
    codes: [ERROR_TIMEOUT],
    answer: "goes on",
    why: "a time-out is what readAll() of a port ends with",
  },
  {
    calls: /^SetupComm /,
    answer: "goes on",
    why: "drivers need not take the hint",
  },
  {
    calls: /^ClearCommError /,
    operations: /^SerialPort/,
    answer: "goes on",
    why: "an error of the line is seen at the next read",
  },
  {
    calls: /^ClearCommError /,
    operations: /^openSerial/,
    occurrences: [1],
    answer: "goes on",
    why: "it drops errors of the line from before",
  },
  {
    calls: /^QueryDosDeviceW /,
    operations: /^serialPorts/,
    occurrences: [1],
    answer: "goes on",
    why: "the port has gone meanwhile",
  },
  {
    calls: /^FlushFileBuffers /,
    operations: /^SerialPort.drain/,
    codes: [ERROR_INVALID_FUNCTION],
    answer: "goes on",
    why: "drivers need not know it",
  },
  {
    calls: /^CancelIoEx /,
    answer: "goes on",
    why: "it is called again until all has ended",
  },
  {
    calls: /^Read/,
    codes: [ERROR_BROKEN_PIPE],
    answer: "ends",
    why: "a pipe whose writer is gone has ended",
  },
  {
    calls: /^Read/,
    operations: /^(?!OverlappedFile.callOverlapped)/,
    codes: [ERROR_MORE_DATA],
    answer: "goes on",
    why: "the rest of the message is read",
  },
  {
    calls: /^GetFileSizeEx /,
    operations: /^fromHandle|^open.*of a volume|write, of a volume/,
    answer: "goes on",
    why: "it fails for raw disks, which are asked for their length then",
  },
  {
    calls: /^(CreateEventW|DeviceIoControl) /,
    operations: /^open.*of a volume/,
    occurrences: [0, 1],
    answer: "goes on",
    why: "what has no length is no raw disk, and not all drivers end before it",
  },
  {
    calls: /^(CreateEventW|DeviceIoControl) /,
    operations: /^open.*of a volume/,
    answer: {
      win32: ERROR_INVALID_FUNCTION,
      syscall: "GetFileInformationByHandleEx",
    },
    why: "the first of the queries that have failed is named",
  },
  {
    calls: /^DeviceIoControl /,
    operations: /write, of a volume/,
    endings: ["short", "none"],
    answer: { syscall: "GetFileSizeEx" },
    why: "a driver without an answer has no length, as GetFileSizeEx said",
  },
  {
    calls: /^CreateEventW /,
    answer: { syscall: "DeviceIoControl" },
    why: "the event is made for it",
  },
  {
    calls: /^(GetFileSizeEx|SetFileInformationByHandle) /,
    operations: /^open.*preallocate/,
    occurrences: [0],
    except: NO_ROOM,
    answer: "goes on",
    why: "a file system that reserves no room is no failure",
  },
  {
    calls: /^(GetFileSizeEx|SetFileInformationByHandle) /,
    operations: /^open.*truncate and preallocate, of a/,
    occurrences: [1, 2],
    answer: "goes on",
    why: "a file is emptied in another way, and the bytes are gone then",
  },
  {
    calls: /^SetFileInformationByHandle /,
    operations: /^open.*truncate, of/,
    occurrences: [0],
    answer: "goes on",
    why: "a file is emptied in another way",
  },
  {
    calls: /^PostQueuedCompletionStatus /,
    answer: "goes on",
    why: "the wait that it is to end ends by itself",
  },
  {
    calls: /^DisconnectNamedPipe /,
    operations: /^listenPipe/,
    answer: { code: "EADDRINUSE" },
    why:
      "the first instance can be disconnected, unless it is another server's",
  },
  {
    calls: /^ConnectNamedPipe /,
    operations: /^listenPipe/,
    answer: "goes on",
    why: "accept() makes another instance",
  },
  {
    calls: /^(CreateNamedPipeW|ConnectNamedPipe) /,
    operations: /^PipeListener.accept/,
    answer: "goes on",
    why: "the next accept() makes the instance for the next client, or fails",
  },
  {
    calls: /^CreateIoCompletionPort /,
    operations: /^PipeListener.accept/,
    occurrences: [1],
    answer: "goes on",
    why: "the next accept() makes the instance for the next client, or fails",
  },
  {
    calls: /^LockFileEx /,
    operations: /tryLock/,
    codes: [ERROR_LOCK_VIOLATION],
    answer: "goes on",
    why: "tryLock() returns false",
  },
  {
    calls: /^GetFileInformationByHandleEx /,
    operations: /sectorSize|unbuffered|deleteOnClose|volume/,
    answer: "goes on",
    why: "the disk and the volume are asked then",
  },
  {
    calls: /^CreateFileW /,
    operations: /^open.*append/,
    codes: [ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION],
    answer: "goes on",
    why: "the file is opened without the right to read",
  },
];

export function answerTo(operation: string, fault: Fault): Answer | undefined {
  return ROWS.find((row) =>
    row.calls.test(`${fault.name} ${fault.object}`) &&
    (row.operations?.test(operation) ?? true) &&
    (row.endings?.includes(fault.ending) ?? true) &&
    (row.codes?.includes(fault.code) ?? true) &&
    !row.except?.includes(fault.code) &&
    (row.occurrences?.includes(fault.occurrence) ?? true)
  )?.answer;
}
