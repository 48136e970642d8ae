/**
 * The Win32 error codes that file, pipe, device and volume I/O can yield.
 *
 * @module
 */

import { readSymbols } from "./symbols.ts";

/**
 * Symbols without "ERROR_", in the order of their numbers: 2 and 3 are those of
 * FILE_NOT_FOUND and PATH_NOT_FOUND. Behind a colon is the code that `node:fs`
 * puts on its errors. It is libuv's translation; where libuv has none there is
 * none ("UNKNOWN"), save for a dozen codes whose meaning is beyond doubt (the
 * end of a file, too large a file, a time-out, memory and quota).
 * https://learn.microsoft.com/windows/win32/debug/system-error-codes
 */
const TABLE = `
0 SUCCESS INVALID_FUNCTION:EISDIR FILE_NOT_FOUND:ENOENT PATH_NOT_FOUND:ENOENT
  TOO_MANY_OPEN_FILES:EMFILE ACCESS_DENIED:EPERM INVALID_HANDLE:EBADF
8 NOT_ENOUGH_MEMORY:ENOMEM
11 BAD_FORMAT INVALID_ACCESS INVALID_DATA:EINVAL OUTOFMEMORY:ENOMEM
  INVALID_DRIVE:ENOENT
17 NOT_SAME_DEVICE:EXDEV NO_MORE_FILES WRITE_PROTECT:EROFS BAD_UNIT NOT_READY
  BAD_COMMAND CRC:EIO BAD_LENGTH SEEK NOT_DOS_DISK SECTOR_NOT_FOUND
29 WRITE_FAULT READ_FAULT GEN_FAILURE:EIO SHARING_VIOLATION:EBUSY
  LOCK_VIOLATION:EBUSY WRONG_DISK
38 HANDLE_EOF:EOF HANDLE_DISK_FULL:ENOSPC
50 NOT_SUPPORTED:ENOTSUP REM_NOT_LIST
53 BAD_NETPATH NETWORK_BUSY DEV_NOT_EXIST
57 ADAP_HDW_ERR BAD_NET_RESP UNEXP_NET_ERR BAD_REM_ADAP
64 NETNAME_DELETED:ECONNRESET NETWORK_ACCESS_DENIED BAD_DEV_TYPE BAD_NET_NAME
  TOO_MANY_NAMES TOO_MANY_SESS SHARING_PAUSED REQ_NOT_ACCEP REDIR_PAUSED
80 FILE_EXISTS:EEXIST
82 CANNOT_MAKE:ENOSPC
86 INVALID_PASSWORD INVALID_PARAMETER:EINVAL NET_WRITE_FAULT
107 DISK_CHANGE DRIVE_LOCKED BROKEN_PIPE:EOF OPEN_FAILED:EIO
  BUFFER_OVERFLOW:EFAULT DISK_FULL:ENOSPC NO_MORE_SEARCH_HANDLES
  INVALID_TARGET_HANDLE
117 INVALID_CATEGORY
119 BAD_DRIVER_LEVEL CALL_NOT_IMPLEMENTED SEM_TIMEOUT:ETIMEDOUT
  INSUFFICIENT_BUFFER:EINVAL INVALID_NAME:ENOENT INVALID_LEVEL NO_VOLUME_LABEL
  MOD_NOT_FOUND:ENOENT PROC_NOT_FOUND
130 DIRECT_ACCESS_HANDLE NEGATIVE_SEEK SEEK_ON_DEVICE
145 DIR_NOT_EMPTY:ENOTEMPTY
148 PATH_BUSY
156 SIGNAL_REFUSED:EIO
158 NOT_LOCKED
160 BAD_ARGUMENTS BAD_PATHNAME:ENOENT
167 LOCK_FAILED
170 BUSY DEVICE_SUPPORT_IN_PROGRESS
173 CANCEL_VIOLATION ATOMIC_LOCKS_NOT_SUPPORTED
183 ALREADY_EXISTS:EEXIST
193 BAD_EXE_FORMAT
203 ENVVAR_NOT_FOUND:ENOENT
205 NO_SIGNAL_SENT:EIO FILENAME_EXCED_RANGE:ENAMETOOLONG
208 META_EXPANSION_TOO_LONG:E2BIG
212 LOCKED
220 FILE_CHECKED_OUT CHECKOUT_REQUIRED BAD_FILE_TYPE FILE_TOO_LARGE:EFBIG
225 VIRUS_INFECTED VIRUS_DELETED
230 BAD_PIPE:EPIPE PIPE_BUSY:EBUSY NO_DATA:EPIPE PIPE_NOT_CONNECTED:EPIPE
  MORE_DATA:EMSGSIZE
240 VC_DISCONNECTED
254 INVALID_EA_NAME EA_LIST_INCONSISTENT
258 =WAIT_TIMEOUT:ETIMEDOUT NO_MORE_ITEMS
266 CANNOT_COPY DIRECTORY:ENOENT
275 EAS_DIDNT_FIT EA_FILE_CORRUPT EA_TABLE_FULL:ENOSPC INVALID_EA_HANDLE
282 EAS_NOT_SUPPORTED
299 PARTIAL_COPY OPLOCK_NOT_GRANTED INVALID_OPLOCK_PROTOCOL
  DISK_TOO_FRAGMENTED DELETE_PENDING
307 INVALID_LOCK_RANGE
313 NOT_ALLOWED_ON_SYSTEM_FILE DISK_RESOURCES_EXHAUSTED
316 DEVICE_FEATURE_NOT_SUPPORTED MR_MID_NOT_FOUND
321 DEVICE_UNREACHABLE DEVICE_NO_RESOURCES DATA_CHECKSUM_ERROR
326 FILE_LEVEL_TRIM_NOT_SUPPORTED OFFSET_ALIGNMENT_VIOLATION
  INVALID_FIELD_IN_PARAMETER_LIST OPERATION_IN_PROGRESS BAD_DEVICE_PATH
334 RESIDENT_FILE_NOT_SUPPORTED COMPRESSED_FILE_NOT_SUPPORTED
  DIRECTORY_NOT_SUPPORTED
338 FT_WRITE_FAILURE
344 COMPRESSION_NOT_BENEFICIAL
348 MARKED_TO_DISALLOW_WRITES
359 DEVICE_IN_MAINTENANCE NOT_SUPPORTED_ON_DAX DAX_MAPPING_EXISTS
  CLOUD_FILE_PROVIDER_NOT_RUNNING
368 STORAGE_LOST_DATA_PERSISTENCE FILE_SYSTEM_VIRTUALIZATION_UNAVAILABLE
371 FILE_SYSTEM_VIRTUALIZATION_BUSY
376 NOT_A_CLOUD_FILE CLOUD_FILE_NOT_IN_SYNC
379 CLOUD_FILE_NOT_SUPPORTED CLOUD_FILE_INVALID_REQUEST
  CLOUD_FILE_READ_ONLY_VOLUME
383 CLOUD_FILE_VALIDATION_FAILED
385 FILE_SYSTEM_VIRTUALIZATION_INVALID_OPERATION
  CLOUD_FILE_AUTHENTICATION_FAILED CLOUD_FILE_INSUFFICIENT_RESOURCES
  CLOUD_FILE_NETWORK_UNAVAILABLE CLOUD_FILE_UNSUCCESSFUL
  CLOUD_FILE_NOT_UNDER_SYNC_ROOT CLOUD_FILE_IN_USE
393 CLOUD_FILE_REQUEST_ABORTED
395 CLOUD_FILE_ACCESS_DENIED
398 CLOUD_FILE_REQUEST_CANCELED
404 CLOUD_FILE_PROVIDER_TERMINATED
407 VOLUME_NOT_CLUSTER_ALIGNED NO_PHYSICALLY_ALIGNED_FREE_SPACE_FOUND
415 FT_READ_FAILURE
420 NOT_A_DAX_VOLUME NOT_DAX_MAPPABLE
425 FILE_NOT_SUPPORTED CLOUD_FILE_REQUEST_TIMEOUT
430 ENCRYPTION_DISABLED
433 NO_SUCH_DEVICE
448 UNTRUSTED_MOUNT_POINT
472 STORAGE_STACK_ACCESS_DENIED
483 DEVICE_HARDWARE_ERROR
487 INVALID_ADDRESS
489 ENCRYPTED_FILE_NOT_SUPPORTED SPARSE_FILE_NOT_SUPPORTED
  PAGEFILE_NOT_SUPPORTED VOLUME_NOT_SUPPORTED NOT_SUPPORTED_WITH_BYPASSIO
  NO_BYPASSIO_DRIVER_SUPPORT NOT_SUPPORTED_WITH_ENCRYPTION
  NOT_SUPPORTED_WITH_COMPRESSION
534 ARITHMETIC_OVERFLOW PIPE_CONNECTED PIPE_LISTENING
554 CANT_WAIT
571 IO_PRIVILEGE_FAILED
588 FS_DRIVER_REQUIRED
596 LOST_WRITEBEHIND_DATA
649 MOUNT_POINT_NOT_RESOLVED
665 FILE_SYSTEM_LIMITATION
679 MEDIA_CHECK
681 STOPPED_ON_SYMLINK
698 OBJECT_NAME_EXISTS
735 ABANDONED_WAIT_0
737 USER_APC
739 ALERTED ELEVATION_REQUIRED:EACCES REPARSE OPLOCK_BREAK_IN_PROGRESS
  VOLUME_MOUNTED
752 CACHE_PAGE_LOCKED
765 WAIT_FOR_OPLOCK
788 LOST_WRITEBEHIND_DATA_NETWORK_DISCONNECTED
  LOST_WRITEBEHIND_DATA_NETWORK_SERVER_ERROR
  LOST_WRITEBEHIND_DATA_LOCAL_DISK_ERROR
800 OPLOCK_SWITCHED_TO_NEW_HANDLE CANNOT_GRANT_REQUESTED_OPLOCK
  CANNOT_BREAK_OPLOCK OPLOCK_HANDLE_CLOSED
806 FILE_HANDLE_REVOKED
808 ENCRYPTED_IO_NOT_POSSIBLE FILE_METADATA_OPTIMIZATION_IN_PROGRESS
811 HANDLE_REVOKED
994 EA_ACCESS_DENIED OPERATION_ABORTED:ECANCELED IO_INCOMPLETE IO_PENDING
  NOACCESS:EACCES
1004 INVALID_FLAGS:EBADF UNRECOGNIZED_VOLUME FILE_INVALID
1100 END_OF_MEDIA:ENOSPC FILEMARK_DETECTED:EIO BEGINNING_OF_MEDIA:EIO
  SETMARK_DETECTED:EIO NO_DATA_DETECTED:EIO PARTITION_FAILURE
  INVALID_BLOCK_LENGTH:EIO DEVICE_NOT_PARTITIONED UNABLE_TO_LOCK_MEDIA
  UNABLE_TO_UNLOAD_MEDIA MEDIA_CHANGED BUS_RESET:EIO NO_MEDIA_IN_DRIVE
  NO_UNICODE_TRANSLATION:ECHARSET
1115 SHUTDOWN_IN_PROGRESS
1117 IO_DEVICE:EIO SERIAL_NO_DEVICE IRQ_BUSY MORE_WRITES COUNTER_TIMEOUT
1126 DISK_RECALIBRATE_FAILED DISK_OPERATION_FAILED DISK_RESET_FAILED
  EOM_OVERFLOW:EIO NOT_ENOUGH_SERVER_MEMORY POSSIBLE_DEADLOCK MAPPED_ALIGNMENT
1140 SET_POWER_STATE_VETOED SET_POWER_STATE_FAILED TOO_MANY_LINKS
1164 DEVICE_REINITIALIZATION_NEEDED DEVICE_REQUIRES_CLEANING:EIO
  DEVICE_DOOR_OPEN:EIO DEVICE_NOT_CONNECTED NOT_FOUND
1178 JOURNAL_DELETE_IN_PROGRESS JOURNAL_NOT_ACTIVE
1181 JOURNAL_ENTRY_DELETED
1200 BAD_DEVICE CONNECTION_UNAVAIL
1203 NO_NET_OR_BAD_PATH
1208 EXTENDED_ERROR
1222 NO_NETWORK CANCELLED USER_MAPPED_FILE CONNECTION_REFUSED:ECONNREFUSED
  GRACEFUL_DISCONNECT ADDRESS_ALREADY_ASSOCIATED:EADDRINUSE
  ADDRESS_NOT_ASSOCIATED CONNECTION_INVALID CONNECTION_ACTIVE
  NETWORK_UNREACHABLE:ENETUNREACH HOST_UNREACHABLE:EHOSTUNREACH
  PROTOCOL_UNREACHABLE PORT_UNREACHABLE REQUEST_ABORTED
  CONNECTION_ABORTED:ECONNABORTED RETRY
1256 HOST_DOWN
1300 NOT_ALL_ASSIGNED
1307 INVALID_OWNER
1313 NO_SUCH_PRIVILEGE PRIVILEGE_NOT_HELD:EPERM
1326 LOGON_FAILURE
1331 ACCOUNT_DISABLED
1336 INVALID_ACL INVALID_SID INVALID_SECURITY_DESCR
1346 BAD_IMPERSONATION_LEVEL
1350 NO_SECURITY_ON_OBJECT
1359 INTERNAL_ERROR
1392 FILE_CORRUPT DISK_CORRUPT:EIO
1450 NO_SYSTEM_RESOURCES:ENOMEM NONPAGED_SYSTEM_RESOURCES:ENOMEM
  PAGED_SYSTEM_RESOURCES:ENOMEM WORKING_SET_QUOTA:ENOMEM PAGEFILE_QUOTA:ENOMEM
  COMMITMENT_LIMIT:ENOMEM
1460 TIMEOUT:ETIMEDOUT
1462 INCORRECT_SIZE SYMLINK_CLASS_DISABLED SYMLINK_NOT_SUPPORTED:EINVAL
1617 DEVICE_REMOVED
1784 INVALID_USER_BUFFER UNRECOGNIZED_MEDIA
1816 NOT_ENOUGH_QUOTA:ENOMEM
1920 CANT_ACCESS_FILE:EACCES CANT_RESOLVE_FILENAME:ELOOP
2250 NOT_CONNECTED:ENOTCONN
2401 OPEN_FILES
2404 DEVICE_IN_USE
4304 MEDIA_OFFLINE
4317 INVALID_OPERATION
4319 DEVICE_NOT_AVAILABLE
4350 FILE_OFFLINE REMOTE_STORAGE_NOT_ACTIVE REMOTE_STORAGE_MEDIA_ERROR
4390 NOT_A_REPARSE_POINT REPARSE_ATTRIBUTE_CONFLICT
  INVALID_REPARSE_DATA:ENOENT REPARSE_TAG_INVALID REPARSE_TAG_MISMATCH
6000 ENCRYPTION_FAILED DECRYPTION_FAILED FILE_ENCRYPTED
6004 NO_EFS
6007 FILE_NOT_ENCRYPTED
6009 FILE_READ_ONLY
6014 VOLUME_NOT_SUPPORT_EFS
6800 TRANSACTIONAL_CONFLICT
6805 TRANSACTIONS_UNSUPPORTED_REMOTE
6815 HANDLE_NO_LONGER_VALID
6832 TRANSACTIONAL_OPEN_NOT_ALLOWED
6843 DATA_LOST_REPAIR
6849 BAD_CLUSTERS
`;

/**
 * Gives the name under which winerror.h defines a Win32 error code.
 *
 * @param code The code, as GetLastError returns it.
 * @returns The symbol; "ERROR_" and the number for a code outside the table.
 *
 * @example Name an error
 * ```ts
 * import { symbolOf } from "@kernel32/io";
 *
 * console.log(symbolOf(112)); // "ERROR_DISK_FULL"
 * console.log(symbolOf(65000)); // "ERROR_65000"
 * ```
 */
export function symbolOf(code: number): string {
  return rows().get(code)?.symbol ?? `ERROR_${code}`;
}

/** What {@linkcode posixCodeOf} is told about the failed call. */
export interface PosixCodeOptions {
  /**
   * Whether the call was a write: a broken pipe then is "EPIPE", while for a
   * read it is the end of the file, "EOF".
   *
   * @default {false}
   */
  write?: boolean;
}

/**
 * Translates a Win32 error code into the code that errors of `node:fs` carry.
 *
 * @param code The code, as GetLastError returns it.
 * @param options What the failed call was.
 * @returns A code such as "ENOENT"; "UNKNOWN" for a code without a counterpart.
 *
 * @example Treat a full disk alike everywhere
 * ```ts
 * import { posixCodeOf } from "@kernel32/io";
 *
 * console.log(posixCodeOf(112)); // "ENOSPC"
 * console.log(posixCodeOf(109)); // "EOF"
 * console.log(posixCodeOf(109, { write: true })); // "EPIPE"
 * ```
 */
export function posixCodeOf(
  code: number,
  options: PosixCodeOptions = {},
): string {
  if (options.write && code === ERROR_BROKEN_PIPE) return "EPIPE";
  return rows().get(code)?.posix ?? "UNKNOWN";
}

/**
 * Finds the Win32 error code behind a symbol of winerror.h.
 *
 * @param symbol The symbol, such as "ERROR_DISK_FULL".
 * @returns The code.
 * @throws {RangeError} If the symbol is not in the table.
 *
 * @example Look a code up
 * ```ts
 * import { win32CodeOf } from "@kernel32/io";
 *
 * console.log(win32CodeOf("ERROR_DISK_FULL")); // 112
 * ```
 */
export function win32CodeOf(symbol: string): number {
  for (const [code, row] of rows()) if (row.symbol === symbol) return code;
  throw new RangeError(
    `symbol must name a Win32 error of file I/O, such as "ERROR_DISK_FULL", but it is "${symbol}".`,
  );
}

/**
 * Lists the whole table.
 *
 * @returns Pairs of code and symbol, in the order of the codes.
 *
 * @example Count the named errors
 * ```ts
 * import { win32Codes } from "@kernel32/io";
 *
 * console.log([...win32Codes()].length > 300); // true
 * ```
 */
export function* win32Codes(): Iterable<[code: number, symbol: string]> {
  for (const [code, { symbol }] of rows()) yield [code, symbol];
}

/** Nothing failed. */
export const ERROR_SUCCESS = 0;
/** The last part of the path does not exist. */
export const ERROR_FILE_NOT_FOUND = 2;
/** A folder of the path does not exist. */
export const ERROR_PATH_NOT_FOUND = 3;
/** The access right is missing, or the handle was opened without it. */
export const ERROR_ACCESS_DENIED = 5;
/** The value is no open handle, or one of the wrong kind. */
export const ERROR_INVALID_HANDLE = 6;
/** Memory ran out; also: too many asynchronous requests. */
export const ERROR_NOT_ENOUGH_MEMORY = 8;
/** Another handle's share mode excludes this one. */
export const ERROR_SHARING_VIOLATION = 32;
/** Another handle has locked a part of the range. */
export const ERROR_LOCK_VIOLATION = 33;
/** The read starts at or beyond the end of the file. */
export const ERROR_HANDLE_EOF = 38;
/** The disk is full. */
export const ERROR_HANDLE_DISK_FULL = 39;
/** The file system or device does not know the request. */
export const ERROR_NOT_SUPPORTED = 50;
/** The connection to the server is gone. */
export const ERROR_NETNAME_DELETED = 64;
/** The file exists and CREATE_NEW was asked for. */
export const ERROR_FILE_EXISTS = 80;
/** An argument is wrong; for unbuffered I/O, often its alignment. */
export const ERROR_INVALID_PARAMETER = 87;
/** The other end of the pipe is closed. */
export const ERROR_BROKEN_PIPE = 109;
/** There is not enough space on the disk. */
export const ERROR_DISK_FULL = 112;
/** This system lacks the function or information class. */
export const ERROR_CALL_NOT_IMPLEMENTED = 120;
/** The time-out of a wait for a pipe or network has elapsed. */
export const ERROR_SEM_TIMEOUT = 121;
/** The buffer is too small for the answer. */
export const ERROR_INSUFFICIENT_BUFFER = 122;
/** The range to unlock is not locked. */
export const ERROR_NOT_LOCKED = 158;
/** An object of this name exists; also set by a successful CREATE_ALWAYS. */
export const ERROR_ALREADY_EXISTS = 183;
/** The file would grow beyond what the file system allows. */
export const ERROR_FILE_TOO_LARGE = 223;
/** All instances of the pipe are taken. */
export const ERROR_PIPE_BUSY = 231;
/** The pipe is being closed, or is empty and does not block. */
export const ERROR_NO_DATA = 232;
/** Nobody is at the other end of the pipe. */
export const ERROR_PIPE_NOT_CONNECTED = 233;
/** The buffer is filled, and more of the message is to be read. */
export const ERROR_MORE_DATA = 234;
/** The wait ended by its time-out. */
export const WAIT_TIMEOUT = 258;
/** What an NTSTATUS without a Win32 counterpart becomes. */
export const ERROR_MR_MID_NOT_FOUND = 317;
/** A client was there before ConnectNamedPipe was called. */
export const ERROR_PIPE_CONNECTED = 535;
/** No client has opened the pipe yet. */
export const ERROR_PIPE_LISTENING = 536;
/** The completion port was closed during the wait. */
export const ERROR_ABANDONED_WAIT_0 = 735;
/** The operation was cancelled, or its thread has ended. */
export const ERROR_OPERATION_ABORTED = 995;
/** The overlapped operation has not ended yet. */
export const ERROR_IO_INCOMPLETE = 996;
/** The overlapped operation has been started: no failure. */
export const ERROR_IO_PENDING = 997;
/** An address given to the call is not accessible. */
export const ERROR_NOACCESS = 998;
/** The medium in the drive has been changed. */
export const ERROR_MEDIA_CHANGED = 1110;
/** Nothing to cancel was found. */
export const ERROR_NOT_FOUND = 1168;
/** A mapped view keeps the file from being shortened. */
export const ERROR_USER_MAPPED_FILE = 1224;
/** The process has not enabled a privilege that the call needs. */
export const ERROR_PRIVILEGE_NOT_HELD = 1314;
/** The request is too large for the system's resources. */
export const ERROR_NO_SYSTEM_RESOURCES = 1450;
/** The working set is too small to lock the buffer. */
export const ERROR_WORKING_SET_QUOTA = 1453;
/** The paging file is too small for the allocation. */
export const ERROR_COMMITMENT_LIMIT = 1455;
/** Too many asynchronous requests, or an unusable buffer. */
export const ERROR_INVALID_USER_BUFFER = 1784;
/** The buffer's pages cannot be locked within the quota. */
export const ERROR_NOT_ENOUGH_QUOTA = 1816;

/**
 * Tells whether a code says that the system is short of memory or quota for
 * the moment: a smaller request, or the same one later, can succeed.
 *
 * @param code The Win32 error code.
 * @returns Whether it is one of those.
 *
 * @example Decide whether to try again
 * ```ts
 * import { isShortage } from "@kernel32/io";
 *
 * console.log(isShortage(1450), isShortage(112)); // true false
 * ```
 */
export function isShortage(code: number): boolean {
  return code === ERROR_NO_SYSTEM_RESOURCES ||
    code === ERROR_INVALID_USER_BUFFER || code === ERROR_NOT_ENOUGH_MEMORY ||
    code === ERROR_NOT_ENOUGH_QUOTA;
}

interface Row {
  readonly symbol: string;
  readonly posix: string | undefined;
}

let table: ReadonlyMap<number, Row> | undefined;

/** The table, read on first use: a program without failures never needs it. */
function rows(): ReadonlyMap<number, Row> {
  return table ??= new Map(
    Array.from(
      readSymbols(TABLE, 10, "ERROR_"),
      ([code, symbol, posix]) => [code, { symbol, posix }],
    ),
  );
}
