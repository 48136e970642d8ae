/**
 * ReadFile and WriteFile without detours: the hot path of synchronous I/O.
 *
 * @module
 */
import type { Handle } from "./handle.ts";
import {
  argumentOffset,
  type Frame,
  type FrameTable,
  NO_ARGUMENT,
  RESULT,
} from "./lasterror.ts";
import type { BoundFunction } from "./marshal.ts";

/** The functions that share this shape of prototype. */
export type TransferName = "ReadFile" | "WriteFile";

const FILE = argumentOffset(0);
const BUFFER = 1;
const LENGTH = argumentOffset(2);
const COUNT = 3;
const OVERLAPPED = argumentOffset(4);
const ARITY = 5;

/** Where the OVERLAPPED stands behind the count, and its offset member. */
const OVERLAPPED_AT = 16;
const OFFSET_AT = OVERLAPPED_AT + 16;

/**
 * One of the two functions for one JS thread, with a count and an OVERLAPPED
 * of its own in native memory.
 */
export class Transfer {
  readonly #table: FrameTable;
  readonly #frame: Frame;
  readonly #block: DataView;
  readonly #memory: DataView;
  readonly #overlapped: bigint;

  /** Binds the function. */
  constructor(name: TransferName, table: FrameTable) {
    const { address, view } = table.cell();
    this.#table = table;
    this.#frame = table.frame(name, ARITY);
    this.#block = this.#frame.view;
    this.#memory = view;
    this.#overlapped = address + BigInt(OVERLAPPED_AT);
    this.#block.setBigUint64(argumentOffset(COUNT), address, true);
  }

  /** The bytes that the last call transferred. */
  get count(): number {
    return this.#memory.getUint32(0, true);
  }

  /** The last error of the last call. */
  get lastError(): number {
    return this.#table.lastError;
  }

  /** Transfers at the file pointer. */
  here(file: Handle, bytes: ArrayBufferView, length: number): boolean {
    const block = this.#block;
    block.setBigUint64(FILE, file, true);
    block.setUint32(LENGTH, length, true);
    this.#frame.buffersAt(BUFFER, NO_ARGUMENT);
    this.#frame.call1(bytes);
    return block.getInt32(RESULT, true) !== 0;
  }

  /** Transfers at an offset; the file pointer ends behind the bytes. */
  at(
    file: Handle,
    bytes: ArrayBufferView,
    length: number,
    offset: bigint,
  ): boolean {
    // "The system updates the OVERLAPPED offset before WriteFile returns", so
    // that it is set for every call.
    // https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-writefile
    const memory = this.#memory;
    memory.setBigUint64(OVERLAPPED_AT, 0n, true);
    memory.setBigUint64(OVERLAPPED_AT + 8, 0n, true);
    memory.setBigUint64(OFFSET_AT, offset, true);
    this.#block.setBigUint64(OVERLAPPED, this.#overlapped, true);
    try {
      return this.here(file, bytes, length);
    } finally {
      this.#block.setBigUint64(OVERLAPPED, 0n, true);
    }
  }
}

/**
 * Binds one of the two functions for the raw layer. The usual arguments — a
 * handle, bytes, a view for the count, no OVERLAPPED — go straight through; all
 * others, wrong ones too, are left to the general function.
 */
export function bindTransfer(
  name: TransferName,
  general: BoundFunction,
  frames: () => FrameTable,
): BoundFunction {
  let frame: Frame | undefined;
  const bind = () => {
    frame = frames().frame(name, ARITY);
    frame.buffersAt(BUFFER, COUNT);
    return frame;
  };
  return (file, buffer, length, count, overlapped) => {
    if (
      overlapped === null && typeof file === "bigint" &&
      typeof length === "number" && length >>> 0 === length &&
      ArrayBuffer.isView(buffer) && buffer.byteLength >= length &&
      ArrayBuffer.isView(count) && count.byteLength >= 4
    ) {
      const { view, call2 } = frame ?? bind();
      view.setBigUint64(FILE, file, true);
      view.setUint32(LENGTH, length, true);
      call2(buffer, count);
      return view.getInt32(RESULT, true) !== 0;
    }
    return general(file, buffer, length, count, overlapped);
  };
}
