/**
 * The position of a file, beside the file pointer that the system has.
 *
 * @module
 */
import type { Handle } from "../../ffi/handle.ts";
import { FilePositionInformation } from "../../ffi/ntdll.ts";
import * as kernel32 from "../../ffi/prototypes.ts";
import { Win32Error } from "../errors/win32_error.ts";
import { queriedOf } from "../file/file_info.ts";
import type { Offset } from "../file/transfer_limits.ts";
import { FILE_BEGIN } from "../win32/constants.ts";

/**
 * The position of one file. The system moves its file pointer with every
 * transfer, also with one at an offset, after which the position is remembered
 * here until the pointer is moved back.
 */
export class FilePointer {
  /**
   * The offset of the next transfer without one; undefined if the system's file
   * pointer is there.
   */
  position: Offset | undefined;
  readonly #handle: Handle;
  readonly #path: string;

  /** Takes the handle, and what errors call its file. */
  constructor(handle: Handle, path: string) {
    this.#handle = handle;
    this.#path = path;
  }

  /** The position in bytes from the start. */
  get current(): Offset {
    return this.position ?? this.query();
  }

  /**
   * Returns where the system's file pointer is. SetFilePointerEx would move it
   * to there, which fails between the sectors of an unbuffered file, where a
   * read to the end leaves it: "an application can move the file pointer only to
   * sector-aligned positions".
   * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-setfilepointerex
   */
  query(): bigint {
    return queriedOf(this.#handle, FilePositionInformation, this.#path);
  }

  /** Readies the system's file pointer for a transfer at an offset, or at it. */
  prepare(at: Offset | undefined): void {
    if (at !== undefined) {
      this.position ??= this.query();
      return;
    }
    if (this.position === undefined) return;
    const distance = BigInt(this.position);
    if (!kernel32.SetFilePointerEx(this.#handle, distance, null, FILE_BEGIN)) {
      throw Win32Error.last("SetFilePointerEx", { path: this.#path });
    }
    this.position = undefined;
  }
}
