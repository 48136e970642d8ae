/**
 * The Win32 error codes that file, pipe, device and volume I/O can yield.
 *
 * @module
 */

import { readSymbols } from "./symbols.ts";

/**
 * All symbols: 2 and 3 are those of ERROR_FILE_NOT_FOUND and
 * ERROR_PATH_NOT_FOUND. Behind a colon is the code that `node:fs` puts on its
 * errors. It is libuv's translation; where libuv has none there is none
 * ("UNKNOWN"), save for a dozen codes whose meaning is beyond doubt (the end of
 * a file, too large a file, a time-out, memory and quota).
 * https://learn.microsoft.com/windows/win32/debug/system-error-codes
 */
const TABLE = `
0 success, invalid function:eisdir, file not found:enoent,
path not found:enoent, too many open files:emfile, access denied:eperm,
invalid handle:ebadf,
8 not enough memory:enomem,
11 bad format, invalid access, invalid data:einval, outofmemory:enomem,
invalid drive:enoent,
17 not same device:exdev, no more files, write protect:erofs, bad unit,
not ready, bad command, crc:eio, bad length, seek, not dos disk,
sector not found,
29 write fault, read fault, gen failure:eio, sharing violation:ebusy,
lock violation:ebusy, wrong disk,
38 handle eof:eof, handle disk full:enospc,
50 not supported:enotsup, rem not list,
53 bad netpath, network busy, dev not exist,
57 adap hdw err, bad net resp, unexp net err, bad rem adap,
64 netname deleted:econnreset, network access denied, bad dev type,
bad net name, too many names, too many sess, sharing paused, req not accep,
redir paused,
80 file exists:eexist,
82 cannot make:enospc,
86 invalid password, invalid parameter:einval, net write fault,
107 disk change, drive locked, broken pipe:eof, open failed:eio,
buffer overflow:efault, disk full:enospc, no more search handles,
invalid target handle,
117 invalid category,
119 bad driver level, call not implemented, sem timeout:etimedout,
insufficient buffer:einval, invalid name:enoent, invalid level,
no volume label, mod not found:enoent, proc not found,
130 direct access handle, negative seek, seek on device,
145 dir not empty:enotempty,
148 path busy,
156 signal refused:eio,
158 not locked,
160 bad arguments, bad pathname:enoent,
167 lock failed,
170 busy, device support in progress,
173 cancel violation, atomic locks not supported,
183 already exists:eexist,
193 bad exe format,
203 envvar not found:enoent,
205 no signal sent:eio, filename exced range:enametoolong,
208 meta expansion too long:e2big,
212 locked,
220 file checked out, checkout required, bad file type, file too large:efbig,
225 virus infected, virus deleted,
230 bad pipe:epipe, pipe busy:ebusy, no data:epipe, pipe not connected:epipe,
more data:emsgsize,
240 vc disconnected,
254 invalid ea name, ea list inconsistent,
258 =wait timeout:etimedout, no more items,
266 cannot copy, directory:enoent,
275 eas didnt fit, ea file corrupt, ea table full:enospc, invalid ea handle,
282 eas not supported,
299 partial copy, oplock not granted, invalid oplock protocol,
disk too fragmented, delete pending,
307 invalid lock range,
313 not allowed on system file, disk resources exhausted,
316 device feature not supported, mr mid not found,
321 device unreachable, device no resources, data checksum error,
326 file level trim not supported, offset alignment violation,
invalid field in parameter list, operation in progress, bad device path,
334 resident file not supported, compressed file not supported,
directory not supported,
338 ft write failure,
344 compression not beneficial,
348 marked to disallow writes,
359 device in maintenance, not supported on dax, dax mapping exists,
cloud file provider not running,
368 storage lost data persistence, file system virtualization unavailable,
371 file system virtualization busy,
376 not a cloud file, cloud file not in sync,
379 cloud file not supported, cloud file invalid request,
cloud file read only volume,
383 cloud file validation failed,
385 file system virtualization invalid operation,
cloud file authentication failed, cloud file insufficient resources,
cloud file network unavailable, cloud file unsuccessful,
cloud file not under sync root, cloud file in use,
393 cloud file request aborted,
395 cloud file access denied,
398 cloud file request canceled,
404 cloud file provider terminated,
407 volume not cluster aligned, no physically aligned free space found,
415 ft read failure,
420 not a dax volume, not dax mappable,
425 file not supported, cloud file request timeout,
430 encryption disabled,
433 no such device,
448 untrusted mount point,
472 storage stack access denied,
483 device hardware error,
487 invalid address,
489 encrypted file not supported, sparse file not supported,
pagefile not supported, volume not supported, not supported with bypassio,
no bypassio driver support, not supported with encryption,
not supported with compression,
534 arithmetic overflow, pipe connected, pipe listening,
554 cant wait,
571 io privilege failed,
588 fs driver required,
596 lost writebehind data,
649 mount point not resolved,
665 file system limitation,
679 media check,
681 stopped on symlink,
698 object name exists,
735 abandoned wait 0,
737 user apc,
739 alerted, elevation required:eacces, reparse, oplock break in progress,
volume mounted,
752 cache page locked,
765 wait for oplock,
788 lost writebehind data network disconnected,
lost writebehind data network server error,
lost writebehind data local disk error,
800 oplock switched to new handle, cannot grant requested oplock,
cannot break oplock, oplock handle closed,
806 file handle revoked,
808 encrypted io not possible, file metadata optimization in progress,
811 handle revoked,
994 ea access denied, operation aborted:ecanceled, io incomplete, io pending,
noaccess:eacces,
1004 invalid flags:ebadf, unrecognized volume, file invalid,
1100 end of media:enospc, filemark detected:eio, beginning of media:eio,
setmark detected:eio, no data detected:eio, partition failure,
invalid block length:eio, device not partitioned, unable to lock media,
unable to unload media, media changed, bus reset:eio, no media in drive,
no unicode translation:echarset,
1115 shutdown in progress,
1117 io device:eio, serial no device, irq busy, more writes, counter timeout,
1126 disk recalibrate failed, disk operation failed, disk reset failed,
eom overflow:eio, not enough server memory, possible deadlock,
mapped alignment,
1140 set power state vetoed, set power state failed, too many links,
1164 device reinitialization needed, device requires cleaning:eio,
device door open:eio, device not connected, not found,
1178 journal delete in progress, journal not active,
1181 journal entry deleted,
1200 bad device, connection unavail,
1203 no net or bad path,
1208 extended error,
1222 no network, cancelled, user mapped file, connection refused:econnrefused,
graceful disconnect, address already associated:eaddrinuse,
address not associated, connection invalid, connection active,
network unreachable:enetunreach, host unreachable:ehostunreach,
protocol unreachable, port unreachable, request aborted,
connection aborted:econnaborted, retry,
1256 host down,
1300 not all assigned,
1307 invalid owner,
1313 no such privilege, privilege not held:eperm,
1326 logon failure,
1331 account disabled,
1336 invalid acl, invalid sid, invalid security descr,
1346 bad impersonation level,
1350 no security on object,
1359 internal error,
1392 file corrupt, disk corrupt:eio,
1450 no system resources:enomem, nonpaged system resources:enomem,
paged system resources:enomem, working set quota:enomem, pagefile quota:enomem,
commitment limit:enomem,
1460 timeout:etimedout,
1462 incorrect size, symlink class disabled, symlink not supported:einval,
1617 device removed,
1784 invalid user buffer, unrecognized media,
1816 not enough quota:enomem,
1920 cant access file:eacces, cant resolve filename:eloop,
2250 not connected:enotconn,
2401 open files,
2404 device in use,
4304 media offline,
4317 invalid operation,
4319 device not available,
4350 file offline, remote storage not active, remote storage media error,
4390 not a reparse point, reparse attribute conflict,
invalid reparse data:enoent, reparse tag invalid, reparse tag mismatch,
6000 encryption failed, decryption failed, file encrypted,
6004 no efs,
6007 file not encrypted,
6009 file read only,
6014 volume not support efs,
6800 transactional conflict,
6805 transactions unsupported remote,
6815 handle no longer valid,
6832 transactional open not allowed,
6843 data lost repair,
6849 bad clusters`;

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
      readSymbols(TABLE, "ERROR_"),
      ([code, symbol, posix]) => [code, { symbol, posix }],
    ),
  );
}
