/**
 * Everything that one overlapped file reads and writes at an offset: at once or
 * in parts, whole sectors or not, one buffer or several.
 *
 * @module
 */
import { checkBytes } from "../file/arguments.ts";
import { Collector } from "../file/collector.ts";
import { ERROR_NO_DATA } from "../errors/codes.ts";
import { Win32Error } from "../errors/win32_error.ts";
import type { BaseFile } from "../file/base_file.ts";
import { setEndOfFile, sizeOf } from "../file/file_info.ts";
import type { Offset, OverlappedHandle } from "./overlapped_handle.ts";
import { DirectWay } from "./overlapped_direct.ts";
import { OverlappedSectors } from "./sector_io.ts";
import { OverlappedTransfers } from "./overlapped_transfers.ts";
import { advance, counting, inParts } from "./parts.ts";
import { toExactOffset } from "../file/position.ts";
import { areSegments, totalLength } from "../memory/segments.ts";
import { END_OF_FILE } from "../file/transfer_limits.ts";
import { ENDED } from "./parts.ts";

/** What the transfers of a file have to do with. */
export interface OverlappedTraits {
  /** There are offsets, and an end. */
  readonly seekable: boolean;
  /** Only whole sectors go to the system. */
  readonly sectored: boolean;
}

type Signal = AbortSignal | undefined;
type Bytes = Uint8Array;
type Parts = readonly Uint8Array[];

/** The transfers of one file. All that read return `ENDED` at the end. */
export class OverlappedIo {
  readonly #file: BaseFile;
  readonly #overlapped: OverlappedHandle;
  readonly #transfers: OverlappedTransfers;
  readonly #traits: OverlappedTraits;
  readonly #directRead: DirectWay<Bytes, number | null>;
  readonly #directWrite: DirectWay<Bytes, number>;
  readonly #directScatter: DirectWay<Parts, number | null>;
  readonly #directGather: DirectWay<Parts, number>;
  #sectors: OverlappedSectors | undefined;

  /** Makes those of a file. */
  constructor(
    file: BaseFile,
    overlapped: OverlappedHandle,
    traits: OverlappedTraits,
  ) {
    const { handle, path } = file;
    const { seekable } = traits;
    const transfers = new OverlappedTransfers(
      handle,
      path,
      overlapped,
      seekable,
    );
    this.#file = file;
    this.#overlapped = overlapped;
    this.#transfers = transfers;
    this.#traits = traits;
    this.#directRead = new DirectWay(
      "ReadFile",
      overlapped,
      async (...args) => this.#nullAtEnd(await transfers.finishRead(...args)),
    );
    this.#directWrite = new DirectWay(
      "WriteFile",
      overlapped,
      (...args) => transfers.finishWrite(...args),
    );
    this.#directScatter = new DirectWay(
      "ReadFileScatter",
      overlapped,
      async (...args) =>
        this.#nullAtEnd(await transfers.finishScatter(...args)),
    );
    this.#directGather = new DirectWay(
      "WriteFileGather",
      overlapped,
      (...args) => transfers.finishGather(...args),
    );
  }

  /**
   * Reads into native memory without detours, where that can be. Otherwise
   * returns nothing and does nothing. The result is null at the end.
   */
  tryRead(
    bytes: Uint8Array,
    offset: number,
    signal: Signal,
  ): Promise<number | null> | undefined {
    if (!this.#knowsSectors()) return undefined;
    return this.#directRead.bytes(bytes, offset, signal, this.#sectors);
  }

  /** Writes native memory without detours, as `tryRead()` reads. */
  tryWrite(
    bytes: Uint8Array,
    offset: number,
    signal: Signal,
  ): Promise<number> | undefined {
    if (!this.#knowsSectors()) return undefined;
    return this.#directWrite.bytes(bytes, offset, signal, this.#sectors);
  }

  /** Writes segments without detours, as `tryWrite()` writes bytes. */
  tryGather(
    parts: Parts,
    offset: number,
    signal: Signal,
  ): Promise<number> | undefined {
    const sectors = this.#sectors;
    if (sectors === undefined || !this.#areSegments(parts, offset)) {
      return undefined;
    }
    return this.#directGather.segments(parts, offset, signal, sectors);
  }

  /** Reads into segments without detours, as `tryRead()` reads bytes. */
  tryScatter(
    parts: Parts,
    offset: number,
    signal: Signal,
  ): Promise<number | null> | undefined {
    const sectors = this.#sectors;
    if (sectors === undefined || !this.#areSegments(parts, offset)) {
      return undefined;
    }
    return this.#directScatter.segments(parts, offset, signal, sectors);
  }

  /** Reads as much as the device gives. */
  async read(
    bytes: Uint8Array,
    offset: Offset,
    signal: Signal,
  ): Promise<number> {
    const direct = this.#directly(this.#directRead, bytes, offset, signal);
    if (direct !== undefined) return await direct ?? ENDED;
    const { length } = bytes;
    const count = await this.#read(bytes, offset, signal);
    return length > 0 ? this.#endedIf0(count) : count;
  }

  /** Reads until the bytes are full. Returns less only at the end. */
  async readFully(
    bytes: Uint8Array,
    offset: Offset,
    signal: Signal,
  ): Promise<number> {
    // They may have been transferred elsewhere before it was their turn.
    checkBytes("buffer", bytes);
    const { length } = bytes;
    let done = 0;
    while (done < length) {
      const rest = done === 0 ? bytes : bytes.subarray(done);
      const place = advance(offset, done);
      const count = await counting(done, this.read(rest, place, signal));
      if (count === ENDED) break;
      done += count;
    }
    return done;
  }

  /** Reads to the end. */
  async readToEnd(
    offset: Offset,
    signal: Signal,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const { seekable } = this.#traits;
    const expected = seekable ? this.#file.size() - Number(offset) : 0;
    const collector = new Collector(expected);
    for (;;) {
      const { length } = collector;
      const place = advance(offset, length);
      const count = await counting(
        length,
        this.read(collector.room(), place, signal),
      );
      if (count === ENDED) return collector.result();
      collector.took(count);
    }
  }

  /** Reads into several buffers, by one operation if they are segments. */
  async readScatter(
    parts: readonly Uint8Array[],
    offset: Offset,
    signal: Signal,
  ): Promise<number> {
    if (!this.#areSegments(parts, offset)) {
      return await inParts(
        parts,
        offset,
        (part, place) => this.read(part, place, signal),
      );
    }
    const sectors = this.#getSectors();
    const way = this.#directScatter;
    const count = await (way.segments(parts, Number(offset), signal, sectors) ??
      sectors.beside(() => this.#transfers.readScatter(parts, offset, signal)));
    return this.#endedIf0(count ?? ENDED);
  }

  /** Writes as much as the device takes. */
  write(bytes: Uint8Array, offset: Offset, signal: Signal): Promise<number> {
    return this.#directly(this.#directWrite, bytes, offset, signal) ??
      this.#write(bytes, offset, signal);
  }

  /** Writes all of it. */
  async writeFully(
    bytes: Uint8Array,
    offset: Offset,
    signal: Signal,
  ): Promise<number> {
    checkBytes("data", bytes);
    const { length } = bytes;
    let done = 0;
    while (done < length) {
      const rest = done === 0 ? bytes : bytes.subarray(done);
      const place = advance(offset, done);
      const count = await counting(done, this.write(rest, place, signal));
      done += count;
      if (count > 0) continue;
      throw new Win32Error("WriteFile", ERROR_NO_DATA, {
        path: this.#file.path,
        bytesTransferred: done,
        hint: "The pipe does not block and has no room left.",
      });
    }
    return done;
  }

  /** Writes several buffers, by one operation if they are segments. */
  async writeGather(
    parts: readonly Uint8Array[],
    offset: Offset,
    signal: Signal,
  ): Promise<number> {
    if (!this.#areSegments(parts, offset)) {
      return await inParts(
        parts,
        offset,
        (part, place) => this.write(part, place, signal),
      );
    }
    const sectors = this.#getSectors();
    const way = this.#directGather;
    return await (way.segments(parts, Number(offset), signal, sectors) ??
      sectors.beside(() => this.#transfers.writeGather(parts, offset, signal)));
  }

  /** Starts a transfer without detours, where that can be. */
  #directly<Result>(
    way: DirectWay<Bytes, Result>,
    bytes: Bytes,
    offset: Offset,
    signal: Signal,
  ): Promise<number | Result> | undefined {
    if (typeof offset !== "number" || offset < 0) return undefined;
    if (!this.#knowsSectors()) return undefined;
    const sectors = this.#sectors;
    return way.bytes(bytes, offset, signal, sectors) ??
      (sectors === undefined ? way.copied(bytes, offset, signal) : undefined);
  }

  /** Whether it is known what sectors there are, if only these are taken. */
  #knowsSectors(): boolean {
    return !this.#traits.sectored || this.#sectors !== undefined;
  }

  /** What `read()` of a file returns at the end. */
  #nullAtEnd(count: number): number | null {
    return this.#endedIf0(count) === ENDED ? null : count;
  }

  /** A pipe may have a message of no bytes. */
  #endedIf0(count: number): number {
    return count === 0 && this.#traits.seekable ? ENDED : count;
  }

  #read(bytes: Uint8Array, offset: Offset, signal: Signal): Promise<number> {
    if (!this.#traits.sectored) {
      return this.#transfers.read(bytes, offset, signal);
    }
    return this.#overlapped.during("read", () =>
      this.#getSectors().read(
        bytes,
        toExactOffset(offset, bytes.length),
        signal,
      ));
  }

  #write(bytes: Uint8Array, offset: Offset, signal: Signal): Promise<number> {
    if (!this.#traits.sectored) {
      return this.#transfers.write(bytes, offset, signal);
    }
    // The end of the file is set after the last operation: not too late.
    return this.#overlapped.during(
      "write",
      () =>
        offset === END_OF_FILE
          ? this.#getSectors().append(bytes, signal)
          : this.#getSectors().write(
            bytes,
            toExactOffset(offset, bytes.length),
            signal,
          ),
    );
  }

  #getSectors(): OverlappedSectors {
    const transfers = this.#transfers;
    const { handle, path } = this.#file;
    return this.#sectors ??= new OverlappedSectors({
      sector: this.#file.sectorSize(),
      read: (bytes, offset, signal) => transfers.read(bytes, offset, signal),
      write: (bytes, offset, signal) => transfers.write(bytes, offset, signal),
      // Not the file's own methods: it may be closing meanwhile.
      size: () => sizeOf(handle, path),
      setEnd: (size) => setEndOfFile(handle, size, path),
    });
  }

  #areSegments(parts: readonly Uint8Array[], offset: Offset): boolean {
    const { sectored } = this.#traits;
    if (!sectored || offset === END_OF_FILE || totalLength(parts) === 0) {
      return false;
    }
    const { logical } = this.#getSectors().sector;
    return areSegments(parts, logical) && Number(offset) % logical === 0;
  }
}
