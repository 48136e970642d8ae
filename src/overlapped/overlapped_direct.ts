/**
 * Transfers by one operation each, without detours: the hot path of overlapped
 * I/O. One object and one promise for each, where the general way takes a
 * dozen.
 *
 * @module
 */
import { thread as frames } from "../../ffi/thread.ts";
import { OverlappedTransfer, type TransferName } from "../../ffi/transfer.ts";
import type { Outcome } from "./completion_port.ts";
import { type Lease, lend } from "../memory/pooled_memory.ts";
import {
  type AlignedBuffer,
  hold,
  letGo,
  ownerOf,
} from "../memory/aligned_buffer.ts";
import type { OverlappedHandle } from "./overlapped_handle.ts";
import type { Waiter } from "./overlapped_pool.ts";
import {
  type SegmentArray,
  segmentArray,
  totalLength,
} from "../memory/segments.ts";
import { listen, unlisten } from "../file/signal.ts";
import { yieldTurn } from "../file/event_loop.ts";

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

/** What one operation was to do. */
export interface Performed<Memory> {
  readonly memory: Memory;
  /** How many bytes there were, which may be gone since. */
  readonly length: number;
  readonly offset: number;
  readonly signal: AbortSignal | undefined;
}

/** Deals with an outcome that is not simply all of it. */
export type Finish<Memory, Result> = (
  performed: Performed<Memory>,
  outcome: Outcome,
) => Promise<Result>;

/** The most that one operation is asked for, in bytes. */
const MAX_LENGTH = 2 ** 30;
/** The most that is copied for one operation, in bytes. */
const MAX_COPIED = 2 ** 22;
/** Sectors behind this would not be exact numbers any more. */
const MAX_OFFSET = 2 ** 53 - 2 ** 31;

const functions = new Map<TransferName, OverlappedTransfer>();

/** The function of this JS thread. */
function transferOf(name: TransferName): OverlappedTransfer {
  let transfer = functions.get(name);
  if (transfer === undefined) {
    transfer = new OverlappedTransfer(name, frames());
    functions.set(name, transfer);
  }
  return transfer;
}

/** Resolves a promise of any type. */
type Resolve = (result: unknown) => void;

/** The resolving function of the promise that was made last. */
let resolveLast: Resolve;
function takeResolve(resolve: (result: never) => void): void {
  resolveLast = resolve as Resolve;
}

/**
 * The way of one file's transfers of one kind. Each method starts a transfer if
 * it can go without detours: by one operation, with room for it at once. If
 * not, it returns nothing and has done nothing.
 */
export class DirectWay<Memory, Result> {
  /** Whose they are. */
  readonly handle: OverlappedHandle;
  /** Deals with an outcome that is not simply all of it. */
  readonly finish: Finish<Memory, Result>;
  readonly #name: TransferName;
  #transfer: OverlappedTransfer | undefined;

  /** Makes the way. */
  constructor(
    name: TransferName,
    handle: OverlappedHandle,
    finish: Finish<Memory, Result>,
  ) {
    this.handle = handle;
    this.finish = finish;
    this.#name = name;
  }

  /**
   * Starts a transfer of native memory.
   *
   * @param sectors What guards the sectors, if only whole ones are transferred.
   */
  bytes(
    this: DirectWay<Uint8Array, Result>,
    bytes: Uint8Array,
    offset: number,
    signal: AbortSignal | undefined,
    sectors: SectorGuard | undefined,
  ): Promise<number | Result> | undefined {
    const { byteOffset, length } = bytes;
    const owner = ownerOf(bytes);
    if (owner === undefined || !this.#mayStart(signal)) return undefined;
    if (!this.#enter(byteOffset, length, offset, sectors)) {
      return undefined;
    }
    const promise = new Promise<number | Result>(takeResolve);
    return this.#start(
      new OwnTransfer(this, bytes, length, offset, signal, sectors, owner),
      byteOffset === 0 ? owner.address : owner.address + BigInt(byteOffset),
      promise,
    );
  }

  /** Starts a transfer of other memory, by way of a copy. */
  copied(
    this: DirectWay<Uint8Array, Result>,
    bytes: Uint8Array,
    offset: number,
    signal: AbortSignal | undefined,
  ): Promise<number | Result> | undefined {
    const { length } = bytes;
    if (length === 0 || length > MAX_COPIED) return undefined;
    if (!this.#mayStart(signal)) return undefined;
    const lease = lend(length);
    if (!this.#enter(0, length, offset, undefined)) {
      lease.end();
      return undefined;
    }
    const reads = this.#name === "ReadFile";
    if (!reads) lease.bytes.set(bytes);
    const promise = new Promise<number | Result>(takeResolve);
    return this.#start(
      new CopiedTransfer(this, bytes, length, offset, signal, lease, reads),
      lease.address,
      promise,
    );
  }

  /** Starts a transfer of segments. */
  segments(
    this: DirectWay<readonly Uint8Array[], Result>,
    parts: readonly Uint8Array[],
    offset: number,
    signal: AbortSignal | undefined,
    sectors: SectorGuard,
  ): Promise<number | Result> | undefined {
    if (!this.#mayStart(signal)) return undefined;
    const length = totalLength(parts);
    const array = segmentArray(parts);
    if (!this.#enter(0, length, offset, sectors)) {
      array.end();
      return undefined;
    }
    const promise = new Promise<number | Result>(takeResolve);
    return this.#start(
      new SegmentsTransfer(this, parts, length, offset, signal, sectors, array),
      array.address,
      promise,
    );
  }

  /**
   * Whether a transfer is wanted still. What may fail is done here, where there
   * is nothing yet that a failure would leave behind.
   */
  #mayStart(signal: AbortSignal | undefined): boolean {
    if (signal?.aborted) return false;
    this.#transfer ??= transferOf(this.#name);
    this.handle.reserve();
    return true;
  }

  /** Whether a transfer may go this way; who may has entered. */
  #enter(
    at: number,
    length: number,
    offset: number,
    sectors: SectorGuard | undefined,
  ): boolean {
    if (length === 0 || length > MAX_LENGTH) return false;
    if (offset < 0 || offset > MAX_OFFSET) return false;
    const { handle } = this;
    if (!handle.tryEnter(length)) return false;
    if (sectors === undefined || sectors.tryBeside(at, length, offset)) {
      return true;
    }
    handle.leaveGate(length);
    handle.leave();
    return false;
  }

  #start(
    direct: Direct<Memory, Result>,
    address: bigint,
    promise: Promise<number | Result>,
  ): Promise<number | Result> {
    const overlapped = this.handle.startTransfer(
      this.#transfer!,
      address,
      direct.length,
      direct.offset,
      direct,
    );
    if (overlapped !== undefined) direct.goesOn(overlapped);
    else direct.tellSoon();
    return promise;
  }
}

/** Of these, the next turn of the event loop tells. */
let untold: { tell(): void }[] = [];

function tellIn(turn: Promise<void>, direct: { tell(): void }): void {
  untold.push(direct);
  if (untold.length > 1) return;
  turn.then(() => {
    const all = untold;
    untold = [];
    for (const direct of all) direct.tell();
  });
}

/** A transfer that is under way. */
abstract class Direct<Memory, Result> implements Waiter, Performed<Memory> {
  readonly memory: Memory;
  readonly length: number;
  readonly offset: number;
  readonly signal: AbortSignal | undefined;
  readonly #way: DirectWay<Memory, Result>;
  readonly #sectors: SectorGuard | undefined;
  readonly #resolve: Resolve;
  /** Nothing as long as the call has not returned that starts it. */
  #overlapped: bigint | undefined;
  /** What is to be told, where it has ended in that call. */
  #result: unknown;

  constructor(
    way: DirectWay<Memory, Result>,
    memory: Memory,
    length: number,
    offset: number,
    signal: AbortSignal | undefined,
    sectors: SectorGuard | undefined,
  ) {
    this.memory = memory;
    this.length = length;
    this.offset = offset;
    this.signal = signal;
    this.#way = way;
    this.#sectors = sectors;
    this.#resolve = resolveLast;
  }

  /**
   * Hands over what was read. Returns whether the caller's memory is what it
   * was: it may have been freed or transferred elsewhere meanwhile.
   */
  protected abstract deliver(count: number): boolean;

  /** Lets the memory go that the kernel used. */
  protected abstract letGo(): void;

  /** Goes on, with an OVERLAPPED by which the signal may cancel it. */
  goesOn(overlapped: bigint): void {
    this.#overlapped = overlapped;
    if (this.signal !== undefined) listen(this.signal, this);
  }

  /** Asks to cancel: the outcome is awaited all the same. */
  handleEvent(): void {
    this.#way.handle.cancel(this.#overlapped!);
  }

  /**
   * Tells how it has ended, at once if there is time: what completes at once
   * would keep a loop of such from ever ending its turn of the event loop.
   */
  tellSoon(): void {
    const turn = yieldTurn();
    if (turn === undefined) return this.tell();
    // Nobody hears of a failure before the turn: it is not unhandled until then.
    if (this.#result instanceof Promise) this.#result.catch(() => {});
    tellIn(turn, this);
  }

  /** Tells how it has ended. */
  tell(): void {
    this.#resolve(this.#result);
  }

  complete(code: number, count: number): void {
    // Not later: the OVERLAPPED is another operation's next.
    unlisten(this.signal, this);
    this.#way.handle.leaveGate(this.length);
    const isWhole = this.deliver(count) && count === this.length;
    if (code === 0 && isWhole) {
      this.#leave();
      this.#result = count;
    } else this.#result = this.#goOn({ code, count });
    if (this.#overlapped !== undefined) this.tell();
  }

  async #goOn(outcome: Outcome): Promise<unknown> {
    try {
      return await this.#way.finish(this, outcome);
    } finally {
      this.#leave();
    }
  }

  #leave(): void {
    this.letGo();
    this.#sectors?.leave();
    this.#way.handle.leave();
  }
}

/** A transfer of an AlignedBuffer's memory. */
class OwnTransfer<Result> extends Direct<Uint8Array, Result> {
  /** Its memory stays even if the buffer is freed meanwhile. */
  readonly #owner: AlignedBuffer;

  constructor(
    way: DirectWay<Uint8Array, Result>,
    bytes: Uint8Array,
    length: number,
    offset: number,
    signal: AbortSignal | undefined,
    sectors: SectorGuard | undefined,
    owner: AlignedBuffer,
  ) {
    super(way, bytes, length, offset, signal, sectors);
    hold(owner);
    this.#owner = owner;
  }

  protected deliver(): boolean {
    return this.memory.length === this.length;
  }

  protected letGo(): void {
    letGo(this.#owner);
  }
}

/** A transfer of a copy. */
class CopiedTransfer<Result> extends Direct<Uint8Array, Result> {
  readonly #lease: Lease;
  readonly #reads: boolean;

  constructor(
    way: DirectWay<Uint8Array, Result>,
    bytes: Uint8Array,
    length: number,
    offset: number,
    signal: AbortSignal | undefined,
    lease: Lease,
    reads: boolean,
  ) {
    super(way, bytes, length, offset, signal, undefined);
    this.#lease = lease;
    this.#reads = reads;
  }

  protected deliver(count: number): boolean {
    if (this.memory.length !== this.length) return false;
    if (this.#reads && count > 0) {
      const { bytes } = this.#lease;
      this.memory.set(count < this.length ? bytes.subarray(0, count) : bytes);
    }
    return true;
  }

  protected letGo(): void {
    this.#lease.end();
  }
}

/** A transfer of pages, wherever each is. */
class SegmentsTransfer<Result> extends Direct<readonly Uint8Array[], Result> {
  readonly #array: SegmentArray;

  constructor(
    way: DirectWay<readonly Uint8Array[], Result>,
    parts: readonly Uint8Array[],
    length: number,
    offset: number,
    signal: AbortSignal | undefined,
    sectors: SectorGuard,
    array: SegmentArray,
  ) {
    super(way, parts, length, offset, signal, sectors);
    this.#array = array;
  }

  protected deliver(): boolean {
    return totalLength(this.memory) === this.length;
  }

  protected letGo(): void {
    this.#array.end();
  }
}
