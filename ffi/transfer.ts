/**
 * Transfers without detours, for the raw layer and for overlapped I/O.
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
import { type BoundFunction, lendIfPending } from "./marshal.ts";
import type { BufferTransferName } from "./transfer_code.ts";
import { handleWord } from "./transfer_frame.ts";

/** The functions that share this shape of prototype. */
export type TransferName =
  | BufferTransferName
  | "ReadFileScatter"
  | "WriteFileGather";

const FILE = /* @__PURE__ */ argumentOffset(0);
const BUFFER = 1;
const LENGTH = /* @__PURE__ */ argumentOffset(2);
const COUNT = 3;
const OVERLAPPED_INDEX = 4;
const OVERLAPPED_SIZE = 32;
const OVERLAPPED = /* @__PURE__ */ argumentOffset(OVERLAPPED_INDEX);
const ARITY = 5;

/** One of the functions for overlapped I/O with native memory. */
export class OverlappedTransfer {
  readonly #table: FrameTable;
  readonly #frame: Frame;

  /** Binds the function. */
  constructor(name: TransferName, table: FrameTable) {
    this.#table = table;
    this.#frame = table.frame(name, ARITY);
    // "Use NULL for this parameter if this is an asynchronous operation".
    // https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-writefile
    this.#frame.view.setBigUint64(argumentOffset(COUNT), 0n, true);
    this.#frame.buffersAt(NO_ARGUMENT, NO_ARGUMENT);
  }

  /** The last error of the last call. */
  get lastError(): number {
    return this.#table.lastError;
  }

  /**
   * Starts a transfer. The memory, the array of segments if it is of these, and
   * the OVERLAPPED must stay until it has ended.
   */
  start(
    file: Handle,
    address: bigint,
    length: number,
    overlapped: bigint,
  ): boolean {
    const { view, call0 } = this.#frame;
    view.setBigUint64(FILE, file, true);
    view.setBigUint64(argumentOffset(BUFFER), address, true);
    view.setUint32(LENGTH, length, true);
    view.setBigUint64(OVERLAPPED, overlapped, true);
    call0();
    return view.getInt32(RESULT, true) !== 0;
  }
}

// What follows is made of closures, whose variables are constants to compiled
// code: Bun looks private members up, which takes 60 ns behind a system call.

/** Transfers at the offset of an OVERLAPPED that the program has made. */
interface PositionalTransfer {
  /** Whether the handle has no more than 64 bits. */
  takes(file: bigint): boolean;
  call(
    file: bigint,
    buffer: ArrayBufferView,
    length: number,
    count: Uint32Array,
    overlapped: ArrayBufferView,
  ): boolean;
}

function positionalTransfer(
  name: BufferTransferName,
  table: FrameTable,
): PositionalTransfer {
  // A third buffer would cost more than the transfer of a small one.
  const { address, view: cell } = table.cell();
  const frame = table.frame(name, ARITY);
  const { view, call2 } = frame;
  view.setBigUint64(argumentOffset(COUNT), address, true);
  frame.buffersAt(BUFFER, OVERLAPPED_INDEX);
  // The handle of the last call, which need not be looked at again.
  let last = 0n;
  return {
    takes(file) {
      if (file === last) return true;
      if (
        file !== BigInt.asUintN(64, file) && file !== BigInt.asIntN(64, file)
      ) {
        return false;
      }
      last = file;
      return true;
    },
    call(file, buffer, length, count, overlapped) {
      // What is pending must not move.
      void buffer.buffer;
      void overlapped.buffer;
      // An operation that is pending leaves the count as it was.
      cell.setUint32(0, count[0]!, true);
      view.setBigUint64(FILE, file, true);
      view.setUint32(LENGTH, length, true);
      call2(buffer, overlapped);
      count[0] = cell.getUint32(0, true);
      if (view.getInt32(RESULT, true) !== 0) return true;
      const pending = view.getBigUint64(OVERLAPPED, true);
      lendIfPending(table, pending, [buffer, overlapped]);
      return false;
    },
  };
}

/** Transfers at the file pointer, as programs do most. */
interface PointerTransfer {
  /** Whether the handle is one of 32 bits, as all that the system gives are. */
  takes(file: bigint): boolean;
  call(buffer: ArrayBufferView, length: number, count: Uint32Array): boolean;
}

function pointerTransfer(
  name: BufferTransferName,
  table: FrameTable,
): PointerTransfer {
  const frame = table.transfer(name, false);
  const { call } = frame;
  // The handle of the last call, whose conversion takes longer than a look.
  let last = 0n;
  let word = 0;
  return {
    takes(file) {
      if (file === last) return true;
      const its = handleWord(file);
      const handle = BigInt(its);
      if (file !== handle && file !== BigInt.asUintN(64, handle)) return false;
      last = file;
      word = its;
      return true;
    },
    call(buffer, length, count) {
      const isWhole = call(word, buffer, length);
      count[0] = isWhole ? length : frame.count;
      return isWhole || frame.succeeded;
    },
  };
}

/** What a transfer's routine can be asked for at once, in bytes. */
const MAX_LENGTH = 2 ** 31 - 1;

/**
 * Binds one of the two functions for the raw layer. The usual arguments — a
 * handle, bytes, a view for the count, an OVERLAPPED or none — go straight
 * through; all others, wrong ones too, are left to the general function.
 */
export function bindTransfer(
  name: BufferTransferName,
  general: BoundFunction,
  frames: () => FrameTable,
): BoundFunction {
  let pointer: PointerTransfer | undefined;
  let positional: PositionalTransfer | undefined;
  return (file, buffer, length, count, overlapped) => {
    const isUsual = typeof file === "bigint" &&
      typeof length === "number" && length >>> 0 === length &&
      ArrayBuffer.isView(buffer) && buffer.byteLength >= length &&
      count instanceof Uint32Array && count.length > 0;
    if (isUsual && overlapped === null) {
      pointer ??= pointerTransfer(name, frames());
      if (length > 0 && length <= MAX_LENGTH && pointer.takes(file)) {
        return pointer.call(buffer, length, count);
      }
    } else if (
      isUsual &&
      ArrayBuffer.isView(overlapped) && overlapped.byteLength >= OVERLAPPED_SIZE
    ) {
      positional ??= positionalTransfer(name, frames());
      if (positional.takes(file)) {
        return positional.call(file, buffer, length, count, overlapped);
      }
    }
    return general(file, buffer, length, count, overlapped);
  };
}
