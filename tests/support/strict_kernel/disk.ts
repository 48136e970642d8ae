import {
  FILE_READ_DATA,
  FILE_TYPE_DISK,
  FILE_WRITE_DATA,
  FSCTL_ALLOW_EXTENDED_DASD_IO,
  FSCTL_DISMOUNT_VOLUME,
  FSCTL_LOCK_VOLUME,
  FSCTL_UNLOCK_VOLUME,
  IOCTL_DISK_GET_DRIVE_GEOMETRY,
  IOCTL_DISK_GET_LENGTH_INFO,
} from "../../../src/win32/constants.ts";
import {
  ERROR_ACCESS_DENIED,
  ERROR_INVALID_PARAMETER,
} from "../../../src/errors/codes.ts";
import {
  STATUS_ACCESS_DENIED,
  STATUS_BUFFER_TOO_SMALL,
  STATUS_DEVICE_DATA_ERROR,
  STATUS_END_OF_FILE,
  STATUS_INVALID_DEVICE_REQUEST,
  STATUS_NONEXISTENT_SECTOR,
} from "./status.ts";
import { fail } from "./failure.ts";
import type { Device } from "./namespace.ts";
import type { OpenFile, Target } from "./open_file.ts";
import type { Operation, Result } from "./operation.ts";
import { SparseBytes } from "./sparse_bytes.ts";

/** What a disk is like. */
export interface DiskOptions {
  /** Its size in bytes. */
  readonly size: number;
  readonly sector?: number;
  /** For a volume: where the file system ends, before the end of the volume. */
  readonly fileSystemSize?: number;
  /** The offsets of sectors that cannot be read. */
  readonly badSectors?: readonly number[];
}

/** A raw disk, or the volume on one: whole sectors, however it is opened. Microsoft's Windows-driver-samples: disk.c, class.c */
export class Disk implements Target, Device {
  readonly type: number = FILE_TYPE_DISK;
  readonly seeks = true;
  readonly size: number;
  readonly sector: number;
  readonly bytes: SparseBytes = new SparseBytes();
  /** Which open file has locked it. */
  #lock: OpenFile | undefined;
  readonly #fileSystemSize: number | undefined;
  readonly #extended = new WeakSet<OpenFile>();
  readonly #badSectors: readonly number[];

  constructor(options: DiskOptions) {
    const { size, sector = 512, fileSystemSize, badSectors = [] } = options;
    this.#badSectors = badSectors;
    this.size = size;
    this.sector = sector;
    this.#fileSystemSize = fileSystemSize;
  }

  open(): Target {
    return this;
  }

  check({ request: { kind, open, offset, length, data } }: Operation): void {
    if (kind !== "read" && kind !== "write") return;
    if (!open.may(kind === "read" ? FILE_READ_DATA : FILE_WRITE_DATA)) {
      fail(ERROR_ACCESS_DENIED);
    }
    // Direct access is in whole sectors, whether the flag is given or not: sdk CreateFileW, Physical Disks and Volumes
    if (
      offset < 0 || offset % this.sector !== 0 || length % this.sector !== 0
    ) fail(ERROR_INVALID_PARAMETER);
    const alignment = BigInt(this.sector);
    if (
      open.mode.unbuffered &&
      data.some(({ address }) => address % alignment !== 0n)
    ) fail(ERROR_INVALID_PARAMETER);
  }

  perform(operation: Operation): Result {
    switch (operation.request.kind) {
      case "read":
      case "write":
        return this.#transfer(operation);
      case "control":
        return this.#control(operation);
      case "flush":
        return ended(0);
      default:
        return ended(STATUS_INVALID_DEVICE_REQUEST);
    }
  }

  closed(open: OpenFile): void {
    if (this.#lock === open) this.#lock = undefined;
  }

  #transfer(operation: Operation): Result {
    const { kind, open, offset, length } = operation.request;
    let count = length;
    const end = this.#fileSystemSize;
    if (end !== undefined && !this.#extended.has(open)) {
      // Clipped at the file system's end: fastfat read.c
      if (offset >= end) return ended(STATUS_END_OF_FILE);
      count = Math.min(length, end - offset);
    } else if (offset + length > this.size) {
      // The hardware is asked, and refuses the whole of it.
      return ended(STATUS_NONEXISTENT_SECTOR);
    }
    if (kind === "read") {
      // SCSI_SENSE_MEDIUM_ERROR fails the whole of a request: classpnp class.c
      if (this.#badSectors.some((at) => at >= offset && at < offset + count)) {
        return ended(STATUS_DEVICE_DATA_ERROR);
      }
      operation.put(this.bytes.read(offset, count));
    } else {
      // A write on a volume succeeds if the volume is locked: sdk WriteFile
      if (end !== undefined && this.#lock !== open) {
        return ended(STATUS_ACCESS_DENIED);
      }
      this.bytes.write(offset, operation.bytes().subarray(0, count));
    }
    return { status: 0, count };
  }

  #control(operation: Operation): Result {
    const { open, flags } = operation.request;
    switch (flags) {
      case IOCTL_DISK_GET_LENGTH_INFO: {
        // FILE_READ_ACCESS is part of the code: https://learn.microsoft.com/windows/win32/api/winioctl/ni-winioctl-ioctl_disk_get_length_info
        if (!open.may(FILE_READ_DATA)) return ended(STATUS_ACCESS_DENIED);
        return this.#answer(operation, BigInt64Array.of(BigInt(this.size)));
      }
      case IOCTL_DISK_GET_DRIVE_GEOMETRY: {
        const geometry = new DataView(new ArrayBuffer(24));
        geometry.setBigInt64(
          0,
          BigInt(Math.floor(this.size / (this.sector * 63 * 255))),
          true,
        );
        [12, 255, 63, this.sector].forEach((value, index) =>
          geometry.setUint32(8 + 4 * index, value, true)
        );
        return this.#answer(operation, geometry);
      }
      case FSCTL_ALLOW_EXTENDED_DASD_IO:
        this.#extended.add(open);
        return ended(0);
      case FSCTL_LOCK_VOLUME:
        if (this.#lock !== undefined) return ended(STATUS_ACCESS_DENIED);
        this.#lock = open;
        return ended(0);
      case FSCTL_UNLOCK_VOLUME:
        if (this.#lock !== open) return ended(STATUS_ACCESS_DENIED);
        this.#lock = undefined;
        return ended(0);
      case FSCTL_DISMOUNT_VOLUME:
        return ended(0);
      default:
        return ended(STATUS_INVALID_DEVICE_REQUEST);
    }
  }

  #answer(operation: Operation, output: ArrayBufferView): Result {
    if (operation.request.length < output.byteLength) {
      return ended(STATUS_BUFFER_TOO_SMALL);
    }
    operation.put(
      new Uint8Array(output.buffer, output.byteOffset, output.byteLength),
    );
    return { status: 0, count: output.byteLength };
  }
}

function ended(status: number): Result {
  return { status, count: 0 };
}
