/**
 * Overlapped transfers of native memory.
 *
 * @module
 */
import { argumentOffset, RESULT } from "./capture/block.ts";
import type { Handle } from "./handle.ts";
import type { Frame, Thread } from "./thread.ts";

/** The functions that share this shape of prototype. */
export type TransferName =
  | "ReadFile"
  | "ReadFileScatter"
  | "WriteFile"
  | "WriteFileGather";

const FILE = /* @__PURE__ */ argumentOffset(0);
const BUFFER = /* @__PURE__ */ argumentOffset(1);
const LENGTH = /* @__PURE__ */ argumentOffset(2);
const COUNT = /* @__PURE__ */ argumentOffset(3);
const OVERLAPPED = /* @__PURE__ */ argumentOffset(4);
const ARITY = 5;
const TWO_32 = 2 ** 32;

/** One of the functions for overlapped I/O with native memory. */
export class OverlappedTransfer {
  readonly #frame: Frame;

  /** Binds the function. */
  constructor(name: TransferName, owner: Thread) {
    this.#frame = owner.frame(name, ARITY);
    // "Use NULL for this parameter if this is an asynchronous operation".
    // https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-writefile
    this.#frame.view.setBigUint64(COUNT, 0n, true);
  }

  /**
   * Starts a transfer. The memory, the array of segments if it is of these, and
   * the OVERLAPPED must stay until it has ended.
   *
   * @param memory The address of the memory.
   * @param at Where in the memory the transfer begins.
   */
  start(
    file: Handle,
    memory: bigint,
    at: number,
    length: number,
    overlapped: bigint,
  ): boolean {
    const { view, call0 } = this.#frame;
    view.setBigUint64(FILE, file, true);
    view.setBigUint64(BUFFER, memory, true);
    if (at > 0) {
      // Two words: a sum of bigints would be allocated.
      const low = view.getUint32(BUFFER, true) + at;
      const high = view.getUint32(BUFFER + 4, true) + Math.floor(low / TWO_32);
      view.setUint32(BUFFER, low, true);
      view.setUint32(BUFFER + 4, high, true);
    }
    view.setUint32(LENGTH, length, true);
    view.setBigUint64(OVERLAPPED, overlapped, true);
    call0();
    return view.getInt32(RESULT, true) !== 0;
  }
}
