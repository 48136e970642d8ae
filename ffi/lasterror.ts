/**
 * The capture frame: a native routine that calls a function and keeps its last
 * error in the same stack frame, before anything else can change it.
 *
 * A call to `GetLastError` of its own comes too late: between the two calls
 * the runtime may collect garbage, commit memory or compile, and each of those
 * sets the thread's last error.
 *
 * Every function has a block of its own in native memory, which names the
 * target and holds the arguments and the result. All blocks of a JS thread
 * share one last-error cell. The routine puts the cell's value into the thread
 * before the call and takes it back afterwards, so that the module sees its own
 * calls' last error and no one else's.
 *
 * @module
 */
import { callerAfterCall, transferAfterCall } from "./after_call.ts";
import type {
  Backend,
  BlockCaller,
  FrameCaller,
  TransferCaller,
  WordFunction,
} from "./backend.ts";
import { type Block, BLOCK_SIZE, Blocks } from "./blocks.ts";
import {
  CODE_SIZE,
  type CodeImage,
  codeImage,
  TRANSFER_COUNT,
  transferBlockAt,
} from "./code_image.ts";
import {
  argumentOffset,
  FRAME_BLOCK,
  NO_ARGUMENT,
  RESULT,
} from "./frame_code.ts";
import { type BufferTransferName, TRANSFER_BLOCK } from "./transfer_code.ts";
import { TransferFrame } from "./transfer_frame.ts";

/** In the first block: the last-error cell, then text for the system to read. */
const TEXT_AT = 8;

/** The blocks that the thread needs once: that one, and those of transfers. */
const RESERVED = 1 + TRANSFER_COUNT;

const PAGE_EXECUTE_READ = 0x20n;

/** How the last error of a call is obtained. */
export type LastErrorCapture = "same-frame" | "after-call";

/**
 * One function of one thread, ready to be called. Arguments are written into
 * `view` at `argument(i)`, the result is read at {@linkcode RESULT}.
 */
export interface Frame extends BlockCaller {
  /** The block. */
  readonly view: DataView;
  /** Says which arguments the buffers of the next call are. */
  buffersAt(key: number, context: number): void;
}

export { argumentOffset, NO_ARGUMENT, RESULT };

/** Native memory that lives as long as the thread. */
export type NativeCell = Block;

/** A call on another thread, with a block and a last error of its own. */
export interface AsideFrame {
  /** The block. */
  readonly view: DataView;
  /** Calls; one call at a time. */
  call(): Promise<void>;
  /** The last error of the call that ended. */
  readonly lastError: number;
  /** Gives the block back. Only when no call is under way. */
  free(): void;
}

/** The functions of kernel32 for one JS thread. */
export class FrameTable {
  readonly #backend: Backend;
  readonly #setUp: SetUp;
  readonly #getProcAddress: WordFunction;
  readonly #module: bigint;
  readonly #blocks: Blocks;
  /** The first block. */
  readonly #first: Block;
  readonly #image: CodeImage | undefined;
  readonly #caller: FrameCaller | undefined;
  readonly #transfers: (TransferFrame | undefined)[] = [];

  /**
   * @param backend The runtime.
   * @param executable `false` never makes executable memory.
   */
  constructor(backend: Backend, executable = true) {
    this.#backend = backend;
    const kernel32 = this.#setUp = backend.bind("kernel32.dll", SET_UP);
    this.#blocks = new Blocks(backend, kernel32.VirtualAlloc, RESERVED);
    this.#first = this.#blocks.at(CODE_SIZE);
    this.#module = kernel32.GetModuleHandleW(this.#text("kernel32", 2));
    this.#image = executable ? this.#load() : undefined;
    if (this.#image !== undefined) {
      this.#caller = backend.frameCaller(this.#routine(this.#image.frame));
    }
    this.#getProcAddress = this.#bindGetProcAddress(this.#caller);
  }

  /** By the frame where there is one, which takes no time to bind. */
  #bindGetProcAddress(caller: FrameCaller | undefined): WordFunction {
    if (caller === undefined) {
      return this.#backend.bindClosely("kernel32.dll", { GetProcAddress: 2 })
        .GetProcAddress;
    }
    const target = this.#setUp.GetProcAddress(
      this.#module,
      this.#text("GetProcAddress", 1),
    );
    const { address, view } = this.#blockOf(target);
    const { call0 } = caller.bind(address);
    return (module, name) => {
      view.setBigUint64(argumentOffset(0), module!, true);
      view.setBigUint64(argumentOffset(1), name!, true);
      call0();
      return view.getBigUint64(RESULT, true);
    };
  }

  /** "after-call" where the process may not make executable memory. */
  get capture(): LastErrorCapture {
    return this.#caller === undefined ? "after-call" : "same-frame";
  }

  /** The last error of the last call through a frame of this thread. */
  get lastError(): number {
    return this.#first.view.getUint32(0, true);
  }

  /** Sets it for who asks next: a frame hands it to the thread and back. */
  set lastError(code: number) {
    this.#first.view.setUint32(0, code, true);
  }

  /** The address of a view's first byte, as {@linkcode Backend.addressOf}. */
  addressOf(view: ArrayBufferView): bigint {
    return this.#backend.addressOf(view);
  }

  /** Binds functions of another DLL, as {@linkcode Backend.bind}. */
  bind<Name extends string>(
    library: string,
    exports: Readonly<Record<Name, number>>,
  ): Record<Name, WordFunction> {
    return this.#backend.bind(library, exports);
  }

  /** Native memory as an ArrayBuffer, as {@linkcode Backend.memory}. */
  memory(address: bigint, byteLength: number): ArrayBuffer {
    return this.#backend.memory(address, byteLength);
  }

  /** Whether calls on another thread are to be had. */
  get hasAside(): boolean {
    return this.#caller?.callAside !== undefined;
  }

  /**
   * Makes the frame of a function of kernel32.
   *
   * @throws {Error} If kernel32 has no such function.
   */
  frame(name: string, arity: number): Frame {
    const { view, address } = this.#block(name, this.#first.address);
    const caller = this.#caller?.bind(address) ??
      callerAfterCall(this.#backend, name, arity, view, this.#first.view);
    return {
      view,
      buffersAt(key, context) {
        view.setUint32(16, FRAME_BLOCK.arguments + key, true);
        view.setUint32(20, FRAME_BLOCK.arguments + context, true);
      },
      ...caller,
    };
  }

  /**
   * Makes a frame for calls on another thread. Everything that its arguments
   * point to must be native memory.
   *
   * @throws {Error} If kernel32 has no such function, or the runtime no such
   * calls.
   */
  asideFrame(name: string): AsideFrame {
    const callAside = this.#caller?.callAside;
    if (callAside === undefined) {
      throw new Error(
        `${this.#backend.runtime} cannot call ${name} on another thread here`,
      );
    }
    // The block's last word serves as the cell: no other call writes to it.
    const block = this.#block(name);
    const { view, address } = block;
    const cellOffset = BLOCK_SIZE - 8;
    return {
      view,
      call: () => callAside(address),
      get lastError() {
        return view.getUint32(cellOffset, true);
      },
      free: () => this.#blocks.giveBack(block),
    };
  }

  /**
   * Makes a transfer, once: whoever asks again gets the same.
   *
   * @param atOffset Whether it is made at the offset that the block names, and
   * not at the file pointer.
   */
  transfer(name: BufferTransferName, atOffset: boolean): TransferFrame {
    const index = (name === "WriteFile" ? 2 : 0) + (atOffset ? 1 : 0);
    return this.#transfers[index] ??= this.#makeTransfer(name, index, atOffset);
  }

  #makeTransfer(
    name: BufferTransferName,
    index: number,
    atOffset: boolean,
  ): TransferFrame {
    const block = this.#blocks.at(transferBlockAt(index));
    const { view, address } = block;
    const { target, cell, where, overlapped } = TRANSFER_BLOCK;
    view.setBigUint64(target, this.#exported(name), true);
    view.setBigUint64(cell, this.#first.address, true);
    if (atOffset) {
      view.setBigUint64(where, address + BigInt(overlapped), true);
    }
    const call = this.#transferCaller(index) ??
      this.#transferAfterCall(name, block);
    return new TransferFrame(call, view);
  }

  /**
   * Nothing without code, or where the runtime binds nothing any more: Deno
   * once the program has given its permission back.
   */
  #transferCaller(index: number): TransferCaller | undefined {
    if (this.#image === undefined) return undefined;
    const routine = this.#routine(this.#image.transfers[index]!);
    try {
      return this.#backend.transferCaller(routine);
    } catch {
      return undefined;
    }
  }

  #transferAfterCall(name: string, block: Block): TransferCaller {
    const frame = this.frame(name, 5);
    frame.buffersAt(1, NO_ARGUMENT);
    return transferAfterCall(frame, block);
  }

  /** Zeroed native memory for 128 bytes of results, aligned to 16. */
  cell(): NativeCell {
    return this.#blocks.take();
  }

  /** Where a function is. */
  #exported(name: string): bigint {
    const target = this.#getProcAddress(
      this.#module,
      this.#text(name, 1),
    );
    if (target === 0n) {
      throw new Error(`This system's kernel32.dll does not export ${name}`);
    }
    return target;
  }

  /** @param cell Where the last error is kept; by default, in the block. */
  #block(name: string, cell?: bigint): Block {
    return this.#blockOf(this.#exported(name), cell);
  }

  #blockOf(target: bigint, cell?: bigint): Block {
    const block = this.#blocks.take();
    const { view, address } = block;
    view.setBigUint64(FRAME_BLOCK.target * 8, target, true);
    view.setBigUint64(
      FRAME_BLOCK.cell * 8,
      cell ?? address + BigInt(BLOCK_SIZE - 8),
      true,
    );
    view.setUint32(FRAME_BLOCK.destinations * 8, FRAME_BLOCK.scratch, true);
    view.setUint32(FRAME_BLOCK.destinations * 8 + 4, FRAME_BLOCK.scratch, true);
    return block;
  }

  /**
   * Puts text where the system can read it, until the next text comes. In JS
   * memory it could be collected between the look-up of its address and the call.
   */
  #text(text: string, unitSize: 1 | 2): bigint {
    const { view, address } = this.#first;
    for (let i = 0; i <= text.length; i++) {
      const unit = i < text.length ? text.charCodeAt(i) : 0;
      if (unitSize === 1) view.setUint8(TEXT_AT + i, unit);
      else view.setUint16(TEXT_AT + 2 * i, unit, true);
    }
    return address + BigInt(TEXT_AT);
  }

  /**
   * Loads the machine code and registers its unwind data. The page is never
   * writable and executable at the same time. Nothing where the process may not
   * make executable memory (Arbitrary Code Guard).
   */
  #load(): CodeImage | undefined {
    const { code } = this.#blocks;
    const kernel32 = this.#setUp;
    const image = codeImage(this.#backend.architecture);
    this.#blocks.write(image.bytes);
    const allowed = kernel32.VirtualProtect(
      code,
      BigInt(CODE_SIZE),
      PAGE_EXECUTE_READ,
      this.#first.address + BigInt(TEXT_AT), // for the protection that it had
    );
    if ((allowed & 0xFFFFFFFFn) === 0n) return undefined;
    kernel32.FlushInstructionCache(
      kernel32.GetCurrentProcess(),
      code,
      BigInt(image.bytes.length),
    );
    kernel32.RtlAddFunctionTable(
      code + BigInt(image.functionTable),
      BigInt(image.functionCount),
      code,
    );
    return image;
  }

  #routine(offset: number): bigint {
    return this.#blocks.code + BigInt(offset);
  }
}

/** What is called once. */
const SET_UP = {
  FlushInstructionCache: 3,
  GetCurrentProcess: 0,
  GetModuleHandleW: 1,
  GetProcAddress: 2,
  RtlAddFunctionTable: 3,
  VirtualAlloc: 4,
  VirtualProtect: 4,
} as const;

type SetUp = Record<keyof typeof SET_UP, WordFunction>;
