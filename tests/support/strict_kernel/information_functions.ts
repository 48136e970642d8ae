import { Buffer } from "node:buffer";
import {
  FileAccessInformation,
  FileModeInformation,
  FilePositionInformation,
} from "../../../ffi/ntdll.ts";
import {
  DELETE,
  FILE_BEGIN,
  FILE_CURRENT,
  FILE_DISPOSITION_FLAG_ON_CLOSE,
  FILE_END,
  FILE_FLAG_DELETE_ON_CLOSE,
  FILE_SUPPORTS_POSIX_UNLINK_RENAME,
  FILE_WRITE_ATTRIBUTES,
  FILE_WRITE_DATA,
  FileAlignmentInfo,
  FileAllocationInfo,
  FileAttributeTagInfo,
  FileBasicInfo,
  FileDispositionInfo,
  FileEndOfFileInfo,
  FileRenameInfo,
  FileStandardInfo,
  FileStorageInfo,
} from "../../../src/win32/constants.ts";
import {
  ERROR_ACCESS_DENIED,
  ERROR_INVALID_FUNCTION,
  ERROR_INVALID_PARAMETER,
  ERROR_PRIVILEGE_NOT_HELD,
} from "../../../src/errors/codes.ts";
import { ERROR_NEGATIVE_SEEK } from "./constants.ts";
import { STATUS_INVALID_HANDLE } from "./status.ts";
import { FileDispositionInfoEx } from "../../../src/file/file_info.ts";
import { DiskFile } from "./disk_file.ts";
import { parsePath } from "./paths.ts";
import { fail, KernelViolation, Win32Failure } from "./failure.ts";
import type { KernelFunction, StrictKernel } from "./kernel.ts";
import { OpenFile } from "./open_file.ts";
import { writeText } from "./texts.ts";
import { u32 } from "./words.ts";

const ERROR_BAD_LENGTH = 24;

/** Milliseconds since 1970 as a FILETIME. */
const fileTime = (time: number) =>
  (BigInt(Math.floor(time)) + 11_644_473_600_000n) * 10_000n;

function diskFile(open: OpenFile): DiskFile {
  return open.target instanceof DiskFile
    ? open.target
    : fail(ERROR_INVALID_FUNCTION);
}

/** https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getfileinformationbyhandle */
function getInformation(
  kernel: StrictKernel,
  ...[handle, address]: bigint[]
): bigint {
  const file = diskFile(kernel.handles.get(handle!, OpenFile));
  const view = kernel.memory.view(address!, 52);
  view.setUint32(0, file.attributes, true);
  view.setBigUint64(4, fileTime(file.created), true);
  view.setBigUint64(12, fileTime(file.written), true);
  view.setBigUint64(20, fileTime(file.written), true);
  view.setUint32(28, file.volume.serial, true);
  view.setUint32(32, Math.floor(file.size / 2 ** 32), true);
  view.setUint32(36, file.size >>> 0, true);
  view.setUint32(40, 1, true);
  view.setUint32(44, 0x1_0000, true);
  view.setUint32(48, file.id, true);
  return 1n;
}

/** Writes one class of information, whose structure has so many bytes. */
interface InformationClass {
  readonly size: number;
  write(view: DataView, file: DiskFile): void;
}

/** https://learn.microsoft.com/windows/win32/api/minwinbase/ne-minwinbase-file_info_by_handle_class */
const CLASSES: Readonly<Record<number, InformationClass>> = {
  [FileBasicInfo]: {
    size: 40,
    write(view, file) {
      [file.created, file.written, file.written, file.written].forEach((
        time,
        index,
      ) => view.setBigInt64(8 * index, fileTime(time), true));
      view.setUint32(32, file.attributes, true);
    },
  },
  [FileStandardInfo]: {
    size: 24,
    write(view, file) {
      view.setBigInt64(0, BigInt(file.allocation), true);
      view.setBigInt64(8, BigInt(file.size), true);
      view.setUint32(16, file.deletePending ? 0 : 1, true);
      view.setUint8(20, file.deletePending ? 1 : 0);
      view.setUint8(21, 0);
    },
  },
  [FileAttributeTagInfo]: {
    size: 8,
    write(view, file) {
      view.setUint32(0, file.attributes, true);
      view.setUint32(4, 0, true);
    },
  },
  // https://learn.microsoft.com/windows/win32/api/winbase/ns-winbase-file_storage_info
  [FileStorageInfo]: {
    size: 28,
    write(view, { volume: { sector: { logical, physical } } }) {
      [logical, physical, physical, physical, 3, 0, 0].forEach((value, index) =>
        view.setUint32(4 * index, value, true)
      );
    },
  },
  [FileAlignmentInfo]: {
    size: 4,
    write: (view, { volume }) =>
      view.setUint32(0, volume.sector.logical - 1, true),
  },
};

function getInformationEx(
  kernel: StrictKernel,
  ...[handle, kind, address, length]: bigint[]
): bigint {
  const open = kernel.handles.get(handle!, OpenFile);
  const information = CLASSES[u32(kind!)];
  if (information === undefined) {
    throw new KernelViolation(
      `the strict kernel has no information of class ${u32(kind!)}`,
    );
  }
  const file = diskFile(open);
  if (u32(length!) < information.size) fail(ERROR_BAD_LENGTH);
  information.write(kernel.memory.view(address!, information.size), file);
  return 1n;
}

const FileRenameInfoEx = 22;
/** FILE_DISPOSITION_FLAG_DELETE | FILE_DISPOSITION_FLAG_POSIX_SEMANTICS */
const DELETE_NOW = 3;
const ERROR_NOT_SAME_DEVICE = 17;

/** https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-setfileinformationbyhandle */
function setInformation(
  kernel: StrictKernel,
  ...[handle, kind, address, length]: bigint[]
): bigint {
  const open = kernel.handles.get(handle!, OpenFile);
  const file = diskFile(open);
  const view = kernel.memory.view(address!, u32(length!));
  switch (u32(kind!)) {
    case FileEndOfFileInfo:
    case FileAllocationInfo: {
      // [MS-FSA] 2.1.5.15.1 and .4: FILE_WRITE_DATA, of which FILE_APPEND_DATA is no part
      if (!open.may(FILE_WRITE_DATA)) fail(ERROR_ACCESS_DENIED);
      if (view.byteLength < 8) fail(ERROR_BAD_LENGTH);
      const size = Number(view.getBigInt64(0, true));
      if (u32(kind!) === FileEndOfFileInfo) file.setEnd(size);
      else file.setAllocation(size);
      return 1n;
    }
    case FileDispositionInfo:
      if (!open.may(DELETE)) fail(ERROR_ACCESS_DENIED);
      file.volume.setDisposition(file, view.getUint8(0) !== 0);
      return 1n;
    case FileDispositionInfoEx: {
      // "… the system should set or clear the on-close state": https://learn.microsoft.com/windows-hardware/drivers/ddi/ntddk/ns-ntddk-_file_disposition_information_ex
      if (!open.may(DELETE)) fail(ERROR_ACCESS_DENIED);
      const { flags } = open.mode;
      if (view.getUint32(0, true) === DELETE_NOW) {
        if (file.volume.refusesPosix) fail(file.volume.refusesPosix);
        file.volume.setDisposition(file, true);
        return 1n;
      }
      if (
        view.getUint32(0, true) !== FILE_DISPOSITION_FLAG_ON_CLOSE ||
        (flags & FILE_FLAG_DELETE_ON_CLOSE) === 0
      ) fail(ERROR_INVALID_PARAMETER);
      open.mode = { ...open.mode, flags: flags & ~FILE_FLAG_DELETE_ON_CLOSE };
      return 1n;
    }
    case FileRenameInfo:
    case FileRenameInfoEx: {
      if (!open.may(DELETE)) fail(ERROR_ACCESS_DENIED);
      const isPosix = u32(kind!) === FileRenameInfoEx;
      if (isPosix && file.volume.refusesPosix) fail(file.volume.refusesPosix);
      const length = view.getUint32(16, true);
      if (view.byteLength < 20 + length) fail(ERROR_BAD_LENGTH);
      const name = Buffer.from(view.buffer, view.byteOffset + 20, length);
      const path = parsePath(name.toString("utf16le"));
      if (path.kind !== "file") return fail(ERROR_INVALID_PARAMETER);
      if (kernel.names.volumes.get(path.drive) !== file.volume) {
        fail(ERROR_NOT_SAME_DEVICE);
      }
      // A BOOLEAN without flags; with them, FILE_RENAME_FLAG_REPLACE_IF_EXISTS is the lowest bit.
      const replaces = (view.getUint32(0, true) & 1) !== 0;
      file.volume.rename(file, path.path, { replaces, isPosix });
      return 1n;
    }
    case FileBasicInfo:
      if (!open.may(FILE_WRITE_ATTRIBUTES)) fail(ERROR_ACCESS_DENIED);
      // Zero leaves the attributes as they are: https://learn.microsoft.com/windows/win32/api/winbase/ns-winbase-file_basic_info
      if (view.getUint32(32, true) !== 0) {
        file.attributes = view.getUint32(32, true);
      }
      return 1n;
    default:
      throw new KernelViolation(
        `the strict kernel sets no information of class ${u32(kind!)}`,
      );
  }
}

/** https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-setfilepointerex */
function setPointer(
  kernel: StrictKernel,
  ...[handle, distance, result, method]: bigint[]
): bigint {
  const open = kernel.handles.get(handle!, OpenFile);
  // A device without offsets has no file pointer, nor has a handle for overlapped I/O: the page above.
  if (!open.target.seeks || open.mode.overlapped) {
    throw new KernelViolation(
      "SetFilePointerEx on a handle that has no file pointer",
    );
  }
  const size = open.target instanceof DiskFile ? open.target.size : 0;
  const bases: Readonly<Record<number, number>> = {
    [FILE_BEGIN]: 0,
    [FILE_CURRENT]: open.position,
    [FILE_END]: size,
  };
  const base = bases[u32(method!)] ?? fail(ERROR_INVALID_PARAMETER);
  const position = base + Number(BigInt.asIntN(64, distance!));
  if (position < 0) fail(ERROR_NEGATIVE_SEEK);
  // With FILE_FLAG_NO_BUFFERING, only to whole sectors: the page above.
  const isFixed = open.mode.unbuffered && open.target instanceof DiskFile;
  if (
    isFixed && position % (open.target as DiskFile).volume.sector.logical !== 0
  ) fail(ERROR_INVALID_PARAMETER);
  open.position = position;
  if (result !== 0n) {
    kernel.memory.view(result!, 8).setBigInt64(0, BigInt(position), true);
  }
  return 1n;
}

/** https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-setfilevaliddata */
function setValidData(
  kernel: StrictKernel,
  ...[handle, length]: bigint[]
): bigint {
  const open = kernel.handles.get(handle!, OpenFile);
  if (!open.may(FILE_WRITE_DATA)) fail(ERROR_ACCESS_DENIED);
  if (!kernel.rules.managesVolumes) fail(ERROR_PRIVILEGE_NOT_HELD);
  diskFile(open).setValidData(Number(BigInt.asIntN(64, length!)));
  return 1n;
}

/** What NTFS says of itself since Windows 10 1709, which has FILE_SUPPORTS_POSIX_UNLINK_RENAME. */
const NTFS_FLAGS = 0x03E7_06FF;

/** https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getvolumeinformationbyhandlew */
function getVolumeInformation(
  kernel: StrictKernel,
  ...[handle, name, nameSize, serial, longest, flags, system, systemSize]:
    bigint[]
): bigint {
  const { volume } = diskFile(kernel.handles.get(handle!, OpenFile));
  const put = (address: bigint, value: number) => {
    if (address !== 0n) {
      kernel.memory.view(address, 4).setUint32(0, value, true);
    }
  };
  put(serial!, volume.serial);
  put(longest!, 255);
  const posix = volume.refusesPosix ? FILE_SUPPORTS_POSIX_UNLINK_RENAME : 0;
  put(flags!, NTFS_FLAGS & ~posix);
  for (
    const [address, size, text] of [
      [name!, nameSize!, "Data"],
      [system!, systemSize!, "NTFS"],
    ] as const
  ) {
    if (address === 0n) continue;
    if (u32(size) <= text.length) fail(ERROR_BAD_LENGTH);
    writeText(kernel.memory, address, text);
  }
  return 1n;
}

/** https://learn.microsoft.com/windows-hardware/drivers/ddi/ntifs/nf-ntifs-ntqueryinformationfile */
function queryInformation(
  kernel: StrictKernel,
  ...[handle, , address, length, kind]: bigint[]
): bigint {
  let open: OpenFile;
  try {
    open = kernel.handles.get(handle!, OpenFile);
  } catch (error) {
    if (error instanceof Win32Failure) return BigInt(STATUS_INVALID_HANDLE);
    throw error;
  }
  const { access, overlapped, unbuffered } = open.mode;
  const view = kernel.memory.view(address!, u32(length!));
  switch (u32(kind!)) {
    case FileAccessInformation:
      view.setUint32(0, access, true);
      break;
    case FilePositionInformation:
      if (overlapped) {
        throw new KernelViolation(
          "a handle for overlapped I/O has no position",
        );
      }
      view.setBigInt64(0, BigInt(open.position), true);
      break;
    case FileModeInformation: {
      const mode = (unbuffered ? 0x08 : 0) | (overlapped ? 0 : 0x20);
      view.setUint32(0, mode, true);
      break;
    }
    default:
      throw new KernelViolation(
        `the strict kernel has no file information ${u32(kind!)}`,
      );
  }
  return 0n;
}

export const informationFunctions: Readonly<Record<string, KernelFunction>> = {
  GetFileInformationByHandle: getInformation,
  GetFileInformationByHandleEx: getInformationEx,
  GetFileSizeEx(kernel, handle, address) {
    const { size } = diskFile(kernel.handles.get(handle!, OpenFile));
    kernel.memory.view(address!, 8).setBigInt64(0, BigInt(size), true);
    return 1n;
  },
  GetFileType: (kernel, handle) =>
    BigInt(kernel.handles.get(handle!, OpenFile).target.type),
  GetVolumeInformationByHandleW: getVolumeInformation,
  NtQueryInformationFile: queryInformation,
  SetEndOfFile(kernel, handle) {
    const open = kernel.handles.get(handle!, OpenFile);
    if (!open.may(FILE_WRITE_DATA)) fail(ERROR_ACCESS_DENIED);
    diskFile(open).setEnd(open.position);
    return 1n;
  },
  SetFileInformationByHandle: setInformation,
  SetFilePointerEx: setPointer,
  SetFileValidData: setValidData,
};
