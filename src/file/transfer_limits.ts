/**
 * How much one transfer may be, where the next one starts, and which codes end
 * it.
 *
 * @module
 */
import { ERROR_BROKEN_PIPE, ERROR_HANDLE_EOF } from "../errors/codes.ts";

/**
 * The most that one call is asked for. The parameter is a DWORD, and unbuffered
 * I/O takes less than 4 GiB by a page; 1 GiB is a whole number of sectors and
 * pages of any size.
 */
export const MAX_LENGTH: number = 2 ** 30;

/**
 * The most that is written to the end of a file by one call, in bytes, and the
 * most that is joined: what others append at the same time comes before or
 * behind it. It is not divided in a shortage of memory.
 */
export const MAX_WHOLE: number = 2 ** 26;

/** A shortage of memory makes transfers no smaller than this. */
export const MIN_LENGTH: number = 2 ** 16;

/**
 * The offset that appends: "To write to the end of file, specify both the
 * Offset and OffsetHigh members of the OVERLAPPED structure as 0xFFFFFFFF".
 * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-writefile
 */
export const END_OF_FILE = -1;

/** Where a transfer starts. Pipes and devices without offsets want 0. */
export type Offset = number | bigint;

/** Returns the offset of what follows the first `count` bytes. */
export function advance(offset: Offset, count: number): Offset {
  if (offset === END_OF_FILE) return offset;
  const next = Number(offset) + count;
  return typeof offset === "number" && Number.isSafeInteger(next)
    ? next
    : BigInt(offset) + BigInt(count);
}

/** Returns a smaller length that is still a whole number of sectors. */
export function halved(length: number): number {
  return Math.max(MIN_LENGTH, 2 ** Math.floor(Math.log2(length - 1)));
}

/** Whether a code is the end of a file, or of a pipe whose writer has gone. */
export function isEndOfFile(code: number): boolean {
  return code === ERROR_HANDLE_EOF || code === ERROR_BROKEN_PIPE;
}
