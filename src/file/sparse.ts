/**
 * Sparse files: what control codes ask for and answer. Only steps: the caller
 * sends the codes, synchronously or not.
 *
 * @module
 */
import { Win32Error } from "../errors/win32_error.ts";
import {
  FSCTL_QUERY_ALLOCATED_RANGES,
  FSCTL_SET_SPARSE,
  FSCTL_SET_ZERO_DATA,
} from "../win32/constants.ts";
import { FILE_ALLOCATED_RANGE_BUFFER } from "../win32/offsets.ts";
import { checkOffset } from "./arguments.ts";
import type { ControlRequest } from "./control.ts";
import { toExactCount } from "./file_info.ts";
import { checkBoolean } from "./option_values.ts";

/** What a file system answered. */
export interface ControlAnswer {
  readonly bytes: Uint8Array;
  /** Whether there is more than fitted. */
  readonly isPart: boolean;
}

/** Returns the part of an answer that did not fit, or throws the error. */
export function partialAnswer(error: unknown): ControlAnswer {
  if (!(error instanceof Win32Error) || error.output === undefined) throw error;
  return { bytes: error.output, isPart: true };
}

/** A range of bytes of a file. */
export interface FileRange {
  /** The offset of the first byte. */
  start: number;
  /** The offset behind the last byte. */
  end: number;
}

/** Codes to send, each of which is answered with its output. */
export type ControlSteps<T> = Generator<ControlRequest, T, ControlAnswer>;

/** How many ranges one answer holds. */
const RANGES_AT_ONCE = 256;

/**
 * Makes a file sparse, or no longer.
 *
 * @throws {TypeError} If `sparse` is not a boolean.
 */
export function setSparseRequest(sparse: boolean): ControlRequest {
  checkBoolean("sparse", sparse);
  const input = Uint8Array.of(sparse ? 1 : 0);
  return { code: FSCTL_SET_SPARSE, input, output: undefined };
}

/**
 * Fills a range with zeros.
 *
 * @throws {TypeError} If an offset is no number.
 * @throws {RangeError} If it is out of range, or the end before the start.
 */
export function zeroRangeRequest(
  start: number | bigint,
  end: number | bigint,
): ControlRequest {
  checkRange(start, end);
  const input = asRange(BigInt(start), BigInt(end));
  return { code: FSCTL_SET_ZERO_DATA, input, output: undefined };
}

/** Checks a range. */
export function checkRange(
  start: number | bigint,
  end: number | bigint,
): void {
  checkOffset("start", start);
  checkOffset("end", end);
  if (end >= start) return;
  throw new RangeError(
    `end must not be before start: got ${end}, with start ${start}`,
  );
}

/**
 * Finds the ranges that have room on the volume. An answer that does not hold
 * all of them is continued behind its last one.
 *
 * NTFS rounds what it is asked for to units of its own, so that the first and
 * the last range may begin before and end behind it, and behind the file.
 * https://learn.microsoft.com/openspecs/windows_protocols/ms-fscc/f413dfc4-31d3-4d68-8d87-bd86ba896afd
 */
export function* allocatedRangesSteps(
  start: number | bigint,
  end: number | bigint,
): ControlSteps<FileRange[]> {
  const { size, FileOffset, Length } = FILE_ALLOCATED_RANGE_BUFFER;
  const ranges: FileRange[] = [];
  const first = BigInt(start);
  const to = BigInt(end);
  let from = first;
  while (from < to) {
    const { bytes, isPart } = yield {
      code: FSCTL_QUERY_ALLOCATED_RANGES,
      input: asRange(from, to - from),
      output: new Uint8Array(RANGES_AT_ONCE * size),
    };
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0; at + size <= bytes.length; at += size) {
      const offset = view.getBigInt64(at + FileOffset, true);
      from = offset + view.getBigInt64(at + Length, true);
      append(
        ranges,
        offset < first ? first : offset,
        from < to ? from : to,
      );
    }
    if (!isPart || bytes.length < size) break;
  }
  return ranges;
}

/** Adds a range, which may be empty or continue the last one. */
function append(ranges: FileRange[], first: bigint, behind: bigint): void {
  if (first >= behind) return;
  const start = toExactCount(first, "An offset");
  const end = toExactCount(behind, "An offset");
  const last = ranges.at(-1);
  if (last?.end === start) last.end = end;
  else ranges.push({ start, end });
}

/** Two numbers of 64 bits, which these codes take. */
function asRange(first: bigint, second: bigint): Uint8Array<ArrayBuffer> {
  return new Uint8Array(BigInt64Array.of(first, second).buffer);
}
