/**
 * Sizes of the system's structures and offsets of their members, in bytes, as far
 * as files need them.
 *
 * `@kernel32/io/structs` describes the structures themselves, and a test compares
 * these numbers with it. A program that uses no layouts does not load them.
 *
 * @module
 */

/** The output of GetFileInformationByHandle. */
export const BY_HANDLE_FILE_INFORMATION = {
  size: 52,
  dwFileAttributes: 0,
  ftCreationTime: 4,
  ftLastAccessTime: 12,
  ftLastWriteTime: 20,
  dwVolumeSerialNumber: 28,
  nFileSizeHigh: 32,
  nFileSizeLow: 36,
  nNumberOfLinks: 40,
  nFileIndexHigh: 44,
  nFileIndexLow: 48,
} as const;

/** How long reads and writes of a serial port wait. */
export const COMMTIMEOUTS = {
  size: 20,
  ReadIntervalTimeout: 0,
  ReadTotalTimeoutMultiplier: 4,
  ReadTotalTimeoutConstant: 8,
  WriteTotalTimeoutConstant: 16,
} as const;

/** The settings of a serial port. */
export const DCB = {
  size: 28,
  DCBlength: 0,
  BaudRate: 4,
  Flags: 8,
  XonLim: 14,
  XoffLim: 16,
  ByteSize: 18,
  Parity: 19,
  StopBits: 20,
  XonChar: 21,
  XoffChar: 22,
} as const;

/** The output of IOCTL_DISK_GET_DRIVE_GEOMETRY. */
export const DISK_GEOMETRY = { size: 24, BytesPerSector: 20 } as const;

/** A range in the output of FSCTL_QUERY_ALLOCATED_RANGES. */
export const FILE_ALLOCATED_RANGE_BUFFER = {
  size: 16,
  FileOffset: 0,
  Length: 8,
} as const;

/** What FileAttributeTagInfo returns. */
export const FILE_ATTRIBUTE_TAG_INFO = { size: 8, ReparseTag: 4 } as const;

/** The new name of a file. */
export const FILE_RENAME_INFO = {
  size: 24,
  FileNameLength: 16,
  FileName: 20,
} as const;

/** A page of a scatter/gather transfer. */
export const FILE_SEGMENT_ELEMENT = { size: 8 } as const;

/** The output of FileStorageInfo. */
export const FILE_STORAGE_INFO = {
  size: 28,
  LogicalBytesPerSector: 0,
  FileSystemEffectivePhysicalBytesPerSectorForAtomicity: 12,
} as const;

/** An overlapped operation. */
export const OVERLAPPED = {
  size: 32,
  Internal: 0,
  InternalHigh: 8,
  Offset: 16,
  OffsetHigh: 20,
  Pointer: 16,
  hEvent: 24,
} as const;

/** A packet of a completion port. */
export const OVERLAPPED_ENTRY = {
  size: 32,
  lpCompletionKey: 0,
  lpOverlapped: 8,
} as const;

/** Who may open an object. */
export const SECURITY_ATTRIBUTES = {
  size: 24,
  nLength: 0,
  lpSecurityDescriptor: 8,
} as const;
