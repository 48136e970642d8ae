import type {
  Architecture,
  Backend,
  RoutineCaller,
  WordFunction,
} from "../../ffi/backend.ts";
import { BLOCK, MAX_ARGUMENTS } from "../../ffi/capture/block.ts";
import { byteLengthOf, bytesOf } from "../../ffi/views.ts";
import { FakeMemory } from "./fake_memory.ts";

/** A call that the fake kernel32 got. */
export interface FakeCall {
  readonly name: string;
  /** All nine words that the routine passes. */
  readonly words: readonly bigint[];
}

/** How a call on another thread has ended. */
export interface ThreadResult {
  readonly result: bigint;
  readonly lastError: number;
}

/** Makes a call on another thread. */
export type ThreadCaller = (
  call: FakeCall,
  lastError: number,
) => Promise<ThreadResult>;

/**
 * A runtime and a kernel32 in JS, so that what stands between the two can be
 * tested anywhere. "Native" memory and the memory of views have made-up
 * addresses; functions play the capture routine.
 */
export class FakeBackend implements Backend {
  readonly runtime: string = "fake";
  readonly architecture: Architecture = "x64";
  /** Every call of a function of kernel32, in order. */
  readonly calls: FakeCall[] = [];
  /** The names that were bound, in order. */
  readonly bound: string[] = [];
  /** The last error of the one thread. */
  lastError = 0;

  readonly #functions: Readonly<Record<string, WordFunction>>;
  readonly #setUp: Readonly<Record<string, WordFunction>>;
  readonly #names: string[] = [];
  readonly #memory: FakeMemory;
  readonly #onThread: ThreadCaller | undefined;

  /**
   * @param functions The functions under test. They may set {@linkcode lastError}.
   * @param setUp Replacements for the functions that serve for set-up.
   * @param memory The address space of the process.
   * @param onThread Makes calls on other threads, if there are to be any.
   */
  constructor(
    functions: Readonly<Record<string, WordFunction>>,
    setUp: Readonly<Record<string, WordFunction>> = {},
    memory: FakeMemory = new FakeMemory(),
    onThread?: ThreadCaller,
  ) {
    this.#functions = functions;
    this.#memory = memory;
    this.#onThread = onThread;
    this.#setUp = {
      FlushInstructionCache: () => 1n,
      GetCurrentProcess: () => 0xFFFF_FFFF_FFFF_FFFFn,
      GetLastError: () => BigInt(this.lastError),
      GetModuleHandleW: (name) => this.#text(name!, 2) === "kernel32" ? 1n : 0n,
      GetProcAddress: (_, name) => this.#function(this.#text(name!, 1)),
      RtlAddFunctionTable: () => 1n,
      SetLastError: (code) => {
        this.lastError = Number(code! & 0xFFFF_FFFFn);
        return 0n;
      },
      VirtualAlloc: (_, size) => memory.allocate(Number(size)),
      VirtualFree: () => 1n,
      VirtualProtect: () => 1n,
      ...setUp,
    };
  }

  /** Returns how often a function was called. */
  count(name: string): number {
    return this.calls.filter((call) => call.name === name).length;
  }

  bind<Name extends string>(
    _library: string,
    exports: Readonly<Record<Name, number>>,
  ): Record<Name, WordFunction> {
    const bound = {} as Record<Name, WordFunction>;
    for (const name in exports) {
      if (!(name in this.#setUp || name in this.#functions)) {
        throw new Error(`The fake has no function ${name}`);
      }
      this.bound.push(name);
      bound[name] = (...words) => {
        this.calls.push({ name, words });
        return (this.#setUp[name] ?? this.#functions[name])!(...words);
      };
    }
    return bound;
  }

  bindFast<Name extends string>(
    library: string,
    exports: Readonly<Record<Name, number>>,
  ): Record<Name, WordFunction> {
    return this.bind(library, exports);
  }

  routineCaller(_routine: bigint): RoutineCaller {
    return {
      bindThreadCaller: () => (block) => this.#callOn(block),
      bind: (block) => ({
        call0: () => this.#frame(block, 0n, 0n),
        call1: (key) => this.#frame(block, this.addressOf(key), 0n),
        call2: (key, context) =>
          this.#frame(block, this.addressOf(key), this.addressOf(context)),
      }),
    };
  }

  addressOf(view: ArrayBufferView): bigint {
    // As a runtime, which asks a view for no property of its own.
    return byteLengthOf(view) === 0
      ? 0n
      : this.#memory.addressOf(bytesOf(view));
  }

  detach(memory: ArrayBuffer): void {
    this.#memory.detach(memory);
  }

  memory(address: bigint, byteLength: number): ArrayBuffer {
    return this.#memory.shown(address, byteLength);
  }

  /** The bytes that stand at an address. */
  at(address: bigint): DataView {
    return this.#memory.view(address);
  }

  /** The text that stands at an address, in UTF-16. */
  textAt(address: bigint): string {
    return this.#text(address, 2);
  }

  #frame(address: bigint, key: bigint, context: bigint): void {
    const block = this.at(address);
    const word = (index: number) => block.getBigUint64(8 * index, true);
    const { destinations } = BLOCK;
    block.setBigUint64(8 * block.getUint32(8 * destinations, true), key, true);
    block.setBigUint64(
      8 * block.getUint32(8 * destinations + 4, true),
      context,
      true,
    );
    const cell = this.at(word(BLOCK.cell));
    const words = Array.from(
      { length: MAX_ARGUMENTS },
      (_, i) => word(BLOCK.arguments + i),
    );
    const result = this.#call(word(BLOCK.target), cell, words);
    block.setBigUint64(8 * BLOCK.result, result, true);
  }

  async #callOn(address: bigint): Promise<void> {
    const block = this.at(address);
    const word = (index: number) => block.getBigUint64(8 * index, true);
    const words = Array.from(
      { length: MAX_ARGUMENTS },
      (_, i) => word(BLOCK.arguments + i),
    );
    const cell = this.at(word(BLOCK.cell));
    const name = this.#names[Number(word(BLOCK.target)) - 1]!;
    const call = { name, words };
    this.calls.push(call);
    const ended = await this.#onThread!(call, cell.getUint32(0, true));
    cell.setUint32(0, ended.lastError, true);
    block.setBigUint64(8 * BLOCK.result, ended.result, true);
  }

  #call(target: bigint, cell: DataView, words: readonly bigint[]): bigint {
    const name = this.#names[Number(target) - 1]!;
    this.lastError = cell.getUint32(0, true);
    this.calls.push({ name, words });
    const result = (this.#functions[name] ?? this.#setUp[name])!(...words);
    cell.setUint32(0, this.lastError, true);
    return result;
  }

  /** Gives a function an address: its number, which is good enough. */
  #function(name: string): bigint {
    const known = name in this.#functions || name in this.#setUp;
    return known ? BigInt(this.#names.push(name)) : 0n;
  }

  #text(address: bigint, unitSize: 1 | 2): string {
    const view = this.at(address);
    let text = "";
    for (let i = 0;; i += unitSize) {
      const unit = unitSize === 1 ? view.getUint8(i) : view.getUint16(i, true);
      if (unit === 0) return text;
      text += String.fromCharCode(unit);
    }
  }
}
