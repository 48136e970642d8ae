/**
 * NTSTATUS values, which completed operations leave in OVERLAPPED.Internal, and
 * the Win32 errors that they stand for.
 *
 * @module
 */

import { ERROR_MR_MID_NOT_FOUND, win32CodeOf } from "./codes.ts";
import { readSymbols } from "./symbols.ts";

/**
 * The symbols of what I/O can yield: 0xc0000001 and 0xc0000002 are those of
 * STATUS_UNSUCCESSFUL and STATUS_NOT_IMPLEMENTED. Behind a colon, without
 * "ERROR_", is the Win32 error that RtlNtStatusToDosError makes of the status.
 * Where there is none, the error has the status's own name: STATUS_DISK_FULL
 * becomes ERROR_DISK_FULL.
 * https://learn.microsoft.com/openspecs/windows_protocols/ms-erref/596a1078-e883-4972-9bbc-49e60bebca55
 */
const TABLE = `
0x00000000 success,
0x00000102 timeout, pending:io pending,
0x40000008 serial more writes:more writes,
0x4000000c serial counter timeout:counter timeout,
0x80000005 buffer overflow:more data, no more files,
0x8000000d partial copy,
0x8000000f device powered off:not ready, device off line:not ready,
device busy:busy,
0x80000016 verify required:media changed,
0x8000001b filemark detected, media changed, bus reset, end of media,
beginning of media,
0x80000021 setmark detected, no data detected,
0x80000288 device requires cleaning, device door open,
0x80000803 data lost repair,
0xc0000001 unsuccessful:gen failure, not implemented:invalid function,
invalid info class:invalid parameter, info length mismatch:bad length,
access violation:noaccess,
0xc0000008 invalid handle,
0xc000000d invalid parameter, no such device, no such file:file not found,
invalid device request:invalid function, end of file:handle eof,
wrong volume:wrong disk, no media in device:not ready, unrecognized media,
0xc0000017 no memory:not enough memory,
0xc0000022 access denied, buffer too small:insufficient buffer,
object type mismatch:invalid handle,
0xc000002a not locked,
0xc0000030 invalid parameter mix:invalid parameter,
0xc0000032 disk corrupt error:disk corrupt, object name invalid:invalid name,
object name not found:file not found, object name collision:already exists,
0xc0000039 object path invalid:bad pathname,
object path not found:path not found,
0xc000003c data overrun:io device, data late error:io device, data error:crc,
crc error:crc,
0xc0000043 sharing violation, quota exceeded:not enough quota,
0xc000004f eas not supported,
0xc0000054 file lock conflict:lock violation, lock not granted:lock violation,
delete pending:access denied, ctl file not supported:not supported,
0xc0000061 privilege not held,
0xc000007e range not locked:not locked, disk full,
0xc0000098 file invalid,
0xc000009a insufficient resources:no system resources,
0xc000009c device data error:crc, device not connected,
device power failure:not ready,
0xc00000a1 working set quota, media write protected:write protect,
device not ready:not ready,
0xc00000ab instance not available:pipe busy, pipe not available:pipe busy,
invalid pipe state:bad pipe, pipe busy, illegal function:invalid function,
pipe disconnected:pipe not connected, pipe closing:no data, pipe connected,
pipe listening, invalid read mode:bad pipe, io timeout:sem timeout,
file forced closed:handle eof,
0xc00000ba file is a directory:access denied, not supported,
0xc00000be bad network path:bad netpath, network busy,
device does not exist:dev not exist,
0xc00000c3 invalid network response:bad net resp,
unexpected network error:unexp net err,
0xc00000c9 network name deleted:netname deleted, network access denied,
bad device type:bad dev type, bad network name:bad net name,
0xc00000d8 cant wait, pipe empty:no data,
0xc00000e8 invalid user buffer, unexpected io error:io device,
0xc00000ef invalid parameter 1:invalid parameter,
invalid parameter 2:invalid parameter, invalid parameter 3:invalid parameter,
invalid parameter 4:invalid parameter, invalid parameter 5:invalid parameter,
invalid parameter 6:invalid parameter, invalid parameter 7:invalid parameter,
invalid parameter 8:invalid parameter, invalid parameter 9:invalid parameter,
invalid parameter 10:invalid parameter, invalid parameter 11:invalid parameter,
invalid parameter 12:invalid parameter,
0xc0000102 file corrupt error:file corrupt, not a directory:directory,
0xc0000106 name too long:filename exced range, files open:open files,
0xc000011e mapped file size zero:file invalid,
too many opened files:too many open files, cancelled:operation aborted,
cannot delete:access denied,
0xc0000123 file deleted:access denied,
0xc0000128 file closed:invalid handle,
0xc000012d commitment limit,
0xc000013b local disconnect:netname deleted, remote disconnect:netname deleted,
0xc0000140 invalid connection:unexp net err,
0xc000014b pipe broken:broken pipe,
0xc000014f unrecognized volume, serial no device inited:serial no device,
0xc0000169 disk recalibrate failed, disk operation failed, disk reset failed,
0xc0000172 partition failure, invalid block length, device not partitioned,
unable to lock media, unable to unload media, eom overflow,
no media:no media in drive,
0xc0000183 driver internal error:io device, invalid device state:bad command,
io device error:io device, device protocol error:io device,
0xc00001a1 invalid lock range,
0xc00001b0 io device invalid data:invalid data,
io unaligned write:invalid data,
0xc0000205 insuff server resources:not enough server memory,
invalid buffer size:invalid user buffer,
0xc000020c connection disconnected:netname deleted,
connection reset:netname deleted,
0xc0000222 lost writebehind data,
0xc0000225 not found,
0xc000022d retry,
0xc0000235 handle not closable:invalid handle, connection refused,
graceful disconnect,
0xc000023c network unreachable, host unreachable,
0xc0000240 request aborted, connection aborted,
0xc0000243 user mapped file,
0xc0000267 file is offline:file offline,
0xc000026e volume dismounted:not ready,
0xc0000279 io reparse tag not handled:cant access file,
0xc000029d remote storage not active, remote storage media error,
0xc00002b6 device removed,
0xc0000304 mft too fragmented:disk too fragmented,
0xc0000350 host down,
0xc0000427 file system limitation,
0xc0000433 encountered write in progress:busy,
0xc0000435 purge failed:user mapped file,
0xc0000461 disk resources exhausted,
0xc0000463 device feature not supported, device unreachable,
0xc0000466 server unavailable:netname deleted,
file not available:sharing violation,
device insufficient resources:device no resources,
0xc000046b ft write failure,
0xc0000470 data checksum error,
0xc0000474 invalid offset alignment:offset alignment violation,
0xc0000476 operation in progress,
0xc000047d io operation timeout:timeout,
0xc0000480 share unavailable:netname deleted,
0xc0000483 device hardware error,
0xc000048d marked to disallow writes,
0xc0000499 device in maintenance, not supported on dax,
free space too fragmented:disk too fragmented,
0xc000049e storage lost data persistence,
0xc00004ab ft read failure,
0xc00004b4 file not supported,
0xc00004bc untrusted mount point,
0xc00004c1 storage stack access denied,
0xc00004c6 volume not supported,
0xc0000507 device hung:busy,
0xc0000810 encrypted io not possible,
0xc0000904 file too large,
0xc0000906 virus infected, virus deleted,
0xc0000910 file handle revoked,
0xc000a006 handle revoked,
0xc000cf01 cloud file provider not running,
0xc000cf08 cloud file not in sync,
0xc000cf0c cloud file read only volume,
0xc000cf0f cloud file authentication failed, cloud file insufficient resources,
cloud file network unavailable,
0xc000cf14 cloud file in use,
0xc000cf18 cloud file access denied,
0xc000cf1b cloud file request canceled,
0xc000cf1d cloud file provider terminated,
0xc000cf1f cloud file request timeout`;

/** STATUS_PENDING: what OVERLAPPED.Internal holds until the operation ends. */
export const STATUS_PENDING = 0x103;

/**
 * Translates an NTSTATUS into a Win32 error code, as RtlNtStatusToDosError does.
 *
 * @param status The status, signed or unsigned, or the 64 bits of
 * OVERLAPPED.Internal, whose low half it is.
 * @returns The Win32 code; ERROR_MR_MID_NOT_FOUND (317) for a status that has no
 * counterpart in I/O.
 *
 * @example Tell why an operation ended
 * ```ts
 * import { symbolOf, win32CodeOfStatus } from "@kernel32/io";
 *
 * console.log(symbolOf(win32CodeOfStatus(0xc0000011))); // "ERROR_HANDLE_EOF"
 * ```
 */
export function win32CodeOfStatus(status: number | bigint): number {
  let value = unsigned(status);
  // Customer-defined values are passed on as they are.
  if (value & 0x2000_0000) return value;
  // A status that was wrapped into an HRESULT (FACILITY_NT_BIT).
  if (value >>> 28 === 0xd) value -= 0x1000_0000;
  const error = rows().get(value)?.error;
  if (error !== undefined) return win32CodeOf(error);
  // Win32 codes that were wrapped into a status or an HRESULT.
  const wrapped = [0xc001, 0xc007, 0x8007].includes(value >>> 16);
  return wrapped ? value & 0xffff : ERROR_MR_MID_NOT_FOUND;
}

/**
 * Gives the name under which ntstatus.h defines a status.
 *
 * @param status The status, signed or unsigned, or OVERLAPPED.Internal.
 * @returns The symbol; "STATUS_" and the number for a status outside the table.
 *
 * @example Name a status
 * ```ts
 * import { statusSymbolOf } from "@kernel32/io";
 *
 * console.log(statusSymbolOf(0xc0000120)); // "STATUS_CANCELLED"
 * console.log(statusSymbolOf(-1)); // "STATUS_0xffffffff"
 * ```
 */
export function statusSymbolOf(status: number | bigint): string {
  const value = unsigned(status);
  return rows().get(value)?.symbol ?? `STATUS_0x${value.toString(16)}`;
}

/**
 * Lists the whole table.
 *
 * @returns Pairs of status and symbol, in the order of the statuses.
 *
 * @example Look a status up
 * ```ts
 * import { ntStatuses } from "@kernel32/io";
 *
 * const byName = new Map([...ntStatuses()].map(([code, name]) => [name, code]));
 * console.log(byName.get("STATUS_PIPE_BROKEN") === 0xc000014b); // true
 * ```
 */
export function* ntStatuses(): Iterable<[status: number, symbol: string]> {
  for (const [status, { symbol }] of rows()) yield [status, symbol];
}

interface Row {
  readonly symbol: string;
  /** The symbol of the Win32 error. */
  readonly error: string;
}

let table: ReadonlyMap<number, Row> | undefined;

/** The table, read on first use: a program without failures never needs it. */
function rows(): ReadonlyMap<number, Row> {
  return table ??= new Map(
    Array.from(
      readSymbols(TABLE, "STATUS_"),
      (
        [status, symbol, error = symbol.slice("STATUS_".length)],
      ) => [status, { symbol, error: `ERROR_${error}` }],
    ),
  );
}

function unsigned(status: number | bigint): number {
  return typeof status === "bigint"
    ? Number(BigInt.asUintN(32, status))
    : status >>> 0;
}
