import {
  type AlignedBuffer,
  type Handle,
  INVALID_HANDLE_VALUE,
  kernel32,
  Win32Error,
} from "../mod.ts";
import {
  FILE_FLAG_NO_BUFFERING,
  FILE_FLAG_OVERLAPPED,
  FILE_SHARE_READ,
  FILE_SHARE_WRITE,
  GENERIC_READ,
  GENERIC_WRITE,
  OPEN_EXISTING,
} from "../src/constants.ts";

/** How many pages a gather writes. */
export const PAGES = 16;

const PAGE = 4096;

/** Opens a file for the competitors that work on a bare handle. It is never closed: the process ends with the bench. */
export function openOverlapped(path: string): Handle {
  const handle = kernel32.CreateFileW(
    path,
    GENERIC_READ | GENERIC_WRITE,
    FILE_SHARE_READ | FILE_SHARE_WRITE,
    null,
    OPEN_EXISTING,
    FILE_FLAG_OVERLAPPED | FILE_FLAG_NO_BUFFERING,
    null,
  );
  if (handle === INVALID_HANDLE_VALUE) {
    throw Win32Error.last("CreateFileW", { path });
  }
  return handle;
}

/** Makes the segment array of a gather. The last page comes first. */
export function segmentsOf({ address }: AlignedBuffer): Uint8Array {
  const segments = new BigUint64Array(new ArrayBuffer(8 * (PAGES + 1)));
  for (let i = 0; i < PAGES; i++) {
    segments[i] = address + BigInt(PAGE * (PAGES - 1 - i));
  }
  return new Uint8Array(segments.buffer);
}
