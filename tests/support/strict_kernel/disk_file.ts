import {
  FILE_APPEND_DATA,
  FILE_READ_DATA,
  FILE_TYPE_DISK,
  FILE_WRITE_DATA,
  LOCKFILE_EXCLUSIVE_LOCK,
  LOCKFILE_FAIL_IMMEDIATELY,
} from "../../../src/win32/constants.ts";
import {
  ERROR_ACCESS_DENIED,
  ERROR_DISK_FULL,
  ERROR_INVALID_FUNCTION,
  ERROR_INVALID_PARAMETER,
} from "../../../src/errors/codes.ts";
import { FILE_ATTRIBUTE_ARCHIVE } from "./constants.ts";
import {
  STATUS_DISK_FULL,
  STATUS_END_OF_FILE,
  STATUS_FILE_LOCK_CONFLICT,
  STATUS_INVALID_DEVICE_REQUEST,
  STATUS_LOCK_NOT_GRANTED,
} from "./status.ts";
import { fail } from "./failure.ts";
import type { OpenFile, Target } from "./open_file.ts";
import type { Operation, Result } from "./operation.ts";
import type { SecurityDescriptor } from "./process.ts";
import { RangeLocks } from "./range_locks.ts";
import { SparseBytes } from "./sparse_bytes.ts";
import { sparseControl, UNIT } from "./sparse_control.ts";
import type { Volume } from "./volume.ts";

/** The largest file of NTFS. https://learn.microsoft.com/windows-server/storage/file-server/ntfs-overview */
const MAX_SIZE = 2 ** 53 - 65_536;

/** What unbuffered reads leave behind the end of the file, and SetFileValidData uncovers. */
const STALE = 0xA5;

/** A file of NTFS. */
export class DiskFile implements Target {
  readonly type: number = FILE_TYPE_DISK;
  readonly seeks = true;
  readonly volume: Volume;
  readonly id: number;
  readonly locks: RangeLocks = new RangeLocks();
  /** All that have it open. */
  readonly opens: Set<OpenFile> = new Set<OpenFile>();
  attributes: number;
  /** The end of file. */
  size = 0;
  /** How far it has been written: zeros are read behind it. */
  validData = 0;
  allocation = 0;
  /** Who may open it, if it was said when it was created. */
  security: SecurityDescriptor | undefined;
  /** Whether ranges of zeros take no room. */
  isSparse = false;
  /** Which units were written, and so have room although the file is sparse. */
  readonly #units = new Set<number>();
  /** Whether its name is gone, or goes with the last handle. */
  deletePending = false;
  readonly created: number = Date.now();
  written: number = Date.now();
  readonly #bytes = new SparseBytes();

  constructor(volume: Volume, id: number, attributes: number) {
    this.volume = volume;
    this.id = id;
    this.attributes = attributes;
  }

  /** The whole content. */
  get content(): Uint8Array {
    return this.#read(0, this.size);
  }

  set content(bytes: Uint8Array) {
    this.setEnd(0);
    this.#write(0, bytes);
  }

  check(operation: Operation): void {
    const { kind, open, offset, length, data } = operation.request;
    if (kind === "lock") {
      // The handle must have been created with GENERIC_READ or GENERIC_WRITE: sdk LockFileEx
      if (!open.may(FILE_READ_DATA | FILE_WRITE_DATA)) {
        fail(ERROR_ACCESS_DENIED);
      }
      return;
    }
    if (kind === "read" && !open.may(FILE_READ_DATA)) fail(ERROR_ACCESS_DENIED);
    if (kind === "write" && !open.may(FILE_WRITE_DATA | FILE_APPEND_DATA)) {
      fail(ERROR_ACCESS_DENIED);
    }
    if (kind === "flush" && !open.may(FILE_WRITE_DATA | FILE_APPEND_DATA)) {
      fail(ERROR_ACCESS_DENIED);
    }
    if (kind === "connect") fail(ERROR_INVALID_FUNCTION);
    if (offset < 0 && !(kind === "write" && offset === -1)) {
      fail(ERROR_INVALID_PARAMETER);
    }
    if (open.mode.unbuffered) {
      this.volume.checkAligned(this.offsetOf(operation), length, data);
    }
  }

  endsInCall(operation: Operation): string | undefined {
    const { kind, length } = operation.request;
    if (kind !== "write" || !this.volume.extendsInCall) return undefined;
    // KB 156932, https://learn.microsoft.com/previous-versions/troubleshoot/windows/win32/asynchronous-disk-io-synchronous
    return this.offsetOf(operation) + length > this.validData
      ? "a write that extends the valid data of a file"
      : undefined;
  }

  perform(operation: Operation): Result | undefined {
    switch (operation.request.kind) {
      case "read":
        return this.#performRead(operation);
      case "write":
        return this.#performWrite(operation);
      case "lock":
        return this.#performLock(operation);
      case "flush":
        return { status: 0, count: 0 };
      case "control":
        return sparseControl(this, operation);
      default:
        return { status: STATUS_INVALID_DEVICE_REQUEST, count: 0 };
    }
  }

  /** Fills a range with zeros, and gives whole units of a sparse file back. */
  zero(start: number, end: number): void {
    const stop = Math.min(end, this.size);
    if (stop > start) this.#bytes.fill(start, stop - start, 0);
    if (!this.isSparse) return;
    const last = end >= this.size
      ? Math.ceil(stop / UNIT)
      : Math.floor(stop / UNIT);
    for (let unit = Math.ceil(start / UNIT); unit < last; unit++) {
      this.#units.delete(unit);
    }
  }

  /** The ranges that have room, in order. */
  ranges(): [start: number, end: number][] {
    if (!this.isSparse) return this.size === 0 ? [] : [[0, this.size]];
    const ranges: [number, number][] = [];
    for (const unit of [...this.#units].sort((a, b) => a - b)) {
      const [start, end] = [unit * UNIT, (unit + 1) * UNIT];
      const last = ranges.at(-1);
      if (last?.[1] === start) last[1] = end;
      else ranges.push([start, end]);
    }
    return ranges;
  }

  closed(open: OpenFile): void {
    this.locks.release(open);
    this.opens.delete(open);
    this.volume.fileClosed(this, open);
  }

  /** Where an operation starts: with FILE_APPEND_DATA alone, at the end. https://learn.microsoft.com/windows/win32/fileio/file-access-rights-constants */
  offsetOf(operation: Operation): number {
    const { kind, open, offset } = operation.request;
    if (kind !== "write") return offset;
    const appends = offset === -1 || !open.may(FILE_WRITE_DATA);
    return appends ? this.size : offset;
  }

  /** Moves the end of file, as FileEndOfFileInfo does; zeros come in between. */
  setEnd(size: number): void {
    if (size < 0 || size > MAX_SIZE) fail(ERROR_INVALID_PARAMETER);
    if (size > this.allocation) this.#allocate(size);
    else if (size < this.size) this.#allocate(size);
    this.size = size;
    this.#cut(size);
  }

  /**
   * Reserves or gives back room. One that is less than the end of file moves the end of file:
   * https://learn.microsoft.com/windows/win32/api/winbase/ns-winbase-file_allocation_info
   */
  setAllocation(size: number): void {
    if (size < 0 || size > MAX_SIZE) fail(ERROR_INVALID_PARAMETER);
    this.#allocate(size);
    if (size < this.size) {
      this.size = size;
      this.#cut(size);
    }
  }

  /** SetFileValidData: what stood on the disk is uncovered. https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-setfilevaliddata */
  setValidData(length: number): void {
    if (length < this.validData || length > this.size) {
      fail(ERROR_INVALID_PARAMETER);
    }
    this.#bytes.fill(this.validData, length - this.validData, STALE);
    this.validData = length;
  }

  #performRead(operation: Operation): Result {
    const { open, offset, length } = operation.request;
    if (this.locks.forbidsRead(open, BigInt(offset), BigInt(length))) {
      return { status: STATUS_FILE_LOCK_CONFLICT, count: 0 };
    }
    if (length === 0) return { status: 0, count: 0 };
    if (offset >= this.size) return { status: STATUS_END_OF_FILE, count: 0 };
    const count = Math.min(length, this.size - offset);
    const bytes = this.#read(offset, count);
    operation.put(open.mode.unbuffered ? this.#wholeSectors(bytes) : bytes);
    return { status: 0, count };
  }

  #performWrite(operation: Operation): Result {
    const { open, length } = operation.request;
    const offset = this.offsetOf(operation);
    if (this.locks.forbidsWrite(open, BigInt(offset), BigInt(length))) {
      return { status: STATUS_FILE_LOCK_CONFLICT, count: 0 };
    }
    // A write of no bytes neither truncates nor extends: sdk WriteFile
    if (length === 0) return { status: 0, count: 0 };
    if (offset + length > MAX_SIZE) {
      return { status: STATUS_DISK_FULL, count: 0 };
    }
    try {
      this.#write(offset, operation.bytes());
    } catch {
      return { status: STATUS_DISK_FULL, count: 0 };
    }
    return { status: 0, count: length };
  }

  #performLock(operation: Operation): Result | undefined {
    const { open, lock, flags = 0 } = operation.request;
    const exclusive = (flags & LOCKFILE_EXCLUSIVE_LOCK) !== 0;
    if (this.locks.lock(open, lock!.offset, lock!.length, exclusive)) {
      return { status: 0, count: 0 };
    }
    return (flags & LOCKFILE_FAIL_IMMEDIATELY) === 0
      ? undefined
      : { status: STATUS_LOCK_NOT_GRANTED, count: 0 };
  }

  /** A disk transfers whole sectors: what stands behind the end comes, too. */
  #wholeSectors(bytes: Uint8Array): Uint8Array {
    const { logical } = this.volume.sector;
    const whole = new Uint8Array(Math.ceil(bytes.length / logical) * logical)
      .fill(STALE);
    whole.set(bytes);
    return whole;
  }

  #read(offset: number, length: number): Uint8Array {
    return this.#bytes.read(offset, length);
  }

  #write(offset: number, bytes: Uint8Array): void {
    const end = offset + bytes.length;
    if (end > this.allocation) this.#allocate(end);
    this.#bytes.write(offset, bytes);
    for (let unit = Math.floor(offset / UNIT); unit * UNIT < end; unit++) {
      this.#units.add(unit);
    }
    this.size = Math.max(this.size, end);
    this.validData = Math.max(this.validData, end);
    this.written = Date.now();
    this.attributes |= FILE_ATTRIBUTE_ARCHIVE;
  }

  #cut(size: number): void {
    this.#bytes.cut(size);
    this.validData = Math.min(this.validData, size);
    this.written = Date.now();
  }

  #allocate(size: number): void {
    const { cluster } = this.volume;
    const allocation = Math.ceil(size / cluster) * cluster;
    if (allocation - this.allocation > this.volume.free) fail(ERROR_DISK_FULL);
    this.volume.free -= allocation - this.allocation;
    this.allocation = allocation;
  }
}
