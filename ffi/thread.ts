/**
 * What a JS thread has once: the loaded libraries, the capture routine, its
 * blocks and the last error.
 *
 * The capture routine calls a function and reads its last error in the same
 * stack frame, before anything else can change it. A call to `GetLastError` of
 * its own comes too late: between the two calls the runtime may collect garbage,
 * commit memory or compile, and each of those sets the thread's last error.
 *
 * Every function has a block of its own in native memory, which names the
 * target and holds the arguments and the result. The blocks of a JS thread
 * share one last-error cell. The routine puts the cell's value into the thread
 * before the call and takes it back afterwards, so that the module sees the last
 * error of its own calls and of no others.
 *
 * @module
 */
import type {
  Backend,
  BlockCaller,
  RoutineCaller,
  ThreadCaller,
  WordFunction,
  WorkerCaller,
} from "./backend.ts";
import { type Block, Blocks } from "./blocks.ts";
import { callerAfterCall } from "./capture/after_call.ts";
import { argumentOffset, BLOCK, RESULT } from "./capture/block.ts";
import { CODE_SIZE, codeImage } from "./capture/image.ts";
import { selectBackend } from "./select.ts";

/** The first block: the last-error cell, then text for the system to read. */
const TEXT_AT = 8;

const PAGE_EXECUTE_READ = 0x20n;

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

/** How the last error of a call is obtained. */
export type LastErrorCapture = "same-frame" | "after-call";

/**
 * One function of one thread, ready to be called. Its arguments are written to
 * `view` at `argumentOffset(i)`, its result is read at `RESULT`.
 */
export interface Frame extends Block, BlockCaller {
  /** Says which arguments the buffers of the next call are. */
  buffersAt(key: number, context: number): void;
}

/** Native memory of 128 bytes that lives as long as the thread. */
export type NativeCell = Block;

/** A function called on another thread, with a block and a last error of its own. */
export interface ThreadCall {
  /** The block. */
  readonly view: DataView;
  /** Calls the function; one call at a time. */
  call(): Promise<void>;
  /** The last error of the call that ended last. */
  readonly lastError: number;
  /** Releases the block. No call may be under way. */
  free(): void;
}

let current: Thread | undefined;

/** Returns what this JS thread has, if it has made a call. */
export function existingThread(): Thread | undefined {
  return current;
}

/**
 * Returns what this JS thread has, made on first use.
 *
 * @throws {Error} If the system or the runtime cannot call kernel32.
 */
export function thread(): Thread {
  return current ??= new Thread(selectBackend());
}

/**
 * Installs a back end other than the runtime's, for tests.
 *
 * @throws {Error} If the thread has made a call already.
 */
export function useBackend(backend: Backend): void {
  if (current !== undefined) throw new Error("A back end is in use already");
  current = new Thread(backend);
}

/** The functions of kernel32 for one JS thread. */
export class Thread {
  /** The runtime's foreign function interface. */
  readonly backend: Backend;
  readonly #setUp: SetUp;
  readonly #getProcAddress: WordFunction;
  readonly #module: bigint;
  readonly #blocks: Blocks;
  /** The first block. */
  readonly #first: Block;
  /** Absent where the process may not make executable memory. */
  readonly #caller: RoutineCaller | undefined;
  /** Bound on first use. */
  #threadCaller: ThreadCaller | undefined;

  /**
   * Loads kernel32 and the capture routine.
   *
   * @param backend The runtime.
   * @param executable `false` never makes executable memory.
   */
  constructor(backend: Backend, executable = true) {
    this.backend = backend;
    this.#setUp = backend.bind("kernel32.dll", SET_UP);
    this.#blocks = new Blocks(backend, this.#setUp.VirtualAlloc);
    this.#first = this.#blocks.acquire();
    this.#module = this.#setUp.GetModuleHandleW(this.#text("kernel32", 2));
    if (executable && this.#load()) {
      this.#caller = backend.routineCaller(this.#blocks.code);
    }
    this.#getProcAddress = this.#bindGetProcAddress(this.#caller);
  }

  /** "after-call" where the process may not make executable memory. */
  get capture(): LastErrorCapture {
    return this.#caller === undefined ? "after-call" : "same-frame";
  }

  /** The last error of this thread's last call. */
  get lastError(): number {
    return this.#first.view.getUint32(0, true);
  }

  /** Sets the last error that the next call begins with. */
  set lastError(code: number) {
    this.#first.view.setUint32(0, code, true);
  }

  /** Returns zeroed native memory for 128 bytes of results. */
  cell(): NativeCell {
    return this.#blocks.acquire();
  }

  /**
   * Makes the frame of a function.
   *
   * @param library The library that exports it.
   * @throws {Error} If it does not.
   */
  frame(name: string, arity: number, library = "kernel32.dll"): Frame {
    const target = library === "kernel32.dll"
      ? this.#address(name)
      : this.#addressIn(library, name, arity);
    const { address, view } = this.#blockOf(target, this.#first.address);
    const caller = this.#caller?.bind(address) ?? callerAfterCall(
      this.backend,
      library,
      name,
      arity,
      view,
      this.#first.view,
    );
    return {
      address,
      view,
      buffersAt(key, context) {
        view.setUint32(16, BLOCK.arguments + key, true);
        view.setUint32(20, BLOCK.arguments + context, true);
      },
      ...caller,
    };
  }

  /**
   * Makes a function ready to be called on another thread. All that its
   * arguments point to must be native memory.
   *
   * @param inWorkers `workerCaller`: a program without such calls does without.
   * @throws {Error} If kernel32 has no such function, or the process may not
   * make executable memory.
   */
  threadCall(name: string, inWorkers: WorkerCaller): ThreadCall {
    const call = this.#threadCaller ??= this.#caller?.bindThreadCaller(
      inWorkers,
    );
    if (call === undefined) {
      throw new Error(
        `${this.backend.runtime} cannot call ${name} on another thread here`,
      );
    }
    const block = this.#blockOf(this.#address(name));
    const { view, address } = block;
    return {
      view,
      call: () => call(address),
      get lastError() {
        return view.getUint32(BLOCK.ownCell * 8, true);
      },
      free: () => this.#blocks.release(block),
    };
  }

  /** Binds by the routine where there is one, which takes no time. */
  #bindGetProcAddress(caller: RoutineCaller | undefined): WordFunction {
    if (caller === undefined) {
      return this.backend.bindFast("kernel32.dll", { GetProcAddress: 2 })
        .GetProcAddress;
    }
    const name = this.#text("GetProcAddress", 1);
    const target = this.#setUp.GetProcAddress(this.#module, name);
    const { address, view } = this.#blockOf(target);
    const { call0 } = caller.bind(address);
    return (module, name) => {
      view.setBigUint64(argumentOffset(0), module!, true);
      view.setBigUint64(argumentOffset(1), name!, true);
      call0();
      return view.getBigUint64(RESULT, true);
    };
  }

  /** Returns the address of a function of kernel32. */
  #address(name: string): bigint {
    return this.#export(this.#module, name, "kernel32.dll");
  }

  /** Returns the address of a function of another library, which is loaded. */
  #addressIn(library: string, name: string, arity: number): bigint {
    this.backend.bind(library, { [name]: arity });
    const module = this.#setUp.GetModuleHandleW(this.#text(library, 2));
    return this.#export(module, name, library);
  }

  #export(module: bigint, name: string, library: string): bigint {
    const target = this.#getProcAddress(module, this.#text(name, 1));
    if (target !== 0n) return target;
    throw new Error(`This system's ${library} does not export ${name}`);
  }

  /** @param cell Holds the last error; by default, a cell of the block's own. */
  #blockOf(target: bigint, cell?: bigint): Block {
    const block = this.#blocks.acquire();
    const { view, address } = block;
    const ownCell = address + BigInt(BLOCK.ownCell * 8);
    view.setBigUint64(BLOCK.target * 8, target, true);
    view.setBigUint64(BLOCK.cell * 8, cell ?? ownCell, true);
    view.setUint32(BLOCK.destinations * 8, BLOCK.scratch, true);
    view.setUint32(BLOCK.destinations * 8 + 4, BLOCK.scratch, true);
    return block;
  }

  /**
   * Writes text to native memory, where it stands until the next text. In JS
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
   * writable and executable at the same time.
   *
   * @returns Whether the process may make executable memory; under Arbitrary
   * Code Guard it may not.
   */
  #load(): boolean {
    const { code } = this.#blocks;
    const kernel32 = this.#setUp;
    const image = codeImage(this.backend.architecture);
    this.#blocks.write(image.bytes);
    const allowed = kernel32.VirtualProtect(
      code,
      BigInt(CODE_SIZE),
      PAGE_EXECUTE_READ,
      this.#first.address + BigInt(TEXT_AT), // receives the protection before
    );
    if ((allowed & 0xFFFFFFFFn) === 0n) return false;
    kernel32.FlushInstructionCache(
      kernel32.GetCurrentProcess(),
      code,
      BigInt(image.bytes.length),
    );
    const table = code + BigInt(image.functionTable);
    kernel32.RtlAddFunctionTable(table, 1n, code);
    return true;
  }
}
