/**
 * The constants that kernel32's functions take.
 *
 * @module
 */

// CreateFileW: dwDesiredAccess
// https://learn.microsoft.com/windows/win32/secauthz/access-mask-format

/** All rights that reading needs. */
export const GENERIC_READ = 0x8000_0000;
/** All rights that writing needs. */
export const GENERIC_WRITE = 0x4000_0000;
/** All rights that executing needs. */
export const GENERIC_EXECUTE = 0x2000_0000;
/** All rights. */
export const GENERIC_ALL = 0x1000_0000;
/** The right to delete or rename the file. */
export const DELETE = 0x0001_0000;
/** The access rights can be read. */
export const READ_CONTROL = 0x0002_0000;
/** The right to wait for the handle. */
export const SYNCHRONIZE = 0x0010_0000;
/** The right to read the file's bytes. */
export const FILE_READ_DATA = 0x0001;
/** The right to write the file's bytes at any offset. */
export const FILE_WRITE_DATA = 0x0002;
/** The right to append. Without FILE_WRITE_DATA every write goes to the end. */
export const FILE_APPEND_DATA = 0x0004;
/** The right to read attributes and times. */
export const FILE_READ_ATTRIBUTES = 0x0080;
/** The right to write attributes and times. */
export const FILE_WRITE_ATTRIBUTES = 0x0100;

// CreateFileW: dwShareMode

/** Other handles may read. */
export const FILE_SHARE_READ = 0x1;
/** Other handles may write. */
export const FILE_SHARE_WRITE = 0x2;
/** Other handles may delete or rename. */
export const FILE_SHARE_DELETE = 0x4;

// CreateFileW: dwCreationDisposition

/** Creates the file. Fails if it exists. */
export const CREATE_NEW = 1;
/** Creates the file, or empties it if it exists. */
export const CREATE_ALWAYS = 2;
/** Opens the file. Fails if it does not exist. */
export const OPEN_EXISTING = 3;
/** Opens the file, or creates it if it does not exist. */
export const OPEN_ALWAYS = 4;
/** Opens and empties the file. Fails if it does not exist. */
export const TRUNCATE_EXISTING = 5;

// CreateFileW: dwFlagsAndAttributes

/** The file cannot be written. */
export const FILE_ATTRIBUTE_READONLY = 0x1;
/** Listings leave the file out. */
export const FILE_ATTRIBUTE_HIDDEN = 0x2;
/** It is a directory. */
export const FILE_ATTRIBUTE_DIRECTORY = 0x10;
/** No other attribute is set. */
export const FILE_ATTRIBUTE_NORMAL = 0x80;
/** The file is temporary: the system avoids writing it to the disk. */
export const FILE_ATTRIBUTE_TEMPORARY = 0x100;
/** It is a reparse point, such as a symbolic link. */
export const FILE_ATTRIBUTE_REPARSE_POINT = 0x400;
/** Opens the reparse point itself, not its target. */
export const FILE_FLAG_OPEN_REPARSE_POINT = 0x0020_0000;
/** Opens directories, too; with the backup privilege, any file. */
export const FILE_FLAG_BACKUP_SEMANTICS = 0x0200_0000;
/** Deletes the file when its last handle is closed. */
export const FILE_FLAG_DELETE_ON_CLOSE = 0x0400_0000;
/** Optimizes the cache for reads from beginning to end. */
export const FILE_FLAG_SEQUENTIAL_SCAN = 0x0800_0000;
/** Optimizes the cache for reads at random offsets. */
export const FILE_FLAG_RANDOM_ACCESS = 0x1000_0000;
/** Bypasses the system's cache. */
export const FILE_FLAG_NO_BUFFERING = 0x2000_0000;
/** Operations are asynchronous: they may end after the call. */
export const FILE_FLAG_OVERLAPPED = 0x4000_0000;
/** Writes through all caches to the disk. */
export const FILE_FLAG_WRITE_THROUGH = 0x8000_0000;
/** The flags say how far a pipe's server may impersonate the client. */
export const SECURITY_SQOS_PRESENT = 0x0010_0000;
/** A pipe's server cannot identify the client. */
export const SECURITY_ANONYMOUS = 0;
/** A pipe's server may find out who the client is. */
export const SECURITY_IDENTIFICATION = 0x0001_0000;
/** A pipe's server may act as the client on this computer. */
export const SECURITY_IMPERSONATION = 0x0002_0000;
/** A pipe's server may act as the client on others, too. */
export const SECURITY_DELEGATION = 0x0003_0000;
/** What GetFileAttributesW returns when it fails. */
export const INVALID_FILE_ATTRIBUTES = 0xFFFF_FFFF;

// SetFilePointerEx: dwMoveMethod

/** Counts from the beginning. */
export const FILE_BEGIN = 0;
/** Counts from the file pointer. */
export const FILE_CURRENT = 1;
/** Counts from the end. */
export const FILE_END = 2;

// GetFileType

/** The type is not known, or the call failed. */
export const FILE_TYPE_UNKNOWN = 0;
/** A file, a volume or a disk. */
export const FILE_TYPE_DISK = 1;
/** A console, a serial port or another character device. */
export const FILE_TYPE_CHAR = 2;
/** A pipe or a socket. */
export const FILE_TYPE_PIPE = 3;

// GetStdHandle

/** The standard input. */
export const STD_INPUT_HANDLE: number = -10;
/** The standard output. */
export const STD_OUTPUT_HANDLE: number = -11;
/** The standard error output. */
export const STD_ERROR_HANDLE: number = -12;

// FILE_INFO_BY_HANDLE_CLASS
// https://learn.microsoft.com/windows/win32/api/minwinbase/ne-minwinbase-file_info_by_handle_class

/** Times and attributes: FILE_BASIC_INFO. */
export const FileBasicInfo = 0;
/** Sizes and links: FILE_STANDARD_INFO. */
export const FileStandardInfo = 1;
/** The name: FILE_NAME_INFO. */
export const FileNameInfo = 2;
/** Another name: FILE_RENAME_INFO. */
export const FileRenameInfo = 3;
/** Deletion: FILE_DISPOSITION_INFO. */
export const FileDispositionInfo = 4;
/** The allocated size: FILE_ALLOCATION_INFO. */
export const FileAllocationInfo = 5;
/** The size: FILE_END_OF_FILE_INFO. */
export const FileEndOfFileInfo = 6;
/** Attributes and the kind of reparse point: FILE_ATTRIBUTE_TAG_INFO. */
export const FileAttributeTagInfo = 9;
/** The sector sizes: FILE_STORAGE_INFO. */
export const FileStorageInfo = 16;
/** The alignment of memory: FILE_ALIGNMENT_INFO. */
export const FileAlignmentInfo = 17;
/** The identity: FILE_ID_INFO. */
export const FileIdInfo = 18;
/** In FILE_DISPOSITION_INFO_EX: deletion on close is set or cleared. */
export const FILE_DISPOSITION_FLAG_ON_CLOSE = 0x8;

// FILE_RENAME_INFO and MoveFileExW

/** A file of the new name is replaced. */
export const FILE_RENAME_FLAG_REPLACE_IF_EXISTS = 0x1;
/** A file is replaced even while it is open. */
export const FILE_RENAME_FLAG_POSIX_SEMANTICS = 0x2;
/** MoveFileExW replaces a file of the new name. */
export const MOVEFILE_REPLACE_EXISTING = 0x1;
/** MoveFileExW returns when the move is on the disk. */
export const MOVEFILE_WRITE_THROUGH = 0x8;

// GetVolumeInformationByHandleW: lpFileSystemFlags
// https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getvolumeinformationbyhandlew

/** Files can be compressed one by one. */
export const FILE_FILE_COMPRESSION = 0x10;
/** Files can be sparse. */
export const FILE_SUPPORTS_SPARSE_FILES = 0x40;
/** There may be reparse points, such as symbolic links. */
export const FILE_SUPPORTS_REPARSE_POINTS = 0x80;
/** A file can be deleted and replaced while others have it open. */
export const FILE_SUPPORTS_POSIX_UNLINK_RENAME = 0x400;
/** Files can be encrypted. */
export const FILE_SUPPORTS_ENCRYPTION = 0x0002_0000;
/** A file can have further streams, such as `name:stream`. */
export const FILE_NAMED_STREAMS = 0x0004_0000;
/** The volume cannot be written. */
export const FILE_READ_ONLY_VOLUME = 0x0008_0000;
/** Files can share their clusters. */
export const FILE_SUPPORTS_BLOCK_REFCOUNTING = 0x0800_0000;

// LockFileEx

/** Fails if the lock cannot be granted at once. */
export const LOCKFILE_FAIL_IMMEDIATELY = 1;
/** The lock excludes readers of the range, too. */
export const LOCKFILE_EXCLUSIVE_LOCK = 2;

// SetFileCompletionNotificationModes

/** The kernel queues no packet for an operation that succeeds at once. */
export const FILE_SKIP_COMPLETION_PORT_ON_SUCCESS = 1;
/** The kernel does not signal the handle itself. */
export const FILE_SKIP_SET_EVENT_ON_HANDLE = 2;

// Waiting

/** Waits without a time-out. */
export const INFINITE = 0xFFFF_FFFF;
/** The object was signalled. */
export const WAIT_OBJECT_0 = 0;

// Named pipes
// https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-createnamedpipew

/** The server reads. */
export const PIPE_ACCESS_INBOUND = 0x1;
/** The server writes. */
export const PIPE_ACCESS_OUTBOUND = 0x2;
/** The server reads and writes. */
export const PIPE_ACCESS_DUPLEX = 0x3;
/** Fails if the pipe already has an instance. */
export const FILE_FLAG_FIRST_PIPE_INSTANCE = 0x0008_0000;
/** The pipe carries bytes. */
export const PIPE_TYPE_BYTE = 0x0;
/** The pipe carries messages. */
export const PIPE_TYPE_MESSAGE = 0x4;
/** Reads return bytes. */
export const PIPE_READMODE_BYTE = 0x0;
/** Reads return messages. */
export const PIPE_READMODE_MESSAGE = 0x2;
/** Calls block. */
export const PIPE_WAIT = 0x0;
/** Calls do not block. */
export const PIPE_NOWAIT = 0x1;
/** The system rejects clients on other computers. */
export const PIPE_REJECT_REMOTE_CLIENTS = 0x8;
/** The number of instances has no limit but memory. */
export const PIPE_UNLIMITED_INSTANCES = 255;
/** Waits without a time-out. */
export const NMPWAIT_WAIT_FOREVER = 0xFFFF_FFFF;
/** Waits for the time-out that the server specified. */
export const NMPWAIT_USE_DEFAULT_WAIT = 0;

// VirtualAlloc and VirtualFree

/** Commits pages. */
export const MEM_COMMIT = 0x1000;
/** Reserves addresses. */
export const MEM_RESERVE = 0x2000;
/** Releases the whole reservation. */
export const MEM_RELEASE = 0x8000;
/** The pages cannot be accessed. */
export const PAGE_NOACCESS = 0x01;
/** The pages can be read. */
export const PAGE_READONLY = 0x02;
/** The pages can be read and written. */
export const PAGE_READWRITE = 0x04;

// FormatMessageW

/** Leaves placeholders such as %1 in the text. */
export const FORMAT_MESSAGE_IGNORE_INSERTS = 0x0200;
/** Searches the system's message tables. */
export const FORMAT_MESSAGE_FROM_SYSTEM = 0x1000;

// DuplicateHandle

/** Closes the source. */
export const DUPLICATE_CLOSE_SOURCE = 1;
/** The duplicate has the access of the source. */
export const DUPLICATE_SAME_ACCESS = 2;

// Control codes of DeviceIoControl
// https://learn.microsoft.com/windows/win32/fileio/volume-management-control-codes

/** Locks a volume. */
export const FSCTL_LOCK_VOLUME = 0x0009_0018;
/** Unlocks a volume. */
export const FSCTL_UNLOCK_VOLUME = 0x0009_001C;
/** Dismounts a volume. */
export const FSCTL_DISMOUNT_VOLUME = 0x0009_0020;
/** Lets reads and writes of a volume pass the end of its file system. */
export const FSCTL_ALLOW_EXTENDED_DASD_IO = 0x0009_0083;
/** Returns how a file is compressed: a u16, 0 if it is not. */
export const FSCTL_GET_COMPRESSION = 0x0009_003C;
/** Sets a reparse point. */
export const FSCTL_SET_REPARSE_POINT = 0x0009_00A4;
/** Returns a reparse point: REPARSE_DATA_BUFFER. */
export const FSCTL_GET_REPARSE_POINT = 0x0009_00A8;
/** Deletes a reparse point. */
export const FSCTL_DELETE_REPARSE_POINT = 0x0009_00AC;
/** Makes a file sparse. */
export const FSCTL_SET_SPARSE = 0x0009_00C4;
/** Fills a range of a file with zeros. */
export const FSCTL_SET_ZERO_DATA = 0x0009_80C8;
/** Returns the ranges of a file that have room: FILE_ALLOCATED_RANGE_BUFFERs. */
export const FSCTL_QUERY_ALLOCATED_RANGES = 0x0009_40CF;
/** Returns where on its disks a volume lies: VOLUME_DISK_EXTENTS. */
export const IOCTL_VOLUME_GET_VOLUME_DISK_EXTENTS = 0x0056_0000;
/** Returns the geometry and size of a disk: DISK_GEOMETRY_EX. */
export const IOCTL_DISK_GET_DRIVE_GEOMETRY_EX = 0x0007_00A0;
/** Returns the geometry of a disk: DISK_GEOMETRY. */
export const IOCTL_DISK_GET_DRIVE_GEOMETRY = 0x0007_0000;
/** Returns the length of a disk, volume or partition: GET_LENGTH_INFORMATION. */
export const IOCTL_DISK_GET_LENGTH_INFO = 0x0007_405C;
/** Returns a property of a device. The input is a STORAGE_PROPERTY_QUERY. */
export const IOCTL_STORAGE_QUERY_PROPERTY = 0x002D_1400;
