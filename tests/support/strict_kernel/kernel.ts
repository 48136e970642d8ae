import { setImmediate } from "node:timers";
import type { WordFunction } from "../../../ffi/backend.ts";
import { INVALID_HANDLE_VALUE } from "../../../src/win32/handle.ts";
import type { FakeBackend, FakeCall, ThreadResult } from "../fake_backend.ts";
import { FakeMemory } from "../fake_memory.ts";
import { Clock } from "./clock.ts";
import { CompletionPort } from "./completion_port.ts";
import { KernelViolation, Win32Failure } from "./failure.ts";
import { FUNCTIONS } from "./functions.ts";
import { Handles } from "./handles.ts";
import { IoManager } from "./io.ts";
import { Namespace } from "./namespace.ts";
import type { Operation } from "./operation.ts";
import { type Process, THIS_PROCESS } from "./process.ts";
import { Schedule } from "./schedule.ts";
import { Blocking, Thread, ThreadHandle } from "./thread.ts";

/** A function of the kernel: its words, to its result, which may have to be waited for. */
export type KernelFunction = (
  kernel: StrictKernel,
  ...words: bigint[]
) => bigint | Blocking;

/** What drivers do differently. */
export interface Rules {
  /** The status in the packet that a driver queues of a call that fails; nothing if it queues none, as most. */
  packetOfFailedCall(operation: Operation, status: number): number | undefined;
  /** Whether a handle may be closed while operations are pending on it, which ends them. */
  closesWithPending: boolean;
  /** Whether the process has SE_MANAGE_VOLUME_NAME, which SetFileValidData wants. */
  managesVolumes: boolean;
}

/** Results of 64 bits; in all others the upper half is undefined. */
const WIDE = new Set([
  "CreateEventW",
  "CreateFileW",
  "CreateIoCompletionPort",
  "CreateNamedPipeW",
  "GetCurrentProcess",
  "GetStdHandle",
  "OpenThread",
  "VirtualAlloc",
]);
const GARBAGE = 0xDEAD_BEEFn << 32n;

/** What a function returns that fails, if not 0. */
const FAILED: Readonly<Record<string, bigint>> = {
  CreateFileW: INVALID_HANDLE_VALUE,
  CreateNamedPipeW: INVALID_HANDLE_VALUE,
  GetFileAttributesW: 0xFFFF_FFFFn,
  WaitForSingleObject: 0xFFFF_FFFFn,
};

/**
 * Windows' kernel as its pages describe it, in memory. It answers never more generously than they say, and what they call
 * undefined is a violation, which fails the test.
 */
export class StrictKernel {
  readonly memory: FakeMemory = new FakeMemory();
  readonly handles: Handles = new Handles();
  readonly io: IoManager = new IoManager(this);
  readonly clock: Clock = new Clock(() => this.io.pending.retry());
  readonly names: Namespace = new Namespace();
  /** Memory that LocalFree is to free. */
  readonly localMemory: Set<bigint> = new Set<bigint>();
  /** The process that makes the calls: a test may play another one. */
  process: Process = THIS_PROCESS;
  schedule: Schedule = new Schedule(1);
  rules: Rules = defaultRules();
  /** What the JS thread waited for in calls, in order. */
  readonly jsThreadWaits: string[] = [];
  /** What the program must not have done, in order. */
  readonly violations: KernelViolation[] = [];
  /** Called when a violation happens. */
  whenViolated: ((violation: KernelViolation) => void) | undefined;
  /** Sees each call before it is made, and makes it or does something else. */
  whenCalled:
    | ((
      name: string,
      words: readonly bigint[],
      make: () => bigint | Blocking,
    ) => bigint | Blocking)
    | undefined;
  /** Acts as another process while the JS thread waits in a call. Returns whether it did something. */
  whenBlocked: (() => boolean) | undefined;
  /** The thread whose call is being made. */
  thread: Thread;
  readonly threads: Thread[] = [new Thread(1)];
  readonly #jsThread = this.threads[0]!;
  #backend: FakeBackend | undefined;

  constructor() {
    this.thread = this.#jsThread;
  }

  /** The functions, as the back end calls them. */
  functions(): Record<string, WordFunction> {
    const functions: Record<string, WordFunction> = {};
    for (const name in FUNCTIONS) {
      functions[name] = (...words) => this.#callHere(name, words);
    }
    return functions;
  }

  /** Says which back end holds the JS thread's last error. */
  attach(backend: FakeBackend): void {
    this.#backend = backend;
  }

  /** Makes a call on another thread. */
  async callOnThread(
    { name, words }: FakeCall,
    lastError: number,
  ): Promise<ThreadResult> {
    const thread =
      this.threads.find((thread) =>
        thread !== this.#jsThread && thread.blocking === undefined
      ) ??
        new Thread(this.threads.length + 1);
    if (!this.threads.includes(thread)) this.threads.push(thread);
    thread.lastError = lastError;
    // Another thread starts when it comes to it.
    let result = await new Promise<bigint | Blocking>((resolve, reject) => {
      thread.blocking = new Blocking(`the start of ${name}`, {});
      setImmediate(() => {
        try {
          resolve(this.#run(thread, name, words));
        } catch (violation) {
          reject(violation);
        }
      });
    }).finally(() => thread.blocking = undefined);
    if (result instanceof Blocking) {
      thread.blocking = result;
      await result.ended;
      thread.blocking = undefined;
      result = this.#finish(thread, name, result.value!);
    }
    return { result, lastError: thread.lastError };
  }

  /** Whether it is the JS thread whose call is being made. */
  get onJsThread(): boolean {
    return this.thread === this.#jsThread;
  }

  /** The thread that a handle is of. */
  threadOf(handle: bigint): Thread {
    return this.handles.get(handle, ThreadHandle).thread;
  }

  /** Does something, and notes a violation that comes of it. */
  guard<T>(run: () => T): T | undefined {
    try {
      return run();
    } catch (error) {
      this.#note(error);
      return undefined;
    }
  }

  /**
   * Checks that the program is through: nothing is in flight, and no handle but those of ports is open.
   *
   * @throws {KernelViolation} If not, or if there was a violation.
   */
  verify(): void {
    const [violation] = this.violations.splice(0);
    if (violation !== undefined) throw violation;
    const operation = this.io.inFlight.find(({ isKnown }) => !isKnown);
    if (operation !== undefined) {
      throw new KernelViolation(`${operation.name} is still in flight`);
    }
    if (this.localMemory.size > 0) {
      throw new KernelViolation("LocalFree has not freed all memory");
    }
    const open = [...this.handles.entries()].filter(([, object]) =>
      !(object instanceof CompletionPort)
    );
    if (open.length > 0) {
      throw new KernelViolation(
        `${open.length} handles are still open: ${
          open.map(([, { constructor }]) => constructor.name)
        }`,
      );
    }
  }

  /** Starts anew with empty volumes; the program's ports and memory stay. */
  reset(seed: number): void {
    this.schedule = new Schedule(seed);
    this.rules = defaultRules();
    this.process = THIS_PROCESS;
    this.localMemory.clear();
    this.names.clear();
    this.clock.reset();
    this.io.abandon();
    this.handles.abandon(CompletionPort);
    this.#backend?.calls.splice(0);
    this.jsThreadWaits.length = 0;
    this.violations.length = 0;
    this.whenBlocked = undefined;
    this.whenCalled = undefined;
    this.io.whenStarted = undefined;
  }

  #callHere(name: string, words: bigint[]): bigint {
    const backend = this.#backend!;
    const thread = this.#jsThread;
    thread.lastError = backend.lastError;
    try {
      let result = this.#run(thread, name, words);
      if (result instanceof Blocking) {
        this.jsThreadWaits.push(`${name} waits for ${result.what}`);
        this.#block(name, result);
        result = this.#finish(thread, name, result.value!);
      }
      return result;
    } finally {
      backend.lastError = thread.lastError;
    }
  }

  /** Goes on with all else until a call on the JS thread is over. */
  #block(name: string, blocking: Blocking): void {
    while (blocking.value === undefined) {
      blocking.ends.poll?.();
      if (
        blocking.value !== undefined || this.io.pending.endScheduled() ||
        this.whenBlocked?.() || this.clock.jump()
      ) continue;
      if (blocking.ends.expire !== undefined) blocking.ends.expire();
      else {
        const violation = new KernelViolation(
          `${name} blocks the JS thread for ever: it waits for ${blocking.what}`,
        );
        this.#note(violation);
        throw violation;
      }
    }
  }

  #run(
    thread: Thread,
    name: string,
    words: readonly bigint[],
  ): bigint | Blocking {
    let blocking: Blocking | undefined;
    const result = this.#finish(thread, name, () => {
      const make = () => FUNCTIONS[name]!(this, ...words);
      const outcome = this.whenCalled?.(name, words, make) ?? make();
      if (!(outcome instanceof Blocking)) return outcome;
      blocking = outcome;
      return 0n;
    });
    return blocking ?? result;
  }

  #finish(thread: Thread, name: string, value: () => bigint): bigint {
    const { thread: previous } = this;
    this.thread = thread;
    let result: bigint;
    try {
      result = value();
    } catch (error) {
      if (!(error instanceof Win32Failure)) {
        this.#note(error);
        throw error;
      }
      thread.lastError = error.code;
      result = FAILED[name] ?? 0n;
    } finally {
      this.thread = previous;
    }
    return WIDE.has(name) ? result : result | GARBAGE;
  }

  #note(error: unknown): void {
    const violation = error instanceof KernelViolation
      ? error
      : new KernelViolation(String(error), { cause: error });
    if (!this.violations.includes(violation)) this.violations.push(violation);
    this.whenViolated?.(violation);
  }
}

function defaultRules(): Rules {
  return {
    packetOfFailedCall: () => undefined,
    closesWithPending: false,
    managesVolumes: true,
  };
}
