import {
  CREATE_ALWAYS,
  CREATE_NEW,
  DELETE,
  FILE_ATTRIBUTE_DIRECTORY,
  FILE_ATTRIBUTE_NORMAL,
  FILE_FLAG_DELETE_ON_CLOSE,
  FILE_FLAG_NO_BUFFERING,
  FILE_FLAG_OVERLAPPED,
  FILE_READ_ATTRIBUTES,
  FILE_SHARE_DELETE,
  FILE_WRITE_DATA,
  GENERIC_ALL,
  GENERIC_EXECUTE,
  GENERIC_READ,
  GENERIC_WRITE,
  MOVEFILE_REPLACE_EXISTING,
  OPEN_ALWAYS,
  SYNCHRONIZE,
  TRUNCATE_EXISTING,
} from "../../../src/win32/constants.ts";
import {
  ERROR_ALREADY_EXISTS,
  ERROR_FILE_NOT_FOUND,
  ERROR_INVALID_PARAMETER,
  ERROR_PATH_NOT_FOUND,
  ERROR_SHARING_VIOLATION,
} from "../../../src/errors/codes.ts";
import { DiskFile } from "./disk_file.ts";
import { fail, KernelViolation } from "./failure.ts";
import type { KernelFunction, StrictKernel } from "./kernel.ts";
import { OpenFile, type OpenMode, type Target } from "./open_file.ts";
import { fullPath, parsePath, type PathName } from "./paths.ts";
import { readSecurity } from "./process.ts";
import { readText, writeText } from "./texts.ts";
import type { Volume } from "./volume.ts";
import { u32 } from "./words.ts";

/** https://learn.microsoft.com/windows/win32/fileio/file-security-and-access-rights */
const GENERIC = [
  [GENERIC_READ, 0x0012_0089],
  [GENERIC_WRITE, 0x0012_0116],
  [GENERIC_EXECUTE, 0x0012_00A0],
  [GENERIC_ALL, 0x001F_01FF],
] as const;

/** Opens a target, and gives it a handle. */
export function openTarget(
  kernel: StrictKernel,
  target: Target,
  mode: OpenMode,
): bigint {
  const open = new OpenFile(target, mode, (open) => {
    const pending = kernel.io.pending.on(open);
    if (pending.length === 0) return;
    if (!kernel.rules.closesWithPending) {
      throw new KernelViolation(
        `a handle is closed while ${pending[0]!.name} is pending on it`,
      );
    }
    kernel.io.cancel(open, 0n);
  });
  if (target instanceof DiskFile) target.opens.add(open);
  return kernel.handles.open(open);
}

/** What a string in memory names. An empty one: test_CreateFileW in Wine's dlls/kernel32/tests/file.c. */
function pathAt(kernel: StrictKernel, address: bigint): PathName {
  const text = readText(kernel.memory, address);
  return text === "" ? fail(ERROR_PATH_NOT_FOUND) : parsePath(text);
}

function createFile(kernel: StrictKernel, ...words: bigint[]): bigint {
  const [name, access, share, attributes, disposition, flags] = words;
  const mode = openMode(u32(access!), u32(share!), u32(flags!));
  const how = u32(disposition!);
  if (how < CREATE_NEW || how > TRUNCATE_EXISTING) {
    fail(ERROR_INVALID_PARAMETER);
  }
  const path = pathAt(kernel, name!);
  if (path.kind === "device") {
    const device = kernel.names.devices.get(path.name) ??
      fail(ERROR_FILE_NOT_FOUND);
    return openTarget(kernel, device.open(mode, kernel.process, how), mode);
  }
  // TRUNCATE_EXISTING wants GENERIC_WRITE: sdk CreateFileW
  if (how === TRUNCATE_EXISTING && (mode.access & FILE_WRITE_DATA) === 0) {
    fail(ERROR_INVALID_PARAMETER);
  }
  const { file, existed } = volumeOf(kernel, path.drive).open(
    path.path,
    mode,
    how,
  );
  // The descriptor is that of a file that is created: sdk CreateFileW
  if (!existed && attributes !== 0n && hasDescriptor(kernel, attributes!)) {
    file.security = readSecurity(kernel.memory, attributes!);
  }
  // The last error says whether the file was there: sdk CreateFileW
  if (how === CREATE_ALWAYS || how === OPEN_ALWAYS) {
    kernel.thread.lastError = existed ? ERROR_ALREADY_EXISTS : 0;
  }
  return openTarget(kernel, file, mode);
}

function hasDescriptor(kernel: StrictKernel, attributes: bigint): boolean {
  return kernel.memory.view(attributes, 24).getBigUint64(8, true) !== 0n;
}

function openMode(desired: number, share: number, flags: number): OpenMode {
  let access = desired;
  for (const [generic, rights] of GENERIC) {
    if ((desired & generic) !== 0) access = access & ~generic | rights;
  }
  // CreateFileW asks for these by itself: ReactOS kernel32/client/file/create.c
  access |= SYNCHRONIZE | FILE_READ_ATTRIBUTES;
  if (flags & FILE_FLAG_DELETE_ON_CLOSE) access |= DELETE;
  return {
    access,
    share,
    flags,
    overlapped: (flags & FILE_FLAG_OVERLAPPED) !== 0,
    unbuffered: (flags & FILE_FLAG_NO_BUFFERING) !== 0,
  };
}

function volumeOf(kernel: StrictKernel, drive: string): Volume {
  return kernel.names.volumes.get(drive) ?? fail(ERROR_PATH_NOT_FOUND);
}

function getFileAttributes(kernel: StrictKernel, name: bigint): bigint {
  const path = pathAt(kernel, name);
  if (path.kind === "device") return fail(ERROR_INVALID_PARAMETER);
  const found = volumeOf(kernel, path.drive).find(path.path) ??
    fail(ERROR_FILE_NOT_FOUND);
  return BigInt(
    found === "folder"
      ? FILE_ATTRIBUTE_DIRECTORY
      : found.attributes || FILE_ATTRIBUTE_NORMAL,
  );
}

/** https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getfullpathnamew */
function getFullPathName(
  kernel: StrictKernel,
  ...[name, capacity, buffer]: bigint[]
): bigint {
  const full = fullPath(readText(kernel.memory, name!));
  if (full.length + 1 > u32(capacity!)) return BigInt(full.length + 1);
  writeText(kernel.memory, buffer!, full);
  return BigInt(full.length);
}

/** https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getvolumepathnamew */
function getVolumePathName(
  kernel: StrictKernel,
  ...[name, buffer]: bigint[]
): bigint {
  const path = pathAt(kernel, name!);
  if (path.kind === "device") return fail(ERROR_INVALID_PARAMETER);
  writeText(kernel.memory, buffer!, `${path.drive}\\`);
  return 1n;
}

/** https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getdiskfreespacew */
function getDiskFreeSpace(
  kernel: StrictKernel,
  root: bigint,
  ...results: bigint[]
): bigint {
  const drive = root === 0n ? "C:\\" : readText(kernel.memory, root);
  // A trailing backslash is required: the page above.
  if (!/^[a-z]:\\$/i.test(drive)) fail(ERROR_INVALID_PARAMETER);
  const { sector, cluster, free, size } = volumeOf(
    kernel,
    drive.slice(0, 2).toUpperCase(),
  );
  const values = [
    cluster / sector.logical,
    sector.logical,
    Math.floor(free / cluster),
    Math.floor(size / cluster),
  ];
  values.forEach((value, index) => {
    const address = results[index]!;
    if (address !== 0n) {
      kernel.memory.view(address, 4).setUint32(0, value, true);
    }
  });
  return 1n;
}

/** https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-movefileexw */
function moveFile(
  kernel: StrictKernel,
  ...[from, to, flags]: bigint[]
): bigint {
  const [source, target] = [pathAt(kernel, from!), pathAt(kernel, to!)];
  if (source.kind === "device" || target.kind === "device") {
    return fail(ERROR_FILE_NOT_FOUND);
  }
  if ((u32(flags!) & MOVEFILE_COPY_ALLOWED) !== 0) {
    throw new KernelViolation(
      "a file that is moved by a copy is not replaced as a whole",
    );
  }
  const file = volumeOf(kernel, source.drive).find(source.path);
  if (file === undefined || file === "folder") {
    return fail(ERROR_FILE_NOT_FOUND);
  }
  // Whoever has it open must share its deletion.
  if ([...file.opens].some(({ mode }) => !(mode.share & FILE_SHARE_DELETE))) {
    fail(ERROR_SHARING_VIOLATION);
  }
  const replaces = (u32(flags!) & MOVEFILE_REPLACE_EXISTING) !== 0;
  file.volume.rename(file, target.path, { replaces, isPosix: false });
  return 1n;
}

const MOVEFILE_COPY_ALLOWED = 2;

export const fileFunctions: Readonly<Record<string, KernelFunction>> = {
  CreateFileW: createFile,
  CloseHandle(kernel, handle) {
    kernel.handles.close(handle!);
    return 1n;
  },
  DeleteFileW(kernel, name) {
    const path = pathAt(kernel, name!);
    if (path.kind === "device") return fail(ERROR_FILE_NOT_FOUND);
    volumeOf(kernel, path.drive).delete(path.path);
    return 1n;
  },
  MoveFileExW: moveFile,
  GetDiskFreeSpaceW: getDiskFreeSpace,
  GetFileAttributesW: getFileAttributes,
  GetFullPathNameW: getFullPathName,
  GetVolumePathNameW: getVolumePathName,
};
