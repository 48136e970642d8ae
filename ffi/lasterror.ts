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
import type {
  Backend,
  BlockCaller,
  FrameCaller,
  WordFunction,
} from "./backend.ts";
import { FRAME_BLOCK, frameImage } from "./frame_code.ts";

const BLOCK_SIZE = 8 * FRAME_BLOCK.words;
const BLOCKS_SIZE = 65_536;

/** In the first block: the last-error cell, then text for the system to read. */
const TEXT_AT = 8;

const MEM_COMMIT_RESERVE = 0x3000n;
const MEM_RELEASE = 0x8000n;
const PAGE_READWRITE = 0x04n;
const PAGE_EXECUTE_READ = 0x20n;
const PAGE_SIZE = 4096n;

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

/** Where the result of a call stands in its block, in bytes. */
export const RESULT: number = FRAME_BLOCK.result * 8;

/** Instead of an argument's index: the call has no such buffer. */
export const NO_ARGUMENT: number = FRAME_BLOCK.scratch - FRAME_BLOCK.arguments;

/** Where argument `index` stands in a block, in bytes. */
export function argumentOffset(index: number): number {
  return (FRAME_BLOCK.arguments + index) * 8;
}

/** Native memory that lives as long as the thread. */
export interface NativeCell {
  readonly address: bigint;
  readonly view: DataView;
}

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
  readonly #kernel32: Bootstrap;
  readonly #module: bigint;
  readonly #blocks: bigint;
  readonly #memory: ArrayBuffer;
  readonly #cell: DataView;
  readonly #caller: FrameCaller | undefined;
  readonly #free: number[] = [];
  #next = BLOCK_SIZE;

  /**
   * @param backend The runtime.
   * @param executable `false` never makes executable memory.
   */
  constructor(backend: Backend, executable = true) {
    this.#backend = backend;
    const kernel32 = this.#kernel32 = backend.bind("kernel32.dll", BOOTSTRAP);
    this.#blocks = kernel32.VirtualAlloc(
      0n,
      BigInt(BLOCKS_SIZE),
      MEM_COMMIT_RESERVE,
      PAGE_READWRITE,
    );
    if (this.#blocks === 0n) {
      throw new Error("There is no memory left for @kernel32/io to start with");
    }
    this.#memory = backend.memory(this.#blocks, BLOCKS_SIZE);
    this.#cell = new DataView(this.#memory, 0, 4);
    this.#module = kernel32.GetModuleHandleW(this.#text("kernel32", 2));
    const routine = executable
      ? loadRoutine(backend, kernel32, this.#blocks + BigInt(TEXT_AT))
      : 0n;
    this.#caller = routine === 0n ? undefined : backend.frameCaller(routine);
  }

  /** "after-call" where the process may not make executable memory. */
  get capture(): LastErrorCapture {
    return this.#caller === undefined ? "after-call" : "same-frame";
  }

  /** The last error of the last call through a frame of this thread. */
  get lastError(): number {
    return this.#cell.getUint32(0, true);
  }

  /** Sets it for who asks next: a frame hands it to the thread and back. */
  set lastError(code: number) {
    this.#cell.setUint32(0, code, true);
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
    const { view, address } = this.#block(name, this.#blocks);
    const caller = this.#caller?.bind(address) ??
      this.#callerAfterCall(name, arity, view);
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
    const { view, address, offset } = this.#block(name, undefined);
    const cellOffset = BLOCK_SIZE - 8;
    return {
      view,
      call: () => callAside(address),
      get lastError() {
        return view.getUint32(cellOffset, true);
      },
      free: () => {
        this.#free.push(offset);
      },
    };
  }

  /** Zeroed native memory for 128 bytes of results, aligned to 16. */
  cell(): NativeCell {
    const offset = this.#take();
    return {
      address: this.#blocks + BigInt(offset),
      view: new DataView(this.#memory, offset, BLOCK_SIZE),
    };
  }

  #block(
    name: string,
    cell: bigint | undefined,
  ): { view: DataView; address: bigint; offset: number } {
    const target = this.#kernel32.GetProcAddress(
      this.#module,
      this.#text(name, 1),
    );
    if (target === 0n) {
      throw new Error(`This system's kernel32.dll does not export ${name}`);
    }
    const offset = this.#take();
    const view = new DataView(this.#memory, offset, BLOCK_SIZE);
    const address = this.#blocks + BigInt(offset);
    view.setBigUint64(FRAME_BLOCK.target * 8, target, true);
    view.setBigUint64(
      FRAME_BLOCK.cell * 8,
      cell ?? address + BigInt(BLOCK_SIZE - 8),
      true,
    );
    view.setUint32(FRAME_BLOCK.destinations * 8, FRAME_BLOCK.scratch, true);
    view.setUint32(FRAME_BLOCK.destinations * 8 + 4, FRAME_BLOCK.scratch, true);
    return { view, address, offset };
  }

  #take(): number {
    const offset = this.#free.pop() ?? this.#next;
    if (offset + BLOCK_SIZE > BLOCKS_SIZE) {
      throw new Error("Too many calls on other threads are under way");
    }
    if (offset === this.#next) this.#next += BLOCK_SIZE;
    new Uint8Array(this.#memory, offset, BLOCK_SIZE).fill(0);
    return offset;
  }

  /**
   * Puts text where the system can read it, until the next text comes. In JS
   * memory it could be collected between the look-up of its address and the call.
   */
  #text(text: string, unitSize: 1 | 2): bigint {
    const view = new DataView(this.#memory, TEXT_AT, BLOCK_SIZE - TEXT_AT);
    for (let i = 0; i <= text.length; i++) {
      const unit = i < text.length ? text.charCodeAt(i) : 0;
      if (unitSize === 1) view.setUint8(i, unit);
      else view.setUint16(2 * i, unit, true);
    }
    return this.#blocks + BigInt(TEXT_AT);
  }

  /**
   * The next best thing where executable memory is refused: ask for the last
   * error right after the call.
   */
  #callerAfterCall(name: string, arity: number, view: DataView): BlockCaller {
    const bind = <Name extends string>(exports: Record<Name, number>) =>
      this.#backend.bind("kernel32.dll", exports);
    const target: WordFunction = bind({ [name]: arity })[name]!;
    const { GetLastError, SetLastError } = bind({
      GetLastError: 0,
      SetLastError: 1,
    });
    const words: bigint[] = new Array(arity).fill(0n);
    const call0 = () => {
      for (let i = 0; i < arity; i++) {
        words[i] = view.getBigUint64(argumentOffset(i), true);
      }
      SetLastError(BigInt(this.lastError));
      const result = target(...words);
      this.#cell.setUint32(0, Number(GetLastError() & 0xFFFFFFFFn), true);
      view.setBigUint64(RESULT, result, true);
    };
    // Holds the buffers, of which the call itself has the addresses only.
    const held: (ArrayBufferView | undefined)[] = [undefined, undefined];
    const store = (destination: 0 | 1, buffer: ArrayBufferView) => {
      held[destination] = buffer;
      const word = view.getUint32(
        FRAME_BLOCK.destinations * 8 + 4 * destination,
        true,
      );
      view.setBigUint64(word * 8, this.#backend.addressOf(buffer), true);
    };
    return {
      call0,
      call1(key) {
        store(0, key);
        call0();
        held.fill(undefined);
      },
      call2(key, context) {
        store(0, key);
        store(1, context);
        call0();
        held.fill(undefined);
      },
    };
  }
}

const BOOTSTRAP = {
  FlushInstructionCache: 3,
  GetCurrentProcess: 0,
  GetModuleHandleW: 1,
  GetProcAddress: 2,
  RtlAddFunctionTable: 3,
  VirtualAlloc: 4,
  VirtualProtect: 4,
} as const;

type Bootstrap = Record<keyof typeof BOOTSTRAP, WordFunction>;

/**
 * Loads the routine and registers its unwind data. The page is never writable
 * and executable at the same time. Returns 0 where the process may not make
 * executable memory (Arbitrary Code Guard).
 *
 * @param scratch Native memory of 4 bytes.
 */
function loadRoutine(
  backend: Backend,
  kernel32: Bootstrap,
  scratch: bigint,
): bigint {
  const image = frameImage(backend.architecture);
  const page = kernel32.VirtualAlloc(
    0n,
    PAGE_SIZE,
    MEM_COMMIT_RESERVE,
    PAGE_READWRITE,
  );
  if (page === 0n) return 0n;
  new Uint8Array(backend.memory(page, Number(PAGE_SIZE))).set(image.bytes);
  const allowed = kernel32.VirtualProtect(
    page,
    PAGE_SIZE,
    PAGE_EXECUTE_READ,
    scratch,
  );
  if ((allowed & 0xFFFFFFFFn) === 0n) {
    const { VirtualFree } = backend.bind("kernel32.dll", { VirtualFree: 3 });
    VirtualFree(page, 0n, MEM_RELEASE);
    return 0n;
  }
  kernel32.FlushInstructionCache(
    kernel32.GetCurrentProcess(),
    page,
    BigInt(image.bytes.length),
  );
  kernel32.RtlAddFunctionTable(
    page + BigInt(image.functionTable),
    BigInt(image.functionCount),
    page,
  );
  return page + BigInt(image.entry);
}
