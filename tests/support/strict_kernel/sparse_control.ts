import {
  FILE_READ_DATA,
  FILE_WRITE_DATA,
  FSCTL_QUERY_ALLOCATED_RANGES,
  FSCTL_SET_SPARSE,
  FSCTL_SET_ZERO_DATA,
} from "../../../src/win32/constants.ts";
import type { DiskFile } from "./disk_file.ts";
import type { Operation, Result } from "./operation.ts";
import {
  STATUS_ACCESS_DENIED,
  STATUS_BUFFER_OVERFLOW,
  STATUS_BUFFER_TOO_SMALL,
  STATUS_FILE_LOCK_CONFLICT,
  STATUS_INVALID_DEVICE_REQUEST,
  STATUS_INVALID_PARAMETER,
} from "./status.ts";

/** What a sparse file of NTFS gives back room in. https://learn.microsoft.com/windows/win32/fileio/sparse-file-operations */
export const UNIT = 65_536;

/** The size of a FILE_ALLOCATED_RANGE_BUFFER. */
const RANGE = 16;

/** Answers the control codes of sparse files. */
export function sparseControl(file: DiskFile, operation: Operation): Result {
  const { open, flags, input = new Uint8Array(0) } = operation.request;
  switch (flags) {
    case FSCTL_SET_SPARSE: {
      // https://learn.microsoft.com/windows/win32/api/winioctl/ni-winioctl-fsctl_set_sparse
      if (!open.may(FILE_WRITE_DATA)) return ended(STATUS_ACCESS_DENIED);
      file.isSparse = input.length === 0 || input[0] !== 0;
      return ended(0);
    }
    case FSCTL_SET_ZERO_DATA: {
      // https://learn.microsoft.com/windows/win32/api/winioctl/ni-winioctl-fsctl_set_zero_data
      if (!open.may(FILE_WRITE_DATA)) return ended(STATUS_ACCESS_DENIED);
      const range = twoNumbers(input);
      if (range === undefined) return ended(STATUS_BUFFER_TOO_SMALL);
      const [start, end] = range;
      if (start < 0n || end < start) return ended(STATUS_INVALID_PARAMETER);
      if (file.locks.forbidsWrite(open, start, end - start)) {
        return ended(STATUS_FILE_LOCK_CONFLICT);
      }
      file.zero(Number(start), Number(end));
      return ended(0);
    }
    case FSCTL_QUERY_ALLOCATED_RANGES:
      return queryRanges(file, operation, twoNumbers(input));
    default:
      return ended(STATUS_INVALID_DEVICE_REQUEST);
  }
}

/** https://learn.microsoft.com/windows/win32/api/winioctl/ni-winioctl-fsctl_query_allocated_ranges */
function queryRanges(
  file: DiskFile,
  operation: Operation,
  query: readonly [bigint, bigint] | undefined,
): Result {
  const { open, length: room } = operation.request;
  if (!open.may(FILE_READ_DATA)) return ended(STATUS_ACCESS_DENIED);
  if (query === undefined) return ended(STATUS_BUFFER_TOO_SMALL);
  const [offset, length] = query;
  if (offset < 0n || length < 0n) return ended(STATUS_INVALID_PARAMETER);
  // NTFS "rounds down the input file offset", "rounds up the length to a convenient boundary", and the end of the file is none:
  // MS-FSCC 2.3.52, note 45. A file that is not sparse gives back what was asked for.
  const from = UNIT * Math.floor(Number(offset) / UNIT);
  const to = UNIT * Math.ceil(Number(offset + length) / UNIT);
  const all = file.isSparse
    ? file.ranges()
    : [[Number(offset), Number(offset + length)] as const];
  const numbers = all
    .map(([start, end]) => [Math.max(start, from), Math.min(end, to)] as const)
    .filter(([start, end]) => start < end)
    .flatMap(([start, end]) => [BigInt(start), BigInt(end - start)]);
  const fitting = Math.floor(room / RANGE);
  const bytes = new Uint8Array(BigInt64Array.from(numbers).buffer)
    .subarray(0, fitting * RANGE);
  if (fitting === 0 && numbers.length > 0) {
    return ended(STATUS_BUFFER_TOO_SMALL);
  }
  operation.put(bytes);
  const isPart = numbers.length > 2 * fitting;
  return { status: isPart ? STATUS_BUFFER_OVERFLOW : 0, count: bytes.length };
}

function twoNumbers(input: Uint8Array): readonly [bigint, bigint] | undefined {
  if (input.length < RANGE) return undefined;
  const view = new DataView(input.buffer, input.byteOffset, input.length);
  return [view.getBigInt64(0, true), view.getBigInt64(8, true)];
}

function ended(status: number): Result {
  return { status, count: 0 };
}
