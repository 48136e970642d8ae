import {
  CREATE_ALWAYS,
  CREATE_NEW,
  DELETE,
  FILE_APPEND_DATA,
  FILE_ATTRIBUTE_DIRECTORY,
  FILE_ATTRIBUTE_HIDDEN,
  FILE_ATTRIBUTE_NORMAL,
  FILE_ATTRIBUTE_READONLY,
  FILE_FLAG_BACKUP_SEMANTICS,
  FILE_FLAG_DELETE_ON_CLOSE,
  FILE_READ_DATA,
  FILE_SHARE_DELETE,
  FILE_SHARE_READ,
  FILE_SHARE_WRITE,
  FILE_WRITE_DATA,
  OPEN_EXISTING,
  TRUNCATE_EXISTING,
} from "../../../src/win32/constants.ts";
import {
  ERROR_ACCESS_DENIED,
  ERROR_ALREADY_EXISTS,
  ERROR_FILE_EXISTS,
  ERROR_FILE_NOT_FOUND,
  ERROR_INVALID_PARAMETER,
  ERROR_PATH_NOT_FOUND,
  ERROR_SHARING_VIOLATION,
} from "../../../src/errors/codes.ts";
import {
  FILE_ATTRIBUTE_ARCHIVE,
  FILE_ATTRIBUTE_SYSTEM,
  FILE_EXECUTE,
} from "./constants.ts";
import { DiskFile } from "./disk_file.ts";
import { fail } from "./failure.ts";
import type { OpenFile, OpenMode } from "./open_file.ts";
import type { Range } from "./operation.ts";

/** What a volume is like. */
export interface VolumeOptions {
  /** Its size in bytes. @default {2 ** 40} */
  readonly size?: number;
  /** Its sectors. @default {{ logical: 512, physical: 4096 }} */
  readonly sector?: { readonly logical: number; readonly physical: number };
  /** What memory must be aligned to in unbuffered I/O; not all drivers enforce it. @default {"physical"} */
  readonly memoryAlignment?: "logical" | "physical" | "none";
  /** Whether a deleted file's name is free at once, as since Windows 10 1809. @default {true} */
  readonly namesGoAtOnce?: boolean;
  /** How renames and deletions with POSIX semantics are refused; not at all since Windows 10 1607. */
  readonly refusesPosix?: 1 | 50 | 87;
  /** Whether writes that extend the valid data end in their call, as on NTFS. @default {true} */
  readonly extendsInCall?: boolean;
}

const ATTRIBUTES = 0x7FFF;

/** A drive with NTFS: names that lead to files. */
export class Volume {
  readonly sector: { readonly logical: number; readonly physical: number };
  readonly cluster = 4096;
  readonly size: number;
  readonly extendsInCall: boolean;
  readonly serial: number;
  readonly refusesPosix: number | undefined;
  free: number;
  readonly #memoryAlignment: number;
  readonly #namesGoAtOnce: boolean;
  readonly #files = new Map<string, DiskFile | "folder">([["\\", "folder"]]);
  #nextId = 16;

  constructor(serial: number, options: VolumeOptions = {}) {
    const { sector = { logical: 512, physical: 4096 }, size = 2 ** 40 } =
      options;
    this.serial = serial;
    this.sector = sector;
    this.size = this.free = size;
    const { memoryAlignment = "physical" } = options;
    this.#memoryAlignment = memoryAlignment === "none"
      ? 1
      : sector[memoryAlignment];
    this.#namesGoAtOnce = options.namesGoAtOnce ?? true;
    this.refusesPosix = options.refusesPosix;
    this.extendsInCall = options.extendsInCall ?? true;
  }

  /** Makes a folder, and those above it. */
  makeFolder(path: string): void {
    for (
      let at = path.indexOf("\\", 1);
      at > 0;
      at = path.indexOf("\\", at + 1)
    ) {
      this.#files.set(path.slice(0, at), "folder");
    }
    this.#files.set(path, "folder");
  }

  /** Puts a file there that other programs have written. */
  add(path: string, content: Uint8Array): void {
    const file = new DiskFile(this, this.#nextId++, FILE_ATTRIBUTE_ARCHIVE);
    file.content = content;
    this.#files.set(path, file);
  }

  /** The file or folder of a name. */
  find(path: string): DiskFile | "folder" | undefined {
    return this.#files.get(path);
  }

  /** Files whose names are there. */
  *names(): Iterable<string> {
    yield* this.#files.keys();
  }

  /**
   * CreateFileW on a file. https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-createfilew
   *
   * @param disposition dwCreationDisposition.
   * @returns The file, and whether it was there.
   */
  open(
    path: string,
    mode: OpenMode,
    disposition: number,
  ): { file: DiskFile; existed: boolean } {
    const found = this.#files.get(path);
    if (found === "folder") return this.#openFolder(mode);
    if (found === undefined) {
      const parent = path.slice(0, path.lastIndexOf("\\")) || "\\";
      if (this.#files.get(parent) !== "folder") fail(ERROR_PATH_NOT_FOUND);
      if (disposition === OPEN_EXISTING || disposition === TRUNCATE_EXISTING) {
        fail(ERROR_FILE_NOT_FOUND);
      }
      return { file: this.#create(path, mode), existed: false };
    }
    this.#checkExisting(found, mode, disposition);
    if (disposition === CREATE_ALWAYS || disposition === TRUNCATE_EXISTING) {
      this.#overwrite(found, mode, disposition);
    }
    return { file: found, existed: true };
  }

  /** DeleteFileW. https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-deletefilew */
  delete(path: string): void {
    const file = this.#files.get(path);
    if (file === undefined) return fail(ERROR_FILE_NOT_FOUND);
    if (file === "folder" || file.deletePending) {
      return fail(ERROR_ACCESS_DENIED);
    }
    if (file.attributes & FILE_ATTRIBUTE_READONLY) fail(ERROR_ACCESS_DENIED);
    if (
      [...file.opens].some(({ mode }) =>
        hasDataAccess(mode) && !(mode.share & FILE_SHARE_DELETE)
      )
    ) fail(ERROR_SHARING_VIOLATION);
    this.#markDeleted(file);
  }

  /**
   * Gives a file another name.
   *
   * @param how POSIX semantics replace files that are open and share their deletion; without them, and by MoveFileExW,
   * an open file is not replaced: https://learn.microsoft.com/windows-hardware/drivers/ddi/ntifs/ns-ntifs-_file_rename_information
   */
  rename(
    file: DiskFile,
    path: string,
    how: { readonly replaces: boolean; readonly isPosix: boolean },
  ): void {
    const target = this.#files.get(path);
    const parent = path.slice(0, path.lastIndexOf("\\")) || "\\";
    if (this.#files.get(parent) !== "folder") fail(ERROR_PATH_NOT_FOUND);
    if (target !== undefined && target !== file) {
      if (!how.replaces) fail(ERROR_ALREADY_EXISTS);
      if (target === "folder") return fail(ERROR_ACCESS_DENIED);
      if (target.attributes & FILE_ATTRIBUTE_READONLY) {
        fail(ERROR_ACCESS_DENIED);
      }
      const isOpen = how.isPosix
        ? [...target.opens].some(({ mode }) =>
          !(mode.share & FILE_SHARE_DELETE)
        )
        : target.opens.size > 0;
      if (isOpen) fail(ERROR_ACCESS_DENIED);
      target.deletePending = true;
      this.#forget(target);
    }
    this.#forget(file);
    this.#files.set(path, file);
  }

  /** FileDispositionInfo. https://learn.microsoft.com/windows/win32/api/winbase/ns-winbase-file_disposition_info */
  setDisposition(file: DiskFile, isDeleted: boolean): void {
    if (isDeleted && file.attributes & FILE_ATTRIBUTE_READONLY) {
      fail(ERROR_ACCESS_DENIED);
    }
    if (isDeleted) this.#markDeleted(file);
    else file.deletePending = false;
  }

  /** Whether the alignment of unbuffered I/O is right. https://learn.microsoft.com/windows/win32/fileio/file-buffering */
  checkAligned(offset: number, length: number, data: readonly Range[]): void {
    const { logical } = this.sector;
    if (offset % logical !== 0 || length % logical !== 0) {
      fail(ERROR_INVALID_PARAMETER);
    }
    const alignment = BigInt(this.#memoryAlignment);
    if (length > 0 && data.some(({ address }) => address % alignment !== 0n)) {
      fail(ERROR_INVALID_PARAMETER);
    }
  }

  /** The last handle of an open file has been closed. */
  fileClosed(file: DiskFile, open: OpenFile): void {
    if (open.mode.flags & FILE_FLAG_DELETE_ON_CLOSE) this.#markDeleted(file);
    if (!file.deletePending || file.opens.size > 0) return;
    this.#forget(file);
    file.setEnd(0);
  }

  #openFolder(mode: OpenMode): never {
    // A directory wants FILE_FLAG_BACKUP_SEMANTICS: sdk CreateFileW
    if (mode.flags & FILE_FLAG_BACKUP_SEMANTICS) {
      throw new Error("The strict kernel has no handles of folders");
    }
    return fail(ERROR_ACCESS_DENIED);
  }

  #create(path: string, mode: OpenMode): DiskFile {
    const attributes = mode.flags & ATTRIBUTES & ~FILE_ATTRIBUTE_NORMAL &
      ~FILE_ATTRIBUTE_DIRECTORY;
    const file = new DiskFile(
      this,
      this.#nextId++,
      attributes | FILE_ATTRIBUTE_ARCHIVE,
    );
    this.#files.set(path, file);
    return file;
  }

  #checkExisting(file: DiskFile, mode: OpenMode, disposition: number): void {
    // A file that is pending deletion: ERROR_ACCESS_DENIED, sdk CreateFileW
    if (file.deletePending) fail(ERROR_ACCESS_DENIED);
    if (disposition === CREATE_NEW) fail(ERROR_FILE_EXISTS);
    const writes = (mode.access & (FILE_WRITE_DATA | FILE_APPEND_DATA)) !== 0;
    const isReadOnly = (file.attributes & FILE_ATTRIBUTE_READONLY) !== 0;
    if (isReadOnly && (writes || mode.flags & FILE_FLAG_DELETE_ON_CLOSE)) {
      fail(ERROR_ACCESS_DENIED);
    }
    if (disposition === CREATE_ALWAYS) {
      // A hidden or system file that is not to be one: ERROR_ACCESS_DENIED, sdk CreateFileW
      const protects = FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM;
      if (file.attributes & protects & ~mode.flags || isReadOnly) {
        fail(ERROR_ACCESS_DENIED);
      }
    }
    // https://learn.microsoft.com/windows/win32/fileio/creating-and-opening-files, table of sharing modes
    if (
      [...file.opens].some(({ mode: other }) =>
        !fits(mode, other) || !fits(other, mode)
      )
    ) fail(ERROR_SHARING_VIOLATION);
  }

  #overwrite(file: DiskFile, mode: OpenMode, disposition: number): void {
    file.setEnd(0);
    file.setAllocation(0);
    if (disposition === CREATE_ALWAYS) {
      file.attributes = mode.flags & ATTRIBUTES & ~FILE_ATTRIBUTE_NORMAL |
        FILE_ATTRIBUTE_ARCHIVE;
    }
  }

  #markDeleted(file: DiskFile): void {
    file.deletePending = true;
    if (this.#namesGoAtOnce || file.opens.size === 0) this.#forget(file);
  }

  #forget(file: DiskFile): void {
    for (const [path, other] of this.#files) {
      if (other === file) this.#files.delete(path);
    }
  }
}

/** What a handle's access is called in share modes. */
const SHARES = [
  [FILE_READ_DATA | FILE_EXECUTE, FILE_SHARE_READ],
  [FILE_WRITE_DATA | FILE_APPEND_DATA, FILE_SHARE_WRITE],
  [DELETE, FILE_SHARE_DELETE],
] as const;

function hasDataAccess(mode: OpenMode): boolean {
  return SHARES.some(([access]) => (mode.access & access) !== 0);
}

/** Whether an open file's access is what another one shares. Handles for attributes alone share all. */
function fits(mode: OpenMode, other: OpenMode): boolean {
  if (!hasDataAccess(mode) || !hasDataAccess(other)) return true;
  return SHARES.every(([access, share]) =>
    (mode.access & access) === 0 || (other.share & share) !== 0
  );
}
