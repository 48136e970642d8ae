/**
 * Files that get another name, or none, by their handles.
 *
 * @module
 */
import type { Handle } from "../../ffi/handle.ts";
import { ERROR_ACCESS_DENIED } from "../errors/codes.ts";
import { isUnknownRequest } from "../errors/unknown_request.ts";
import { Win32Error } from "../errors/win32_error.ts";
import {
  FILE_RENAME_FLAG_POSIX_SEMANTICS,
  FILE_RENAME_FLAG_REPLACE_IF_EXISTS,
  FileDispositionInfo,
  FileRenameInfo,
} from "../win32/constants.ts";
import { FILE_RENAME_INFO } from "../win32/offsets.ts";
import { FileDispositionInfoEx, setInformation } from "./file_info.ts";
import { checkBoolean, settingsOf } from "./option_values.ts";

/** What becomes of a file that has the new name. */
export interface RenameOptions {
  /** Replaces it. @default {false} */
  readonly replace?: boolean | undefined;
}

/**
 * Returns whether a file of the new name is to be replaced.
 *
 * @throws {TypeError} If an option is unknown or has the wrong type.
 */
export function checkedReplace(options: RenameOptions): boolean {
  const { replace } = settingsOf("rename()", options, { replace: false });
  checkBoolean("replace", replace);
  return replace;
}

/** FILE_RENAME_INFO with flags, which headers before Windows 10 lack. */
const FileRenameInfoEx = 22;

/** In FILE_DISPOSITION_INFO_EX: the file is deleted. */
const FILE_DISPOSITION_FLAG_DELETE = 1;
/** In FILE_DISPOSITION_INFO_EX: its name goes with this handle, though others are open. */
const FILE_DISPOSITION_FLAG_POSIX_SEMANTICS = 2;

/**
 * Renames with POSIX semantics: a file of the new name is replaced even if it
 * is open, provided that deletion is shared.
 *
 * @param to The new path, absolute.
 * @returns The Win32 code, 0 if it succeeded.
 *
 * https://learn.microsoft.com/windows-hardware/drivers/ddi/ntifs/ns-ntifs-_file_rename_information
 */
export function renamePosix(
  handle: Handle,
  to: string,
  replace: boolean,
): number {
  const flags = FILE_RENAME_FLAG_POSIX_SEMANTICS |
    (replace ? FILE_RENAME_FLAG_REPLACE_IF_EXISTS : 0);
  return setInformation(handle, FileRenameInfoEx, renameInfo(to, flags));
}

/**
 * Renames, without POSIX semantics where these are not known.
 *
 * @param to The new path, absolute.
 * @throws {Win32Error} ERROR_ALREADY_EXISTS, ERROR_ACCESS_DENIED and others.
 */
export function renameFile(
  handle: Handle,
  path: string,
  to: string,
  replace: boolean,
): void {
  let code = renamePosix(handle, to, replace);
  if (isUnknownRequest(code)) {
    const info = renameInfo(to, replace ? 1 : 0);
    code = setInformation(handle, FileRenameInfo, info);
  }
  if (code !== 0) throw refused(code, path, `New name: '${to}'`);
}

/**
 * Deletes a file: its name goes when the handle is closed.
 *
 * https://learn.microsoft.com/windows-hardware/drivers/ddi/ntddk/ns-ntddk-_file_disposition_information_ex
 */
export function deleteFile(handle: Handle, path: string): void {
  const flags = FILE_DISPOSITION_FLAG_DELETE |
    FILE_DISPOSITION_FLAG_POSIX_SEMANTICS;
  const ex = Uint32Array.of(flags);
  let code = setInformation(handle, FileDispositionInfoEx, ex);
  if (isUnknownRequest(code)) {
    code = setInformation(handle, FileDispositionInfo, Uint8Array.of(1));
  }
  if (code !== 0) throw refused(code, path);
}

function refused(code: number, path: string, hint?: string): Win32Error {
  if (code === ERROR_ACCESS_DENIED) {
    hint = "The handle needs delete: true. A file that is read-only, or open " +
      "without sharing deletion, is neither replaced nor deleted.";
  }
  return new Win32Error("SetFileInformationByHandle", code, { path, hint });
}

/** Makes a FILE_RENAME_INFO. The first member is flags, or a BOOLEAN. */
function renameInfo(to: string, flags: number): DataView {
  const { size, FileNameLength, FileName } = FILE_RENAME_INFO;
  const length = 2 * to.length;
  const info = new DataView(new ArrayBuffer(size + length));
  info.setUint32(0, flags, true);
  info.setUint32(FileNameLength, length, true);
  for (let i = 0; i < to.length; i++) {
    info.setUint16(FileName + 2 * i, to.charCodeAt(i), true);
  }
  return info;
}
