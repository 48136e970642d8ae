/**
 * Transfers of native memory by one operation each, without detours: the hot
 * path of overlapped I/O. One object and one promise for each, where the
 * general way takes a dozen.
 *
 * @module
 */
import { OverlappedTransfer, type TransferName } from "../ffi/transfer.ts";
import { frames } from "../ffi/mod.ts";
import { type AlignedBuffer, hold, letGo, ownerOf } from "./memory.ts";
import type { Outcome } from "./completion.ts";
import type { OverlappedHandle } from "./overlapped.ts";
import type { Waiter } from "./overlapped_pool.ts";
import { yieldTurn } from "./time_slice.ts";

/** Makes the rest of a transfer whose operation did not do all of it. */
export type GeneralWay<Result> = (
  bytes: Uint8Array,
  length: number,
  offset: number,
  outcome: Outcome,
) => Promise<Result>;

/** What only whole sectors go to. */
export interface SectorGuard {
  /**
   * Whether a transfer is of whole sectors and may be made beside others.
   *
   * @param at Where its bytes begin in native memory, from a boundary on.
   */
  tryBeside(at: number, length: number, offset: number): boolean;
  /** Ends what `tryBeside()` began. */
  leave(): void;
}

/** The most that one operation is asked for, in bytes. */
const MAX_LENGTH = 2 ** 30;
/** Sectors behind this would not be exact numbers any more. */
const MAX_OFFSET = 2 ** 53 - 2 ** 31;

let reads: OverlappedTransfer | undefined;
let writes: OverlappedTransfer | undefined;

/** The function of this JS thread. */
function transferOf(name: TransferName): OverlappedTransfer {
  return name === "ReadFile"
    ? reads ??= new OverlappedTransfer(name, frames())
    : writes ??= new OverlappedTransfer(name, frames());
}

// deno-lint-ignore no-explicit-any -- of promises of several types
type Resolve = (result: any) => void;

/** The resolving function of the promise that was made last. */
let resolveLast: Resolve;
function takeResolve(resolve: Resolve): void {
  resolveLast = resolve;
}

/**
 * Starts a transfer, if it can go without detours: of native memory, by one
 * operation, with room for it at once.
 *
 * @param sectors What guards the sectors, if only whole ones can be transferred.
 * @param general What deals with an outcome that is not simply all of it.
 * @returns Nothing if it has to go the general way, and nothing was done then.
 */
export function startDirect<Result>(
  name: TransferName,
  handle: OverlappedHandle,
  bytes: Uint8Array,
  offset: number,
  sectors: SectorGuard | undefined,
  general: GeneralWay<Result>,
): Promise<number | Result> | undefined {
  const { byteOffset, length } = bytes;
  if (length === 0 || length > MAX_LENGTH || offset > MAX_OFFSET) return;
  const owner = ownerOf(bytes);
  if (owner === undefined || !handle.tryEnter(length)) return;
  if (sectors !== undefined && !sectors.tryBeside(byteOffset, length, offset)) {
    handle.leaveGate(length);
    handle.leave();
    return;
  }
  const promise = new Promise<number | Result>(takeResolve);
  const direct = new Direct(
    handle,
    owner,
    bytes,
    offset,
    sectors,
    general,
    resolveLast,
  );
  const address = byteOffset === 0
    ? owner.address
    : owner.address + BigInt(byteOffset);
  const goesOn = handle.startTransfer(
    transferOf(name),
    address,
    length,
    offset,
    direct,
  );
  // What completes at once would keep a loop of such from ever ending its turn
  // of the event loop.
  const turn = goesOn ? undefined : yieldTurn();
  return turn === undefined ? promise : turn.then(() => promise);
}

/** A transfer that is under way. */
class Direct implements Waiter {
  readonly #handle: OverlappedHandle;
  /** Its memory stays even if the buffer is freed meanwhile. */
  readonly #owner: AlignedBuffer;
  readonly #bytes: Uint8Array;
  readonly #length: number;
  readonly #offset: number;
  readonly #sectors: SectorGuard | undefined;
  readonly #general: GeneralWay<unknown>;
  readonly #resolve: Resolve;

  constructor(
    handle: OverlappedHandle,
    owner: AlignedBuffer,
    bytes: Uint8Array,
    offset: number,
    sectors: SectorGuard | undefined,
    general: GeneralWay<unknown>,
    resolve: Resolve,
  ) {
    hold(owner);
    this.#handle = handle;
    this.#owner = owner;
    this.#bytes = bytes;
    this.#length = bytes.length;
    this.#offset = offset;
    this.#sectors = sectors;
    this.#general = general;
    this.#resolve = resolve;
  }

  complete(code: number, count: number): void {
    this.#handle.leaveGate(this.#length);
    // A buffer that was freed meanwhile has no length any more.
    const isWhole = count === this.#length && count === this.#bytes.length;
    if (code === 0 && isWhole) {
      this.#leave();
      this.#resolve(count);
    } else this.#resolve(this.#goOn({ code, count }));
  }

  async #goOn(outcome: Outcome): Promise<unknown> {
    try {
      return await this.#general(
        this.#bytes,
        this.#length,
        this.#offset,
        outcome,
      );
    } finally {
      this.#leave();
    }
  }

  #leave(): void {
    letGo(this.#owner);
    this.#sectors?.leave();
    this.#handle.leave();
  }
}
