/**
 * What a runtime must offer, and nothing that only one of them has.
 *
 * @module
 */

/** The processor whose machine code the runtime executes. */
export type Architecture = "x64" | "arm64";

/** A native function bound as one of 64-bit integers. */
export type WordFunction = (...words: bigint[]) => bigint;

/**
 * Calls the capture frame of `ffi/lasterror.ts` with one block. A JS buffer
 * travels as itself, so that no address is looked up and the collector cannot
 * move it meanwhile.
 */
export interface BlockCaller {
  /** Calls with what already stands in the block. */
  call0(): void;
  /** The address of `key` goes to the word that the block names for it. */
  call1(key: ArrayBufferView): void;
  /** As {@linkcode BlockCaller.call1}, with a second buffer. */
  call2(key: ArrayBufferView, context: ArrayBufferView): void;
}

/** Calls the capture frame. */
export interface FrameCaller {
  /** Makes the calls with one block as short as they can be. */
  bind(block: bigint): BlockCaller;
  /** Calls on another thread. The event loop stays alive meanwhile. */
  readonly callAside?: (block: bigint) => Promise<void>;
}

/**
 * Calls one of the routines of `ffi/transfer_code.ts`.
 *
 * @param file The low 32 bits of the handle, which are all that count.
 * @param bytes The memory.
 * @param length From 1 to what the view has, and less than 2^31.
 * @returns Whether all was transferred.
 */
export type TransferCaller = (
  file: number,
  bytes: ArrayBufferView,
  length: number,
) => boolean;

/** A runtime's foreign function interface. */
export interface Backend {
  /** "deno" or "bun". */
  readonly runtime: string;
  /** The processor that the runtime was built for. */
  readonly architecture: Architecture;
  /**
   * Binds exports of a DLL for set-up code: to be bound soon, not to be called
   * fast. The number is how many arguments each takes.
   */
  bind<Name extends string>(
    library: string,
    exports: Readonly<Record<Name, number>>,
  ): Record<Name, WordFunction>;
  /** Binds exports to be called fast, and with nothing else done meanwhile. */
  bindClosely<Name extends string>(
    library: string,
    exports: Readonly<Record<Name, number>>,
  ): Record<Name, WordFunction>;
  /** Makes the callers of a routine with the capture frame's signature. */
  frameCaller(routine: bigint): FrameCaller;
  /** Makes the caller of a transfer's routine. */
  transferCaller(routine: bigint): TransferCaller;
  /**
   * The address of a view's first byte, good until the current call returns.
   * The view's storage does not move afterwards while the view is reachable.
   */
  addressOf(view: ArrayBufferView): bigint;
  /** Native memory as an ArrayBuffer that does not own it. */
  memory(address: bigint, byteLength: number): ArrayBuffer;
}
