import {
  type Handle,
  INVALID_HANDLE_VALUE,
  kernel32,
  Win32Error,
} from "../mod.ts";

const GENERIC_READ_WRITE = 0xC000_0000;
const SHARE_ALL = 7;
const OPEN_EXISTING = 3;
const FILE_BEGIN = 0;

/** Opens a file for the competitors that work on a bare handle. It is never closed: the process ends with the bench. */
export function openHandle(path: string): Handle {
  const handle = kernel32.CreateFileW(
    path,
    GENERIC_READ_WRITE,
    SHARE_ALL,
    null,
    OPEN_EXISTING,
    0,
    null,
  );
  if (handle === INVALID_HANDLE_VALUE) {
    throw Win32Error.last("CreateFileW", { path });
  }
  return handle;
}

/** Moves a file pointer to the start. */
export function rewindHandle(handle: Handle): void {
  if (!kernel32.SetFilePointerEx(handle, 0n, null, FILE_BEGIN)) {
    throw Win32Error.last("SetFilePointerEx");
  }
}
