/** https://learn.microsoft.com/openspecs/windows_protocols/ms-erref/596a1078-e883-4972-9bbc-49e60bebca55 */
export const STATUS_SUCCESS = 0;
export const STATUS_PENDING = 0x103;
export const STATUS_BUFFER_OVERFLOW = 0x8000_0005;
export const STATUS_INVALID_DEVICE_REQUEST = 0xC000_0010;
export const STATUS_ACCESS_DENIED = 0xC000_0022;
export const STATUS_BUFFER_TOO_SMALL = 0xC000_0023;
export const STATUS_INVALID_HANDLE = 0xC000_0008;
export const STATUS_INVALID_PARAMETER = 0xC000_000D;
export const STATUS_END_OF_FILE = 0xC000_0011;
export const STATUS_NONEXISTENT_SECTOR = 0xC000_0015;
export const STATUS_FILE_LOCK_CONFLICT = 0xC000_0054;
export const STATUS_LOCK_NOT_GRANTED = 0xC000_0055;
export const STATUS_DISK_FULL = 0xC000_007F;
export const STATUS_DEVICE_DATA_ERROR = 0xC000_009C;
export const STATUS_PIPE_DISCONNECTED = 0xC000_00B0;
export const STATUS_PIPE_CLOSING = 0xC000_00B1;
export const STATUS_PIPE_CONNECTED = 0xC000_00B2;
export const STATUS_PIPE_LISTENING = 0xC000_00B3;
export const STATUS_PIPE_EMPTY = 0xC000_00D9;
export const STATUS_CANCELLED = 0xC000_0120;
export const STATUS_PIPE_BROKEN = 0xC000_014B;
export const STATUS_TIMEOUT = 0x102;
export const STATUS_IO_TIMEOUT = 0xC000_00B5;
export const STATUS_UNSUCCESSFUL = 0xC000_0001;
export const STATUS_INVALID_DEVICE_STATE = 0xC000_0184;

/** What RtlNtStatusToDosError makes of them: https://learn.microsoft.com/windows/win32/api/winternl/nf-winternl-rtlntstatustodoserror */
const CODES: Readonly<Record<number, number>> = {
  [STATUS_SUCCESS]: 0,
  [STATUS_TIMEOUT]: 258,
  [STATUS_PENDING]: 997,
  [STATUS_BUFFER_OVERFLOW]: 234,
  [STATUS_INVALID_HANDLE]: 6,
  [STATUS_INVALID_PARAMETER]: 87,
  [STATUS_INVALID_DEVICE_REQUEST]: 1,
  [STATUS_END_OF_FILE]: 38,
  [STATUS_NONEXISTENT_SECTOR]: 27,
  [STATUS_ACCESS_DENIED]: 5,
  [STATUS_BUFFER_TOO_SMALL]: 122,
  [STATUS_FILE_LOCK_CONFLICT]: 33,
  [STATUS_LOCK_NOT_GRANTED]: 33,
  [STATUS_DISK_FULL]: 112,
  [STATUS_DEVICE_DATA_ERROR]: 23,
  [STATUS_PIPE_DISCONNECTED]: 233,
  [STATUS_PIPE_CLOSING]: 232,
  [STATUS_PIPE_CONNECTED]: 535,
  [STATUS_PIPE_LISTENING]: 536,
  [STATUS_IO_TIMEOUT]: 121,
  [STATUS_UNSUCCESSFUL]: 31,
  [STATUS_INVALID_DEVICE_STATE]: 22,
  [STATUS_PIPE_EMPTY]: 232,
  [STATUS_CANCELLED]: 995,
  [STATUS_PIPE_BROKEN]: 109,
};

/** FACILITY_NTWIN32 with an error: the status of a Win32 code that no other status stands for. */
const OF_CODE = 0xC007_0000;

/** The Win32 code of a status. */
export function codeOfStatus(status: number): number {
  if ((status & 0xFFFF_0000) >>> 0 === OF_CODE) return status & 0xFFFF;
  return CODES[status] ?? 317;
}

/** A status that fails with a Win32 code. */
export function statusOfCode(code: number): number {
  const found = Object.entries(CODES).find(([status, its]) =>
    its === code && Number(status) >>> 30 >= 2
  );
  return found === undefined ? (OF_CODE | code) >>> 0 : Number(found[0]);
}
