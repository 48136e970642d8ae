// What the kernel knows beyond src/constants.ts and src/codes.ts.

export const FILE_ATTRIBUTE_SYSTEM = 0x4;
export const FILE_ATTRIBUTE_ARCHIVE = 0x20;
export const FILE_ATTRIBUTE_DEVICE = 0x40;
export const FILE_EXECUTE = 0x20;
export const FileAttributeTagInfo = 9;
/** https://learn.microsoft.com/windows/win32/api/winioctl/ni-winioctl-fsctl_allow_extended_dasd_io */
export const FSCTL_ALLOW_EXTENDED_DASD_IO = 0x0009_0083;

export const ERROR_INVALID_FUNCTION = 1;
export const ERROR_NOT_READY = 21;
export const ERROR_SECTOR_NOT_FOUND = 27;
export const ERROR_NEGATIVE_SEEK = 131;
export const ERROR_INVALID_NAME = 123;
export const ERROR_INVALID_ADDRESS = 487;

/** https://learn.microsoft.com/openspecs/windows_protocols/ms-erref/596a1078-e883-4972-9bbc-49e60bebca55 */
export const STATUS_SUCCESS = 0;
export const STATUS_PENDING = 0x103;
export const STATUS_BUFFER_OVERFLOW = 0x8000_0005;
export const STATUS_INVALID_HANDLE = 0xC000_0008;
export const STATUS_INVALID_PARAMETER = 0xC000_000D;
export const STATUS_END_OF_FILE = 0xC000_0011;
export const STATUS_NONEXISTENT_SECTOR = 0xC000_0015;
export const STATUS_FILE_LOCK_CONFLICT = 0xC000_0054;
export const STATUS_LOCK_NOT_GRANTED = 0xC000_0055;
export const STATUS_DISK_FULL = 0xC000_007F;
export const STATUS_PIPE_DISCONNECTED = 0xC000_00B0;
export const STATUS_PIPE_CLOSING = 0xC000_00B1;
export const STATUS_PIPE_LISTENING = 0xC000_00B3;
export const STATUS_PIPE_EMPTY = 0xC000_00D9;
export const STATUS_CANCELLED = 0xC000_0120;
export const STATUS_PIPE_BROKEN = 0xC000_014B;
