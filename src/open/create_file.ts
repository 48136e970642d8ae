/**
 * The call of CreateFileW.
 *
 * @module
 */
import * as kernel32 from "../../ffi/prototypes.ts";
import type { Handle } from "../../ffi/handle.ts";
import {
  ERROR_ACCESS_DENIED,
  ERROR_ALREADY_EXISTS,
  ERROR_INVALID_NAME,
  ERROR_SHARING_VIOLATION,
} from "../errors/codes.ts";
import { getLastWin32Error } from "../errors/last_error.ts";
import { Win32Error } from "../errors/win32_error.ts";
import {
  CREATE_NEW,
  DELETE,
  FILE_ATTRIBUTE_DIRECTORY,
  FILE_ATTRIBUTE_NORMAL,
  FILE_ATTRIBUTE_TEMPORARY,
  FILE_FLAG_BACKUP_SEMANTICS,
  FILE_FLAG_DELETE_ON_CLOSE,
  FILE_FLAG_NO_BUFFERING,
  FILE_FLAG_OPEN_REPARSE_POINT,
  FILE_FLAG_RANDOM_ACCESS,
  FILE_FLAG_SEQUENTIAL_SCAN,
  FILE_FLAG_WRITE_THROUGH,
  FILE_READ_DATA,
  FILE_SHARE_DELETE,
  FILE_SHARE_READ,
  FILE_SHARE_WRITE,
  GENERIC_READ,
  GENERIC_WRITE,
  INVALID_FILE_ATTRIBUTES,
  OPEN_ALWAYS,
  OPEN_EXISTING,
  SECURITY_ANONYMOUS,
  SECURITY_DELEGATION,
  SECURITY_IDENTIFICATION,
  SECURITY_IMPERSONATION,
  SECURITY_SQOS_PRESENT,
} from "../win32/constants.ts";
import { INVALID_HANDLE_VALUE } from "../win32/handle.ts";
import type { ImpersonationLevel, OpenSettings, ShareMode } from "./options.ts";

/** The arguments of CreateFileW that options amount to. */
export interface CreateFileArguments {
  /** dwDesiredAccess. */
  readonly access: number;
  /** dwShareMode. */
  readonly share: number;
  /** dwCreationDisposition. */
  readonly disposition: number;
  /** dwFlagsAndAttributes. */
  readonly flags: number;
}

/**
 * FILE_GENERIC_WRITE without FILE_WRITE_DATA, so that every write goes to the
 * end, and FILE_READ_DATA: LockFileEx wants "either the GENERIC_READ or
 * GENERIC_WRITE access right", of which this is enough.
 */
const APPEND_AND_LOCK = 0x0012_0115;

const SHARE: Readonly<Record<ShareMode, number>> = {
  read: FILE_SHARE_READ,
  write: FILE_SHARE_WRITE,
  delete: FILE_SHARE_DELETE,
};

const IMPERSONATION: Readonly<Record<ImpersonationLevel, number>> = {
  anonymous: SECURITY_ANONYMOUS,
  identification: SECURITY_IDENTIFICATION,
  impersonation: SECURITY_IMPERSONATION,
  delegation: SECURITY_DELEGATION,
};

const FILE_FLAGS = {
  directory: FILE_FLAG_BACKUP_SEMANTICS,
  writeThrough: FILE_FLAG_WRITE_THROUGH,
  unbuffered: FILE_FLAG_NO_BUFFERING,
  random: FILE_FLAG_RANDOM_ACCESS,
  sequential: FILE_FLAG_SEQUENTIAL_SCAN,
  deleteOnClose: FILE_FLAG_DELETE_ON_CLOSE,
} as const;

/** Translates settings into the arguments of CreateFileW. */
export function createFileArguments(
  settings: OpenSettings,
): CreateFileArguments {
  return {
    access: accessOf(settings),
    share: settings.share.reduce((bits, mode) => bits | SHARE[mode], 0),
    disposition: dispositionOf(settings),
    flags: flagsOf(settings),
  };
}

/**
 * Opens or creates a file. It is never emptied here.
 *
 * @param moreFlags FILE_FLAG_OVERLAPPED, or 0.
 * @throws {Win32Error} What CreateFileW reports.
 */
export function createFile(
  path: string,
  settings: OpenSettings,
  moreFlags: number,
): { handle: Handle; existed: boolean } {
  const { access, share, disposition, flags } = createFileArguments(settings);
  const security = settings.security ?? null;
  const call = (access: number) => {
    // CreateFileW leaves the last error as it is when it has nothing to report.
    kernel32.SetLastError(0);
    return kernel32.CreateFileW(
      path,
      access,
      share,
      security,
      disposition,
      (flags | moreFlags) >>> 0,
      null,
    );
  };
  let handle = call(access);
  if (handle === INVALID_HANDLE_VALUE && isReadingRefused(access)) {
    handle = call(access & ~FILE_READ_DATA);
  }
  const code = getLastWin32Error();
  if (handle === INVALID_HANDLE_VALUE) {
    const hint = hintFor(code, path, settings);
    throw new Win32Error("CreateFileW", code, { path, hint });
  }
  const existed = disposition === OPEN_EXISTING ||
    code === ERROR_ALREADY_EXISTS;
  return { handle, existed };
}

function accessOf(settings: OpenSettings): number {
  const { read, write, append, unbuffered } = settings;
  let access = settings.deleteOnClose || settings.delete ? DELETE : 0;
  if (read) access |= GENERIC_READ;
  if (write) access |= GENERIC_WRITE;
  if (append && !write) access |= APPEND_AND_LOCK;
  if (unbuffered && (write || append)) {
    // Part of a sector is written by reading the sector first.
    access |= GENERIC_READ | GENERIC_WRITE;
  }
  return access >>> 0;
}

/**
 * CREATE_ALWAYS and TRUNCATE_EXISTING are refused for hidden and for system
 * files, and would empty a file that then proves to be of no use.
 */
function dispositionOf({ create, createNew }: OpenSettings): number {
  if (createNew) return CREATE_NEW;
  return create ? OPEN_ALWAYS : OPEN_EXISTING;
}

/** What a pipe's server may do in the caller's name, as flags. */
export function impersonationFlags(level: ImpersonationLevel): number {
  return SECURITY_SQOS_PRESENT | IMPERSONATION[level];
}

function flagsOf(settings: OpenSettings): number {
  let flags = impersonationFlags(settings.impersonation);
  flags |= settings.temporary
    ? FILE_ATTRIBUTE_TEMPORARY
    : FILE_ATTRIBUTE_NORMAL;
  if (!settings.followLinks) flags |= FILE_FLAG_OPEN_REPARSE_POINT;
  for (const name of Object.keys(FILE_FLAGS) as (keyof typeof FILE_FLAGS)[]) {
    if (settings[name]) flags |= FILE_FLAGS[name];
  }
  return flags >>> 0;
}

/**
 * Whether a file that is only appended to may have been refused for the reading
 * that its locks need: its owner lets others write and not read it.
 */
function isReadingRefused(access: number): boolean {
  if ((access & ~DELETE) !== APPEND_AND_LOCK) return false;
  const code = getLastWin32Error();
  return code === ERROR_ACCESS_DENIED || code === ERROR_SHARING_VIOLATION;
}

/** What Windows does not say: why a path is refused. */
function hintFor(
  code: number,
  path: string,
  settings: OpenSettings,
): string | undefined {
  if (code === ERROR_SHARING_VIOLATION) {
    return "It is open elsewhere, and either that handle or share, which is " +
      `${JSON.stringify(settings.share)} here, excludes what the other does.`;
  }
  // deno-lint-ignore no-control-regex -- these are what is looked for
  if (code === ERROR_INVALID_NAME && /[\x01-\x1f]/.test(path)) {
    return "The path has control characters: in a string literal, a " +
      'backslash is written twice, as in "C:\\\\new".';
  }
  if (code !== ERROR_ACCESS_DENIED) return undefined;
  if (/^[\\/]{2}[^\\/]+[\\/]pipe[\\/]/i.test(path)) {
    return "The pipe's server does not allow this user, or only reads or only " +
      "writes: then open it for read or for write alone.";
  }
  const attributes = kernel32.GetFileAttributesW(path);
  const isDirectory = attributes !== INVALID_FILE_ATTRIBUTES &&
    (attributes & FILE_ATTRIBUTE_DIRECTORY) !== 0;
  return isDirectory
    ? "The path is that of a directory: directory: true opens it."
    : undefined;
}
