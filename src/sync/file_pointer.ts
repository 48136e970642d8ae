/**
 * The position of a file, beside the file pointer that the system has.
 *
 * @module
 */
import type { Handle } from "../../ffi/handle.ts";
import * as kernel32 from "../../ffi/prototypes.ts";
import { Win32Error } from "../errors/win32_error.ts";
import type { Offset } from "../file/transfer_limits.ts";
import { FILE_BEGIN, FILE_CURRENT } from "../win32/constants.ts";

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
  position: number | undefined;
  readonly #handle: Handle;
  readonly #path: string;

  /** Takes the handle, and what errors call its file. */
  constructor(handle: Handle, path: string) {
    this.#handle = handle;
    this.#path = path;
  }

  /** The position in bytes from the start. */
  get current(): number {
    return this.position ?? this.query();
  }

  /** Moves the system's file pointer, by nothing unless told, and returns it. */
  query(distance: number = 0): number {
    const position = new BigInt64Array(1);
    const by = BigInt(distance);
    if (!kernel32.SetFilePointerEx(this.#handle, by, position, FILE_CURRENT)) {
      throw Win32Error.last("SetFilePointerEx", { path: this.#path });
    }
    return Number(position[0]);
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
