import { thread } from "../../ffi/thread.ts";
import { bytesOf } from "../../ffi/views.ts";
import type { SectorSize } from "../../src/file/sector_size.ts";
import type { SyncFile } from "../../src/sync/sync_file.ts";
import type { SectorDevice } from "../../src/sync/sector_io.ts";

/** A call that a device got. */
export interface DeviceCall {
  readonly name: "read" | "write" | "size" | "setEnd";
  readonly length: number;
  readonly offset: number;
}

/**
 * A device over a file that holds to the rules of FILE_FLAG_NO_BUFFERING, as
 * Windows does and Wine does not: "File access sizes … must be for a number of
 * bytes that is an integer multiple of the volume sector size", so must
 * offsets, and "buffer addresses … should be physical sector-aligned".
 * https://learn.microsoft.com/windows/win32/fileio/file-buffering
 */
export class StrictDevice implements SectorDevice {
  readonly sector: SectorSize;
  /** Every call, in order. */
  readonly calls: DeviceCall[] = [];
  /** Throws what a call is to fail with. May transfer a part itself. */
  fail: ((call: DeviceCall, bytes: Uint8Array | undefined) => void) | undefined;
  readonly #file: SyncFile;

  constructor(file: SyncFile, logical: number, physical: number) {
    this.#file = file;
    this.sector = { logical, physical };
  }

  /** The names of the calls since the last time, in a row. */
  takeNames(): string {
    return this.calls.splice(0).map(({ name }) => name).join(" ");
  }

  read(bytes: ArrayBufferView, length: number, offset: number): number {
    this.#check("read", bytes, length, offset);
    return this.#file.read(bytesOf(bytes, 0, length), { at: offset }) ?? 0;
  }

  write(bytes: ArrayBufferView, length: number, offset: number): void {
    this.#check("write", bytes, length, offset);
    this.#file.write(bytesOf(bytes, 0, length), { at: offset });
  }

  size(): number {
    this.#record({ name: "size", length: 0, offset: 0 });
    return this.#file.size();
  }

  setEnd(size: number): void {
    this.#record({ name: "setEnd", length: 0, offset: size });
    this.#file.truncate(size);
  }

  #check(
    name: "read" | "write",
    bytes: ArrayBufferView,
    length: number,
    offset: number,
  ): void {
    const { logical, physical } = this.sector;
    const address = thread().backend.addressOf(bytes);
    const problem = length === 0 || length % logical !== 0
      ? "length"
      : offset % logical !== 0
      ? "offset"
      : address % BigInt(physical) !== 0n
      ? "address"
      : bytes.byteLength < length
      ? "buffer"
      : undefined;
    if (problem !== undefined) {
      throw new Error(
        `ERROR_INVALID_PARAMETER: ${problem} in ${name} of ${length} bytes at ` +
          `${offset} from ${address}, sectors of ${logical} and ${physical}`,
      );
    }
    this.#record({ name, length, offset }, bytesOf(bytes));
  }

  #record(call: DeviceCall, bytes?: Uint8Array): void {
    this.calls.push(call);
    this.fail?.(call, bytes);
  }
}
