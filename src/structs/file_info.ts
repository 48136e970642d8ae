import { array, bytes, type Struct, struct } from "../layout/mod.ts";
import { FILETIME } from "./numbers.ts";

/**
 * Times and attributes of a file (FileBasicInfo). Times are 100-nanosecond
 * steps since 1601 in UTC. SetFileInformationByHandle leaves a member of 0 as it is.
 *
 * @see https://learn.microsoft.com/windows/win32/api/winbase/ns-winbase-file_basic_info
 */
export interface FILE_BASIC_INFO {
  /** When the file was created. */
  CreationTime: bigint;
  /** When the file was last accessed. */
  LastAccessTime: bigint;
  /** When the file was last written. */
  LastWriteTime: bigint;
  /** When the file or its attributes last changed. */
  ChangeTime: bigint;
  /** The FILE_ATTRIBUTE_ flags. */
  FileAttributes: number;
}

/** The layout of {@linkcode FILE_BASIC_INFO}. */
export const FILE_BASIC_INFO: Struct<FILE_BASIC_INFO> = /* @__PURE__ */ struct({
  CreationTime: "i64",
  LastAccessTime: "i64",
  LastWriteTime: "i64",
  ChangeTime: "i64",
  FileAttributes: "u32",
});

/**
 * Sizes and links of a file (FileStandardInfo).
 *
 * @see https://learn.microsoft.com/windows/win32/api/winbase/ns-winbase-file_standard_info
 */
export interface FILE_STANDARD_INFO {
  /** The size that is allocated on the volume, in bytes. */
  AllocationSize: bigint;
  /** The size of the file in bytes. */
  EndOfFile: bigint;
  /** How many hard links lead to the file. */
  NumberOfLinks: number;
  /** Whether the system deletes the file when its last handle is closed. */
  DeletePending: boolean;
  /** Whether it is a directory. */
  Directory: boolean;
}

/** The layout of {@linkcode FILE_STANDARD_INFO}. */
export const FILE_STANDARD_INFO: Struct<FILE_STANDARD_INFO> =
  /* @__PURE__ */ struct({
    AllocationSize: "i64",
    EndOfFile: "i64",
    NumberOfLinks: "u32",
    DeletePending: "bool8",
    Directory: "bool8",
  });

/**
 * The full name of a file (FileNameInfo), relative to its volume. The name continues
 * behind the structure, without a NUL.
 *
 * @see https://learn.microsoft.com/windows/win32/api/winbase/ns-winbase-file_name_info
 */
export interface FILE_NAME_INFO {
  /** The length of the name in bytes. */
  FileNameLength: number;
  /** The first unit of the name. */
  FileName: number[];
}

/** The layout of {@linkcode FILE_NAME_INFO}. */
export const FILE_NAME_INFO: Struct<FILE_NAME_INFO> = /* @__PURE__ */ struct({
  FileNameLength: "u32",
  FileName: /* @__PURE__ */ array("u16", 1),
});

/**
 * Whether a file is to be deleted (FileDispositionInfo).
 *
 * @see https://learn.microsoft.com/windows/win32/api/winbase/ns-winbase-file_disposition_info
 */
export interface FILE_DISPOSITION_INFO {
  /** Whether the system deletes the file when its last handle is closed. */
  DeleteFile: boolean;
}

/** The layout of {@linkcode FILE_DISPOSITION_INFO}. */
export const FILE_DISPOSITION_INFO: Struct<FILE_DISPOSITION_INFO> =
  /* @__PURE__ */ struct({
    DeleteFile: "bool8",
  });

/**
 * A file's attributes and the kind of reparse point that it is
 * (FileAttributeTagInfo).
 *
 * @see https://learn.microsoft.com/windows/win32/api/winbase/ns-winbase-file_attribute_tag_info
 */
export interface FILE_ATTRIBUTE_TAG_INFO {
  /** The FILE_ATTRIBUTE_ flags. */
  FileAttributes: number;
  /** The reparse tag, if the attributes have FILE_ATTRIBUTE_REPARSE_POINT. */
  ReparseTag: number;
}

/** The layout of {@linkcode FILE_ATTRIBUTE_TAG_INFO}. */
export const FILE_ATTRIBUTE_TAG_INFO: Struct<FILE_ATTRIBUTE_TAG_INFO> =
  /* @__PURE__ */ struct({
    FileAttributes: "u32",
    ReparseTag: "u32",
  });

/**
 * The allocated size of a file (FileAllocationInfo). Setting one below the size of
 * the file shortens the file; a larger one does not extend it.
 *
 * @see https://learn.microsoft.com/windows/win32/api/winbase/ns-winbase-file_allocation_info
 */
export interface FILE_ALLOCATION_INFO {
  /** The size in bytes; the system rounds it up to whole clusters. */
  AllocationSize: bigint;
}

/** The layout of {@linkcode FILE_ALLOCATION_INFO}. */
export const FILE_ALLOCATION_INFO: Struct<FILE_ALLOCATION_INFO> =
  /* @__PURE__ */ struct({
    AllocationSize: "i64",
  });

/**
 * The size of a file (FileEndOfFileInfo), exact to the byte even where the handle
 * is unbuffered.
 *
 * @see https://learn.microsoft.com/windows/win32/api/winbase/ns-winbase-file_end_of_file_info
 */
export interface FILE_END_OF_FILE_INFO {
  /** The size in bytes. */
  EndOfFile: bigint;
}

/** The layout of {@linkcode FILE_END_OF_FILE_INFO}. */
export const FILE_END_OF_FILE_INFO: Struct<FILE_END_OF_FILE_INFO> =
  /* @__PURE__ */ struct({
    EndOfFile: "i64",
  });

/**
 * The identity of a file on this system (FileIdInfo).
 *
 * @see https://learn.microsoft.com/windows/win32/api/winbase/ns-winbase-file_id_info
 */
export interface FILE_ID_INFO {
  /** The serial number of the volume. */
  VolumeSerialNumber: bigint;
  /** The 16 bytes that identify the file on its volume. */
  FileId: Uint8Array;
}

/** The layout of {@linkcode FILE_ID_INFO}. */
export const FILE_ID_INFO: Struct<FILE_ID_INFO> = /* @__PURE__ */ struct({
  VolumeSerialNumber: "u64",
  FileId: /* @__PURE__ */ bytes(16),
});

/**
 * The output of GetFileInformationByHandle.
 *
 * @see https://learn.microsoft.com/windows/win32/api/fileapi/ns-fileapi-by_handle_file_information
 */
export interface BY_HANDLE_FILE_INFORMATION {
  /** The FILE_ATTRIBUTE_ flags. */
  dwFileAttributes: number;
  /** When the file was created. */
  ftCreationTime: FILETIME;
  /** When the file was last accessed. */
  ftLastAccessTime: FILETIME;
  /** When the file was last written. */
  ftLastWriteTime: FILETIME;
  /** The serial number of the volume. */
  dwVolumeSerialNumber: number;
  /** The high half of the size in bytes. */
  nFileSizeHigh: number;
  /** The low half of the size in bytes. */
  nFileSizeLow: number;
  /** How many hard links lead to the file. */
  nNumberOfLinks: number;
  /** The high half of the file's number on the volume. */
  nFileIndexHigh: number;
  /** The low half of the file's number on the volume. */
  nFileIndexLow: number;
}

/** The layout of {@linkcode BY_HANDLE_FILE_INFORMATION}. */
export const BY_HANDLE_FILE_INFORMATION: Struct<BY_HANDLE_FILE_INFORMATION> =
  /* @__PURE__ */ struct({
    dwFileAttributes: "u32",
    ftCreationTime: FILETIME,
    ftLastAccessTime: FILETIME,
    ftLastWriteTime: FILETIME,
    dwVolumeSerialNumber: "u32",
    nFileSizeHigh: "u32",
    nFileSizeLow: "u32",
    nNumberOfLinks: "u32",
    nFileIndexHigh: "u32",
    nFileIndexLow: "u32",
  });

/**
 * The new name of a file (FileRenameInfo, FileRenameInfoEx).
 *
 * @see https://learn.microsoft.com/windows/win32/api/winbase/ns-winbase-file_rename_info
 */
export interface FILE_RENAME_INFO {
  /** FILE_RENAME_FLAG_ values; a BOOLEAN for FileRenameInfo. */
  Flags: number;
  /** The folder that a relative name starts from; 0 for an absolute one. */
  RootDirectory: bigint;
  /** The length of the name in bytes. */
  FileNameLength: number;
  /** The first unit of the name. */
  FileName: number[];
}

/** The layout of {@linkcode FILE_RENAME_INFO}. */
export const FILE_RENAME_INFO: Struct<FILE_RENAME_INFO> =
  /* @__PURE__ */ struct({
    Flags: "u32",
    RootDirectory: "pointer",
    FileNameLength: "u32",
    FileName: /* @__PURE__ */ array("u16", 1),
  });
