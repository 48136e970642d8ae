import { Buffer } from "node:buffer";
import type { FakeMemory, Region } from "../fake_memory.ts";
import { STATUS_PENDING } from "./status.ts";
import { KernelViolation } from "./failure.ts";
import type { OpenFile } from "./open_file.ts";

/** How an operation ended: an NTSTATUS and, as a rule, a count of bytes. */
export interface Result {
  readonly status: number;
  readonly count: number;
}

/** What an operation does. */
export type OperationKind =
  | "read"
  | "write"
  | "lock"
  | "connect"
  | "flush"
  | "control";

/** Memory that the kernel was given. */
export interface Range {
  readonly address: bigint;
  readonly length: number;
}

/** What the kernel is asked for. */
export interface Request {
  readonly kind: OperationKind;
  readonly open: OpenFile;
  /** Where, in bytes; -1 for the end of the file. */
  readonly offset: number;
  /** How many bytes. */
  readonly length: number;
  /** The memory that is read or written, in order. */
  readonly data: readonly Range[];
  /** Other memory that must stay until the operation has ended. */
  readonly more?: readonly Range[];
  /** The OVERLAPPED; 0 for none. */
  readonly overlapped: bigint;
  /** The flags of LockFileEx, or the code of DeviceIoControl. */
  readonly flags?: number;
  /** What LockFileEx is to lock: numbers of 64 bits. */
  readonly lock?: { readonly offset: bigint; readonly length: bigint };
  /** What DeviceIoControl was given. */
  readonly input?: Uint8Array;
}

interface Held {
  readonly range: Range;
  readonly region: Region;
  /** What stood there at the start; nothing once the kernel may have written to it. */
  content: Uint8Array | undefined;
  readonly what: string;
}

/** Where the members of an OVERLAPPED stand. https://learn.microsoft.com/windows/win32/api/minwinbase/ns-minwinbase-overlapped */
const INTERNAL = 0;
const INTERNAL_HIGH = 8;
const OFFSET = 16;
const SIZE = 32;

/**
 * An operation with the kernel: the one that uses its memory. The program must not free or reuse it until the
 * operation has ended: https://learn.microsoft.com/windows/win32/fileio/synchronous-and-asynchronous-i-o
 */
export class Operation {
  request: Request;
  /** Whether CancelIoEx has asked for its end. */
  cancelled = false;
  /** Whether the program can see that it has ended, be it before its packet comes. */
  isKnown = false;
  /** Whether a pipe has taken its bytes, though not read them. */
  wasQueued = false;
  /** Whether it has ended; its packet may still be in the port. */
  ended = false;
  /** How it ends instead of as its device would have it, for tests of what can fail. */
  instead: (() => Result | undefined) | undefined;
  /** What is called when it has ended. */
  whenEnded: ((result: Result) => void) | undefined;
  readonly #memory: FakeMemory;
  readonly #held: Held[] = [];

  constructor(memory: FakeMemory, request: Request) {
    this.#memory = memory;
    this.request = request;
  }

  /** What messages call it. */
  get name(): string {
    const { kind, length, offset } = this.request;
    return `the ${kind} of ${length} bytes at ${offset}`;
  }

  /** Has its device perform it; nothing if it must wait. */
  perform(): Result | undefined {
    return this.instead === undefined
      ? this.request.open.target.perform(this)
      : this.instead();
  }

  /** The bytes that are to be written. */
  bytes(): Uint8Array {
    const bytes = new Uint8Array(this.request.length);
    let at = 0;
    for (const { address, length } of this.request.data) {
      const size = Math.min(length, bytes.length - at);
      if (size === 0) break;
      const { buffer, byteOffset } = this.#memory.view(address, size);
      bytes.set(new Uint8Array(buffer, byteOffset, size), at);
      at += size;
    }
    return bytes;
  }

  /** Fills the memory from its start. */
  put(bytes: Uint8Array): void {
    let at = 0;
    for (const { address, length } of this.request.data) {
      const size = Math.min(length, bytes.length - at);
      if (size === 0) break;
      const { buffer, byteOffset } = this.#memory.view(address, size);
      new Uint8Array(buffer, byteOffset, size).set(
        bytes.subarray(at, at + size),
      );
      at += size;
    }
  }

  /** Marks the OVERLAPPED as that of a pending operation. */
  markPending(): void {
    const { overlapped } = this.request;
    if (overlapped === 0n) return;
    const view = this.#memory.view(overlapped, SIZE);
    view.setBigUint64(INTERNAL, BigInt(STATUS_PENDING), true);
    view.setBigUint64(INTERNAL_HIGH, 0n, true);
  }

  /** Writes how it ended where the program looks. */
  writeStatus({ status, count }: Result): void {
    const { overlapped } = this.request;
    if (overlapped === 0n) return;
    // From now on only the OVERLAPPED is owed to a packet.
    this.isKnown = true;
    const owed = this.#held.filter(({ range }) =>
      range.address === overlapped + BigInt(OFFSET)
    );
    this.#held.splice(0, this.#held.length, ...owed);
    const view = this.#memory.view(overlapped, SIZE);
    view.setBigUint64(INTERNAL, BigInt(status), true);
    view.setBigUint64(INTERNAL_HIGH, BigInt(count), true);
  }

  /**
   * Notes the memory that it uses from now on beyond its call.
   *
   * @param canMove Whether JS memory can move meanwhile, since the JS thread does not wait in the call.
   * @throws {KernelViolation} If some of it is JS memory, which a runtime may move or collect.
   */
  hold(canMove = true): void {
    const { data, more = [] } = this.request;
    for (const range of data) this.#hold(range, "its data", canMove);
    for (const range of more) {
      this.#hold(range, "its array of segments", canMove);
    }
    this.holdOverlapped(canMove);
  }

  /** As `hold()`, for the OVERLAPPED alone. */
  holdOverlapped(canMove = true): void {
    const { overlapped } = this.request;
    if (overlapped !== 0n) {
      // The members that only the program writes: Offset, OffsetHigh and hEvent.
      const range = {
        address: overlapped + BigInt(OFFSET),
        length: SIZE - OFFSET,
      };
      this.#hold(range, "its OVERLAPPED", canMove);
    }
  }

  /** Whether it uses memory of an allocation. */
  uses(address: bigint): boolean {
    return this.#held.some(({ region }) => region.address === address);
  }

  /**
   * Looks whether the memory is what it was at the start.
   *
   * @throws {KernelViolation} If it was freed, detached or changed.
   */
  check(): void {
    for (const { range, region, content, what } of this.#held) {
      if (this.#memory.region(range.address) !== region) {
        throw new KernelViolation(
          `${what} was freed while ${this.name} was under way`,
        );
      }
      if (region.buffer()?.byteLength !== region.byteLength) {
        throw new KernelViolation(
          `${what} was detached while ${this.name} was under way`,
        );
      }
      const view = this.#memory.view(range.address, range.length);
      const now = new Uint8Array(view.buffer, view.byteOffset, range.length);
      if (content !== undefined && Buffer.compare(content, now) !== 0) {
        throw new KernelViolation(
          `${what} was changed while ${this.name} was under way`,
        );
      }
    }
  }

  /** Marks it as ended: from now on its memory may change, but not go. */
  end(): void {
    this.ended = true;
    for (const held of this.#held) held.content = undefined;
  }

  #hold(range: Range, what: string, canMove: boolean): void {
    const region = this.#memory.region(range.address)!;
    if (canMove && !region.native) {
      throw new KernelViolation(
        `${what} is in JS memory, and ${this.name} is pending: the runtime may move it`,
      );
    }
    const { buffer, byteOffset } = this.#memory.view(
      range.address,
      range.length,
    );
    const content = new Uint8Array(buffer, byteOffset, range.length).slice();
    this.#held.push({ range, region, content, what });
  }
}
