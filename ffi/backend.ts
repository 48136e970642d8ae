/**
 * What the module needs of a runtime's foreign function interface, and nothing
 * that only one of them has.
 *
 * @module
 */

/** The processor whose machine code the runtime executes. */
export type Architecture = "x64" | "arm64";

/** A native function bound as one of 64-bit integers. */
export type WordFunction = (...words: bigint[]) => bigint;

/**
 * Calls the capture routine with one block. A JS buffer is passed as itself, so
 * that no address is looked up and the collector cannot move it meanwhile.
 */
export interface BlockCaller {
  /** Calls with what already stands in the block. */
  call0(): void;
  /** Stores the address of `key` in the word that the block names, and calls. */
  call1(key: ArrayBufferView): void;
  /** Does as {@linkcode BlockCaller.call1}, with a second buffer. */
  call2(key: ArrayBufferView, context: ArrayBufferView): void;
}

/**
 * Calls the capture routine with a block on another thread. The event loop stays
 * alive meanwhile.
 */
export type ThreadCaller = (block: bigint) => Promise<void>;

/** Makes calls of the routine at an address in Workers. */
export type WorkerCaller = (routine: bigint) => ThreadCaller;

/** Calls the capture routine. */
export interface RoutineCaller {
  /** Makes the calls with one block as short as they can be. */
  bind(block: bigint): BlockCaller;
  /**
   * Binds what calls on another thread need. The calls themselves bind nothing,
   * so that a program may give its permission back before them.
   *
   * @param inWorkers Makes them where the runtime has no such calls itself.
   */
  bindThreadCaller(inWorkers: WorkerCaller): ThreadCaller;
}

/** A runtime's foreign function interface. */
export interface Backend {
  /** "deno" or "bun". */
  readonly runtime: string;
  /** The processor that the runtime was built for. */
  readonly architecture: Architecture;
  /**
   * Binds exports of a DLL for set-up code: quick to bind, slower to call. The
   * number is how many arguments each takes.
   */
  bind<Name extends string>(
    library: string,
    exports: Readonly<Record<Name, number>>,
  ): Record<Name, WordFunction>;
  /** Binds exports to be called fast, with nothing else done around the call. */
  bindFast<Name extends string>(
    library: string,
    exports: Readonly<Record<Name, number>>,
  ): Record<Name, WordFunction>;
  /** Makes the caller of the capture routine. */
  routineCaller(routine: bigint): RoutineCaller;
  /**
   * Returns the address of a view's first byte, good until the current call
   * returns. The view's storage does not move afterwards while the view is
   * reachable.
   */
  addressOf(view: ArrayBufferView): bigint;
  /** Returns native memory as an ArrayBuffer that does not own it. */
  memory(address: bigint, byteLength: number): ArrayBuffer;
  /** Detaches an ArrayBuffer from native memory, which stays as it is. */
  detach(memory: ArrayBuffer): void;
}
