/**
 * The functions of kernel32 that files call, each bound on its own: a bundler
 * leaves out those that a program does without.
 *
 * @module
 */
import type { Kernel32 } from "./kernel32.ts";
import { bind } from "./mod.ts";
import * as prototypes from "./prototypes.ts";

export const CancelIoEx: Kernel32["CancelIoEx"] = /* @__PURE__ */ bind(
  "CancelIoEx",
  prototypes.CancelIoEx,
);
export const CloseHandle: Kernel32["CloseHandle"] = /* @__PURE__ */ bind(
  "CloseHandle",
  prototypes.CloseHandle,
);
export const ConnectNamedPipe: Kernel32["ConnectNamedPipe"] =
  /* @__PURE__ */ bind("ConnectNamedPipe", prototypes.ConnectNamedPipe);
export const CreateEventW: Kernel32["CreateEventW"] = /* @__PURE__ */ bind(
  "CreateEventW",
  prototypes.CreateEventW,
);
export const CreateFileW: Kernel32["CreateFileW"] = /* @__PURE__ */ bind(
  "CreateFileW",
  prototypes.CreateFileW,
);
export const CreateIoCompletionPort: Kernel32["CreateIoCompletionPort"] =
  /* @__PURE__ */ bind(
    "CreateIoCompletionPort",
    prototypes.CreateIoCompletionPort,
  );
export const DeleteFileW: Kernel32["DeleteFileW"] = /* @__PURE__ */ bind(
  "DeleteFileW",
  prototypes.DeleteFileW,
);
export const DeviceIoControl: Kernel32["DeviceIoControl"] =
  /* @__PURE__ */ bind("DeviceIoControl", prototypes.DeviceIoControl);
export const FlushFileBuffers: Kernel32["FlushFileBuffers"] =
  /* @__PURE__ */ bind("FlushFileBuffers", prototypes.FlushFileBuffers);
export const FormatMessageW: Kernel32["FormatMessageW"] = /* @__PURE__ */ bind(
  "FormatMessageW",
  prototypes.FormatMessageW,
);
export const GetDiskFreeSpaceW: Kernel32["GetDiskFreeSpaceW"] =
  /* @__PURE__ */ bind("GetDiskFreeSpaceW", prototypes.GetDiskFreeSpaceW);
export const GetFileAttributesW: Kernel32["GetFileAttributesW"] =
  /* @__PURE__ */ bind("GetFileAttributesW", prototypes.GetFileAttributesW);
export const GetFileInformationByHandle:
  Kernel32["GetFileInformationByHandle"] = /* @__PURE__ */ bind(
    "GetFileInformationByHandle",
    prototypes.GetFileInformationByHandle,
  );
export const GetFileInformationByHandleEx:
  Kernel32["GetFileInformationByHandleEx"] = /* @__PURE__ */ bind(
    "GetFileInformationByHandleEx",
    prototypes.GetFileInformationByHandleEx,
  );
export const GetFileSizeEx: Kernel32["GetFileSizeEx"] = /* @__PURE__ */ bind(
  "GetFileSizeEx",
  prototypes.GetFileSizeEx,
);
export const GetFileType: Kernel32["GetFileType"] = /* @__PURE__ */ bind(
  "GetFileType",
  prototypes.GetFileType,
);
export const GetFullPathNameW: Kernel32["GetFullPathNameW"] =
  /* @__PURE__ */ bind("GetFullPathNameW", prototypes.GetFullPathNameW);
export const GetOverlappedResult: Kernel32["GetOverlappedResult"] =
  /* @__PURE__ */ bind("GetOverlappedResult", prototypes.GetOverlappedResult);
export const GetStdHandle: Kernel32["GetStdHandle"] = /* @__PURE__ */ bind(
  "GetStdHandle",
  prototypes.GetStdHandle,
);
export const GetVolumePathNameW: Kernel32["GetVolumePathNameW"] =
  /* @__PURE__ */ bind("GetVolumePathNameW", prototypes.GetVolumePathNameW);
export const LockFileEx: Kernel32["LockFileEx"] = /* @__PURE__ */ bind(
  "LockFileEx",
  prototypes.LockFileEx,
);
export const PostQueuedCompletionStatus:
  Kernel32["PostQueuedCompletionStatus"] = /* @__PURE__ */ bind(
    "PostQueuedCompletionStatus",
    prototypes.PostQueuedCompletionStatus,
  );
export const ReadFile: Kernel32["ReadFile"] = /* @__PURE__ */ bind(
  "ReadFile",
  prototypes.ReadFile,
);
export const ReadFileScatter: Kernel32["ReadFileScatter"] =
  /* @__PURE__ */ bind("ReadFileScatter", prototypes.ReadFileScatter);
export const SetFileCompletionNotificationModes:
  Kernel32["SetFileCompletionNotificationModes"] = /* @__PURE__ */ bind(
    "SetFileCompletionNotificationModes",
    prototypes.SetFileCompletionNotificationModes,
  );
export const SetFileInformationByHandle:
  Kernel32["SetFileInformationByHandle"] = /* @__PURE__ */ bind(
    "SetFileInformationByHandle",
    prototypes.SetFileInformationByHandle,
  );
export const SetFilePointerEx: Kernel32["SetFilePointerEx"] =
  /* @__PURE__ */ bind("SetFilePointerEx", prototypes.SetFilePointerEx);
export const SetFileValidData: Kernel32["SetFileValidData"] =
  /* @__PURE__ */ bind("SetFileValidData", prototypes.SetFileValidData);
export const SetLastError: Kernel32["SetLastError"] = /* @__PURE__ */ bind(
  "SetLastError",
  prototypes.SetLastError,
);
export const UnlockFileEx: Kernel32["UnlockFileEx"] = /* @__PURE__ */ bind(
  "UnlockFileEx",
  prototypes.UnlockFileEx,
);
export const VirtualAlloc: Kernel32["VirtualAlloc"] = /* @__PURE__ */ bind(
  "VirtualAlloc",
  prototypes.VirtualAlloc,
);
export const VirtualFree: Kernel32["VirtualFree"] = /* @__PURE__ */ bind(
  "VirtualFree",
  prototypes.VirtualFree,
);
export const WriteFile: Kernel32["WriteFile"] = /* @__PURE__ */ bind(
  "WriteFile",
  prototypes.WriteFile,
);
export const WriteFileGather: Kernel32["WriteFileGather"] =
  /* @__PURE__ */ bind("WriteFileGather", prototypes.WriteFileGather);
