// The kernel's calls that an operation makes, and how each of them can end otherwise.

import { ERROR_MORE_DATA } from "../../../src/errors/codes.ts";
import { INVALID_HANDLE_VALUE } from "../../../src/win32/handle.ts";
import { Disk } from "../strict_kernel/disk.ts";
import { fail } from "../strict_kernel/failure.ts";
import type { StrictKernel } from "../strict_kernel/mod.ts";
import type { Operation, Result } from "../strict_kernel/operation.ts";
import { statusOfCode } from "../strict_kernel/status.ts";

/** How a call can end: it fails in the call or after it, or it succeeds with less than was asked for. */
export const ENDINGS = ["at once", "later", "short", "none"] as const;
export type Ending = typeof ENDINGS[number];

/** Whether an ending fails, and so has a code. */
export function isFailure(ending: Ending): boolean {
  return ending === "at once" || ending === "later";
}

/** What one call is to do instead. */
export interface Fault {
  readonly name: string;
  /** Which of the calls of that function, from 0. */
  readonly occurrence: number;
  readonly ending: Ending;
  /** What kind of object it is about. */
  readonly object: string;
  /** Whether it may be made once more or less. */
  readonly isPoll: boolean;
  /** Whether its error names the file. */
  readonly isOfFile: boolean;
  /** What it fails with. */
  readonly code: number;
}

/** A call that an operation has made. */
export class MadeCall {
  readonly name: string;
  readonly occurrence: number;
  /** What it has started, if it is I/O. */
  operation: Operation | undefined;
  /** How many bytes that has transferred. */
  count = 0;

  readonly words: readonly bigint[];
  /** What kind of object the handle is of, that it begins with: "OpenFile". */
  readonly object: string;

  constructor(
    name: string,
    occurrence: number,
    words: readonly bigint[],
    object = "",
  ) {
    this.name = name;
    this.occurrence = occurrence;
    this.words = words;
    this.object = object;
  }

  /** Whether it asks for packets, or for a status as a code, which takes more or fewer calls. */
  get isPoll(): boolean {
    return POLLS.has(this.name);
  }

  /** Whether it is about a file, which its error names: not memory, a token or a port of its own. */
  get isOfFile(): boolean {
    if (this.name === "CreateIoCompletionPort") {
      return this.words[0] !== INVALID_HANDLE_VALUE;
    }
    return !/^Virtual|^Nt.*Token$|^Convert|^QueryDos/.test(this.name);
  }

  /** Why a call cannot end in a way; nothing if it can. */
  excludes(ending: Ending, code: number): string | undefined {
    switch (ending) {
      case "at once":
        return NEVER_FAILS.has(this.name)
          ? "its page names no failure, or one that is another call's"
          : code === ERROR_MORE_DATA
          ? "part of a message is no failure: its packet comes"
          : undefined;
      case "later":
        return this.#isOverlapped ? undefined : "it ends when it returns";
      case "short":
        return this.shorter > 0 ? undefined : "it transfers nothing to share";
      case "none":
        return this.count > 0 ? undefined : "it transfers nothing";
    }
  }

  /** About half of what it transfers, in whole sectors where these cannot be split; 0 if that is nothing. */
  get shorter(): number {
    if (this.operation === undefined) return 0;
    const { kind, open } = this.operation.request;
    const isWhole = kind !== "control" && open.target.seeks &&
      (open.mode.unbuffered || open.target instanceof Disk);
    const unit = isWhole ? 512 : 1;
    return Math.floor(this.count / 2 / unit) * unit;
  }

  get #isOverlapped(): boolean {
    if (this.operation === undefined) return false;
    const { open, overlapped } = this.operation.request;
    return open.mode.overlapped && overlapped !== 0n;
  }
}

/** Functions without a failure: https://learn.microsoft.com/windows/win32/api/errhandlingapi/nf-errhandlingapi-setlasterror and their like */
const NEVER_FAILS = new Set([
  "GetCurrentProcess",
  "GetCurrentThreadId",
  "GetLastError",
  "GetOverlappedResult",
  "GetSystemInfo",
  "SetLastError",
]);

/** How often they are called depends on when packets come. */
const POLLS = new Set([
  "GetOverlappedResult",
  "GetQueuedCompletionStatusEx",
  "PostQueuedCompletionStatus",
]);

/** What these give back is gone even if they fail: there is no such handle or memory. */
const RELEASES = new Set([
  "CloseHandle",
  "LocalFree",
  "NtClose",
  "VirtualFree",
]);

/** Notes the calls of a kernel, and has one of them end otherwise. */
export class CallWatch implements Disposable {
  readonly calls: MadeCall[] = [];
  /** Whether the call that was to end otherwise has been made. */
  reached = false;
  /** How many bytes reads and writes have transferred. */
  transferred = 0;
  readonly #kernel: StrictKernel;
  readonly #fault: Fault | undefined;
  readonly #seen = new Map<string, number>();
  #current: MadeCall | undefined;

  constructor(kernel: StrictKernel, fault?: Fault) {
    this.#kernel = kernel;
    this.#fault = fault;
    kernel.whenCalled = (name, words, make) => {
      const occurrence = this.#seen.get(name) ?? 0;
      this.#seen.set(name, occurrence + 1);
      const call = new MadeCall(
        name,
        occurrence,
        words,
        kernel.handles.peek(words[0] ?? 0n)?.constructor.name,
      );
      this.calls.push(call);
      const before = this.#current;
      this.#current = call;
      try {
        if (!this.#isFaulty(call)) return make();
        this.reached = true;
        const { ending, code } = this.#fault!;
        if (ending !== "at once") return make();
        if (RELEASES.has(name)) make();
        // They set the count to zero before all else: sdk ReadFile, WriteFile
        if (/^(Read|Write)File$/.test(name) && words[3] !== 0n) {
          kernel.memory.view(words[3]!, 4).setUint32(0, 0, true);
        }
        return name.startsWith("Nt") ? BigInt(statusOfCode(code)) : fail(code);
      } finally {
        this.#current = before;
      }
    };
    kernel.io.whenStarted = (operation) => {
      const call = this.#current;
      if (call === undefined) return;
      call.operation = operation;
      const { target } = operation.request.open;
      const end = this.#isFaulty(call)
        ? endingOf(operation, this.#fault!)
        : () => target.perform(operation);
      operation.instead = () => {
        const result = end();
        // The device may have it in a queue.
        if (result !== undefined) target.ended?.(operation);
        call.count = result?.count ?? 0;
        if (operation.request.kind !== "control") {
          this.transferred += call.count;
        }
        return result;
      };
    };
  }

  /** Whether an operation is that of the call that ends otherwise, and ends later. */
  endsLater(operation: Operation): boolean {
    return this.#fault?.ending === "later" &&
      this.#current?.operation === operation && this.#isFaulty(this.#current);
  }

  [Symbol.dispose](): void {
    this.#kernel.whenCalled = undefined;
    this.#kernel.io.whenStarted = undefined;
  }

  #isFaulty({ name, occurrence }: MadeCall): boolean {
    const fault = this.#fault;
    return fault?.name === name && fault.occurrence === occurrence;
  }
}

/** How an operation ends instead. */
function endingOf(
  operation: Operation,
  { ending, code }: Fault,
): () => Result | undefined {
  const { request } = operation;
  const { target } = request.open;
  if (ending === "later") {
    return () => ({ status: statusOfCode(code), count: 0 });
  }
  if (ending === "none") return () => ({ status: 0, count: 0 });
  const call = new MadeCall("", 0, []);
  call.operation = operation;
  if (request.kind === "control") {
    // Drivers may say that they have returned less than they have written.
    return () => {
      const result = target.perform(operation);
      call.count = result?.count ?? 0;
      return result && { ...result, count: call.shorter };
    };
  }
  call.count = request.length;
  operation.request = { ...request, length: call.shorter };
  return () => target.perform(operation);
}
