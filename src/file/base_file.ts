/**
 * What files have in common, however they are read and written.
 *
 * @module
 */
import * as kernel32 from "../../ffi/prototypes.ts";
import { checkOffset } from "./arguments.ts";
import { FileClosedError, Win32Error } from "../errors/win32_error.ts";
import {
  type FileStat,
  reserveAllocation,
  setEndOfFile,
  sizeOf,
  statOf,
} from "./file_info.ts";
import { type LockRange, unlockArguments, unlockRange } from "./lock.ts";
import { printAs } from "./inspection.ts";
import { appendsOnlySizeError, type FileMode } from "./mode.ts";
import { fileClosed, fileOpened, type Port } from "./open_files.ts";
import type { Handle } from "../../ffi/handle.ts";
import { absolutePath, type FileUrl, toWin32Path } from "./path.ts";
import {
  checkedReplace,
  deleteFile,
  renameFile,
  type RenameOptions,
} from "./rename.ts";
import { type SectorSize, sectorSizeOf } from "./sector_size.ts";
import type { TakenHandle } from "./taken_handle.ts";

/**
 * An open file, pipe, volume or device: all but reading and writing.
 *
 * The garbage collector closes the handle of a file that can no longer be
 * reached, at a time of its own choosing, unless the file was made with
 * `owned: false`: then the handle stays open.
 */
export abstract class BaseFile {
  /** The path that the file was opened with. */
  readonly path: string;
  /** Whether the file closes its handle. */
  readonly owned: boolean;
  readonly #taken: TakenHandle;
  #sectorSize: SectorSize | undefined;
  #open = true;

  /**
   * Takes a handle.
   *
   * @param taken The handle, and what is known of it.
   * @param port What the handle is bound to, if it is.
   *
   * @internal
   */
  protected constructor(
    taken: TakenHandle,
    port?: Port,
  ) {
    this.#sectorSize = taken.sector;
    const { handle, owned } = taken;
    this.path = taken.path;
    this.owned = owned;
    this.#taken = taken;
    fileOpened(this, { handle, owned, port });
    printFiles();
  }

  /**
   * The handle, for the functions of the raw layer. A handle that the file
   * owns may be closed once the file is dropped: hold the file while using it.
   *
   * @throws {FileClosedError} If the file has been closed: its number may by
   * now be that of another handle.
   */
  get handle(): Handle {
    if (!this.#open) throw new FileClosedError("get handle", this.path);
    return this.#taken.handle;
  }

  /** What the file is open for. */
  get mode(): FileMode {
    return this.#taken.mode;
  }

  /** Whether the file has been closed. */
  get closed(): boolean {
    return !this.#open;
  }

  /**
   * Sets the size. What is added reads as zeros, what is cut off is gone; the
   * position stays.
   *
   * @param size The size in bytes.
   * @throws {TypeError} If the size is no number, or the file is open with
   * `append: true` alone.
   * @throws {RangeError} If the size is out of range.
   * @throws {Win32Error} ERROR_DISK_FULL, ERROR_USER_MAPPED_FILE,
   * ERROR_ACCESS_DENIED and others.
   *
   * @see https://learn.microsoft.com/windows/win32/api/winbase/ns-winbase-file_end_of_file_info
   *
   * @example Empty a file
   * ```ts
   * import { openSync } from "@kernel32/io";
   *
   * using file = openSync("size.tmp", {
   *   write: true,
   *   create: true,
   *   deleteOnClose: true,
   * });
   * file.truncate(1000);
   * file.truncate();
   * console.log(file.size()); // 0
   * ```
   */
  truncate(size: number | bigint = 0): void {
    this.check("truncate");
    checkOffset("size", size);
    this.#needWriteAccess("truncate");
    setEndOfFile(this.handle, size, this.path);
  }

  /**
   * Reserves room on the volume, so that later writes do not run out of it or
   * scatter. The size stays as it is. Nothing is done if the file has as many
   * bytes already: only `truncate()` shortens a file. The system itself would,
   * so that no other program should extend the file during the call.
   *
   * @param size The room in bytes.
   * @throws {TypeError} If the size is no number, or the file is open with
   * `append: true` alone.
   * @throws {RangeError} If it is out of range.
   * @throws {Win32Error} ERROR_DISK_FULL and others;
   * ERROR_CALL_NOT_IMPLEMENTED under Wine.
   *
   * @see https://learn.microsoft.com/windows/win32/api/winbase/ns-winbase-file_allocation_info
   *
   * @example Reserve a gigabyte, if that can be done
   * ```ts
   * import { openSync, Win32Error } from "@kernel32/io";
   *
   * using file = openSync("room.tmp", {
   *   write: true,
   *   create: true,
   *   deleteOnClose: true,
   * });
   * try {
   *   file.allocate(2 ** 30);
   * } catch (error) {
   *   if (!(error instanceof Win32Error)) throw error;
   * }
   * console.log(file.size()); // 0
   * ```
   */
  allocate(size: number | bigint): void {
    this.check("allocate");
    checkOffset("size", size);
    this.#needWriteAccess("allocate");
    reserveAllocation(this.#taken, size);
  }

  /**
   * Says that so many bytes of the file are valid, so that Windows need not
   * write zeros before a write far into it. Whatever the disk held there
   * becomes readable.
   *
   * @param length The valid data length in bytes, up to the size.
   * @throws {TypeError} If the length is no number, or the file is open with
   * `append: true` alone.
   * @throws {RangeError} If it is out of range.
   * @throws {Win32Error} ERROR_PRIVILEGE_NOT_HELD without the privilege
   * SE_MANAGE_VOLUME_NAME, ERROR_INVALID_PARAMETER.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-setfilevaliddata
   *
   * @example Prepare a file for writes in any order
   * ```ts
   * import { openSync, Win32Error } from "@kernel32/io";
   *
   * using file = openSync("valid.tmp", {
   *   write: true,
   *   create: true,
   *   deleteOnClose: true,
   * });
   * file.truncate(2 ** 20);
   * try {
   *   file.setValidData(2 ** 20);
   * } catch (error) {
   *   if (!(error instanceof Win32Error)) throw error;
   * }
   * ```
   */
  setValidData(length: number | bigint): void {
    this.check("setValidData");
    checkOffset("length", length);
    this.#needWriteAccess("setValidData");
    if (!kernel32.SetFileValidData(this.handle, BigInt(length))) {
      throw Win32Error.last("SetFileValidData", { path: this.path });
    }
  }

  /**
   * Returns the size of the file, volume or disk.
   *
   * @returns The size in bytes.
   * @throws {Win32Error} ERROR_INVALID_FUNCTION and others where there is none;
   * ERROR_ACCESS_DENIED on a disk that is not open for reading.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getfilesizeex
   *
   * @example Ask for the size
   * ```ts
   * import { openSync } from "@kernel32/io";
   *
   * using file = openSync("README.md");
   * console.log(file.size() > 0); // true
   * ```
   */
  size(): number {
    this.check("size");
    return sizeOf(this.#taken);
  }

  /**
   * Returns what is known of the file.
   *
   * @returns Size, times, identity and attributes.
   * @throws {Win32Error} ERROR_INVALID_FUNCTION and others where nothing is.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getfileinformationbyhandle
   *
   * @example Ask for the kind
   * ```ts
   * import { openSync } from "@kernel32/io";
   *
   * using file = openSync("README.md");
   * console.log(file.stat().isFile); // true
   * ```
   */
  stat(): FileStat {
    this.check("stat");
    return statOf(this.handle, this.path);
  }

  /**
   * Returns the sector sizes of the device that the file lies on. The system is
   * asked once.
   *
   * @returns The sizes in bytes.
   * @throws {Win32Error} If they cannot be found.
   *
   * @see https://learn.microsoft.com/windows/win32/fileio/file-buffering
   *
   * @example Ask for the alignment of unbuffered I/O
   * ```ts
   * import { isPowerOfTwo, openSync } from "@kernel32/io";
   *
   * using file = openSync("README.md");
   * console.log(isPowerOfTwo(file.sectorSize().logical)); // true
   * ```
   */
  sectorSize(): SectorSize {
    this.check("sectorSize");
    return this.#sectorSize ??= sectorSizeOf(this.#taken);
  }

  /**
   * Renames the file, or moves it to another folder of its volume. `path` stays
   * what it was opened with. Needs the option `delete`.
   *
   * @param newPath The new path, or a `file:` URL.
   * @param options Whether a file of that name is replaced: `replace: true`
   * does so even while others have it open and share its deletion, where the
   * system knows POSIX semantics (NTFS since Windows 10 1607).
   * @throws {TypeError} If an argument has the wrong type.
   * @throws {Win32Error} ERROR_ALREADY_EXISTS if there is a file of that name
   * and it is not to be replaced, ERROR_ACCESS_DENIED without `delete: true` or
   * if that file cannot be replaced, ERROR_NOT_SAME_DEVICE on another volume.
   *
   * @see https://learn.microsoft.com/windows/win32/api/winbase/ns-winbase-file_rename_info
   *
   * @example Give a file its name when it is complete
   * ```ts
   * import { openSync } from "@kernel32/io";
   *
   * using file = openSync("part.tmp", {
   *   write: true,
   *   create: true,
   *   delete: true,
   * });
   * file.rename("complete.tmp", { replace: true });
   * file.delete();
   * ```
   */
  rename(newPath: string | FileUrl, options: RenameOptions = {}): void {
    // First, since a getter may close the file.
    const replace = checkedReplace(options);
    const name = toWin32Path(newPath);
    this.check("rename");
    const to = absolutePath(name);
    renameFile(this.handle, this.path, to, replace);
  }

  /**
   * Deletes the file: its name goes when this file is closed, or the last one
   * that is open on it where the system does not know POSIX semantics. Needs
   * the option `delete`.
   *
   * @throws {Win32Error} ERROR_ACCESS_DENIED without `delete: true`, or if the
   * file is read-only.
   *
   * @see https://learn.microsoft.com/windows/win32/api/winbase/ns-winbase-file_disposition_info
   *
   * @example Delete a file that was looked at
   * ```ts
   * import { openSync } from "@kernel32/io";
   *
   * openSync("old.tmp", { write: true, create: true }).close();
   * using file = openSync("old.tmp", { read: true, delete: true });
   * if (file.size() === 0) file.delete();
   * ```
   */
  delete(): void {
    this.check("delete");
    deleteFile(this.handle, this.path);
  }

  /**
   * Unlocks a range of bytes that was locked as one.
   *
   * @param range The same range as in `lock()`.
   * @throws {RangeError} If the range is out of range.
   * @throws {Win32Error} ERROR_NOT_LOCKED.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-unlockfileex
   *
   * @example Unlock all of a file
   * ```ts
   * import { openSync } from "@kernel32/io";
   *
   * using file = openSync("unlock.tmp", {
   *   write: true,
   *   create: true,
   *   deleteOnClose: true,
   * });
   * file.lock();
   * file.unlock();
   * ```
   */
  unlock(range: LockRange = {}): void {
    const args = unlockArguments(range);
    this.check("unlock");
    unlockRange(this.handle, args, this.path);
  }

  /**
   * Refuses what an open file is needed for, once it is closed.
   *
   * @internal
   * @ignore
   */
  protected check(method: string): void {
    if (!this.#open) throw new FileClosedError(method, this.path);
  }

  /**
   * Marks the file as closed, and closes the handle if the file owns it.
   *
   * @internal
   * @ignore
   */
  protected closeHandle(): void {
    this.#open = false;
    fileClosed(this);
    const { handle, path, owned } = this.#taken;
    if (owned && !kernel32.CloseHandle(handle)) {
      throw Win32Error.last("CloseHandle", { path });
    }
  }

  /**
   * Refuses what needs FILE_WRITE_DATA, which a file that is only appended to
   * lacks: with it, the system would no longer put each write at the end.
   */
  #needWriteAccess(method: string): void {
    const { path, mode } = this.#taken;
    if (mode.append && !mode.write) throw appendsOnlySizeError(method, path);
  }
}

// Bundlers retain what a module calls, and rename a class whose body names it.
function printFiles(): void {
  printAs(BaseFile.prototype, ({ path, mode, closed }) => {
    const { read, write, append, unbuffered } = mode;
    return { path, closed, read, write, append, unbuffered };
  });
}
