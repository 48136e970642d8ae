import {
  ERROR_IO_PENDING,
  ERROR_NOACCESS,
  ERROR_NOT_FOUND,
} from "../../../src/errors/codes.ts";
import { codeOfStatus, STATUS_END_OF_FILE, STATUS_PENDING } from "./status.ts";
import { Event } from "./event.ts";
import { fail, KernelViolation } from "./failure.ts";
import type { StrictKernel } from "./kernel.ts";
import type { OpenFile } from "./open_file.ts";
import {
  Operation,
  type Range,
  type Request,
  type Result,
} from "./operation.ts";
import { PendingOperations } from "./pending_operations.ts";
import { Blocking } from "./thread.ts";

/** Whether a status is that of a failure; a warning is none. https://learn.microsoft.com/windows-hardware/drivers/kernel/using-ntstatus-values */
const isError = (status: number) => status >>> 30 === 3;
const isWarning = (status: number) => status >>> 30 === 2;

/** Starts operations, ends them, and shows the program how they ended. */
export class IoManager {
  readonly #kernel: StrictKernel;
  /** By the address of the OVERLAPPED, until its last packet has been taken. */
  readonly #inFlight = new Map<bigint, Operation>();
  /** What has not ended. */
  readonly pending: PendingOperations;
  /** Called with each operation before it starts. */
  whenStarted: ((operation: Operation) => void) | undefined;

  constructor(kernel: StrictKernel) {
    this.#kernel = kernel;
    this.pending = new PendingOperations(
      kernel,
      (operation, result) => this.#end(operation, result),
    );
  }

  /** What is with the kernel, packets that have not been taken included. */
  get inFlight(): readonly Operation[] {
    return [...this.#inFlight.values()];
  }

  /** Performs a request: the result of its call, and `done` with a count if it ends in it. */
  start(
    request: Request,
    done: (count: number) => void = () => {},
  ): bigint | Blocking {
    const { open, overlapped } = request;
    const operation = new Operation(this.#kernel.memory, request);
    for (const range of request.data) this.#checkMemory(range);
    if (open.mode.overlapped) {
      if (overlapped === 0n) {
        // An overlapped handle wants an OVERLAPPED: https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-readfile
        throw new KernelViolation(
          `${operation.name} has no OVERLAPPED, and the handle is an overlapped one`,
        );
      }
      const other = this.#inFlight.get(overlapped);
      if (other !== undefined) {
        throw new KernelViolation(
          `${operation.name} reuses the OVERLAPPED of ${other.name}, which is in flight`,
        );
      }
    }
    open.target.check(operation);
    this.whenStarted?.(operation);
    return open.mode.overlapped
      ? this.#startOverlapped(operation, done)
      : this.#startSync(operation, done);
  }

  /** Performs a request that has no OVERLAPPED on whatever handle, and waits for its end. */
  startAndWait(request: Request): bigint | Blocking {
    const operation = new Operation(this.#kernel.memory, request);
    request.open.target.check(operation);
    this.whenStarted?.(operation);
    return this.#startSync(operation, () => {});
  }

  /** CancelIoEx. https://learn.microsoft.com/windows/win32/fileio/cancelioex-func */
  cancel(open: OpenFile, overlapped: bigint): void {
    if (this.pending.cancel(open, overlapped) === 0) fail(ERROR_NOT_FOUND);
  }

  /** Drops what a test has left behind, which would disturb the next one. */
  abandon(): void {
    for (const [overlapped, { isKnown }] of this.#inFlight) {
      if (!isKnown) this.#inFlight.delete(overlapped);
    }
    this.pending.clear();
  }

  /** Refuses to free memory that the kernel uses. */
  checkFree(address: bigint): void {
    for (const operation of this.#inFlight.values()) {
      if (operation.uses(address)) {
        throw new KernelViolation(
          `memory is freed that ${operation.name} uses`,
        );
      }
    }
  }

  /** Waits for an operation that has an OVERLAPPED. */
  wait(overlapped: bigint, value: () => bigint): bigint | Blocking {
    const operation = this.#inFlight.get(overlapped);
    if (operation === undefined || operation.ended) return value();
    const blocking = new Blocking(`the end of ${operation.name}`, {});
    const { whenEnded } = operation;
    operation.whenEnded = (result) => {
      whenEnded?.(result);
      blocking.end(value);
    };
    return blocking;
  }

  #checkMemory({ address, length }: Range): void {
    if (length === 0) return;
    if (address === 0n) fail(ERROR_NOACCESS);
    this.#kernel.memory.view(address, length);
  }

  #startSync(
    operation: Operation,
    done: (count: number) => void,
  ): bigint | Blocking {
    const { kind, open, overlapped, offset } = operation.request;
    const movesPointer = open.target.seeks &&
      (kind === "read" || kind === "write");
    const start = open.target.offsetOf?.(operation) ?? offset;
    operation.markPending();
    const finish = (ended: Result): bigint => {
      // At the end of a file: TRUE and 0 bytes without an OVERLAPPED, ERROR_HANDLE_EOF with one: sdk ReadFile
      const isEnd = ended.status === STATUS_END_OF_FILE && overlapped === 0n;
      const result = isEnd ? { status: 0, count: 0 } : ended;
      operation.end();
      const { status, count } = result;
      operation.writeStatus(result);
      done(count);
      // The system may update the offset in the OVERLAPPED before the function returns: sdk WriteFile
      if (overlapped !== 0n && offset >= 0 && this.#kernel.schedule.coin()) {
        const next = BigInt(offset + count);
        this.#kernel.memory.view(overlapped, 32).setBigUint64(16, next, true);
      }
      // Behind what is appended, too: StartingVbo is the end there, https://github.com/microsoft/Windows-driver-samples/blob/main/filesys/fastfat/write.c
      if (movesPointer && !isError(status)) open.position = start + count;
      if (status !== 0 && (isError(status) || isWarning(status))) {
        fail(codeOfStatus(status));
      }
      return 1n;
    };
    const result = operation.perform();
    if (result !== undefined) return finish(result);
    operation.hold(!this.#kernel.onJsThread);
    this.pending.wait(operation);
    const blocking = new Blocking(operation.name, {
      cancel: () => this.pending.cancelOne(operation),
    });
    if (overlapped !== 0n) this.#inFlight.set(overlapped, operation);
    operation.whenEnded = (result) => {
      this.#inFlight.delete(overlapped);
      blocking.end(() => finish(result));
    };
    return blocking;
  }

  #startOverlapped(
    operation: Operation,
    done: (count: number) => void,
  ): bigint {
    const { open, overlapped } = operation.request;
    const { schedule } = this.#kernel;
    open.event.reset();
    this.#eventOf(overlapped)?.reset();
    const reason = open.target.endsInCall?.(operation);
    if (reason !== undefined && this.#kernel.onJsThread) {
      this.#kernel.jsThreadWaits.push(reason);
    }
    const completion = reason === undefined
      ? schedule.completion(operation)
      : "in call";
    operation.markPending();
    if (completion === "in call") {
      const result = operation.perform();
      if (result !== undefined) return this.#endInCall(operation, result, done);
    }
    operation.hold();
    this.#inFlight.set(overlapped, operation);
    const result = completion === "already done"
      ? operation.perform()
      : undefined;
    if (result !== undefined) this.#end(operation, result);
    else if (completion === "later") this.pending.endLater(operation);
    else this.pending.wait(operation);
    return fail(ERROR_IO_PENDING);
  }

  #endInCall(
    operation: Operation,
    result: Result,
    done: (count: number) => void,
  ): bigint {
    const { open, overlapped } = operation.request;
    const { status, count } = result;
    operation.end();
    // An error in the call leaves no packet, and the OVERLAPPED as it is, unless a driver does otherwise.
    if (isError(status)) {
      const stray = this.#kernel.rules.packetOfFailedCall(operation, status);
      if (stray !== undefined) this.#queueStray(operation, stray);
      return fail(codeOfStatus(status));
    }
    operation.writeStatus(result);
    done(count);
    this.#signal(operation);
    // The skip mode is for success alone: https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-setfilecompletionnotificationmodes
    const isQueued = this.#sendsPacket(operation) &&
      !(open.skipsOnSuccess && !isWarning(status));
    if (isQueued) {
      operation.holdOverlapped();
      operation.end();
      this.#inFlight.set(overlapped, operation);
      this.#post(operation, result);
    }
    return isWarning(status) ? fail(codeOfStatus(status)) : 1n;
  }

  /** Ends a pending operation. */
  #end(operation: Operation, result: Result): void {
    this.#finish(operation, result);
    operation.request.open.target.ended?.(operation);
  }

  #finish(operation: Operation, result: Result): void {
    const { overlapped } = operation.request;
    operation.end();
    if (!this.#sendsPacket(operation)) {
      this.#inFlight.delete(overlapped);
      operation.writeStatus(result);
      this.#signal(operation);
      operation.whenEnded?.(result);
      return;
    }
    // The status may be written only when the packet is taken: https://learn.microsoft.com/windows/win32/fileio/i-o-completion-ports
    const isUpdated = this.#kernel.schedule.coin();
    if (isUpdated) operation.writeStatus(result);
    this.#signal(operation);
    this.#post(operation, result);
    operation.whenEnded?.(result);
  }

  #post(operation: Operation, result: Result): void {
    const { open, overlapped } = operation.request;
    const { status, count } = result;
    open.port!.post({
      key: open.key,
      overlapped,
      count,
      taken: () => {
        operation.check();
        this.#inFlight.delete(overlapped);
        operation.writeStatus(result);
        return status;
      },
    });
  }

  /** A packet that a driver queues of a call that failed. */
  #queueStray(operation: Operation, status: number): void {
    if (!this.#sendsPacket(operation)) return;
    if (status !== STATUS_PENDING) operation.writeStatus({ status, count: 0 });
    operation.holdOverlapped();
    operation.end();
    this.#inFlight.set(operation.request.overlapped, operation);
    this.#post(operation, { status, count: 0 });
  }

  /** hEvent with its low bit set keeps a packet from being queued: sdk GetQueuedCompletionStatus */
  #sendsPacket({ request: { open, overlapped } }: Operation): boolean {
    return open.port !== undefined && overlapped !== 0n &&
      (this.#eventWord(overlapped) & 1n) === 0n;
  }

  #signal({ request: { open, overlapped } }: Operation): void {
    if (!open.skipsEvent) open.event.set();
    if (overlapped !== 0n) this.#eventOf(overlapped)?.set();
  }

  #eventWord(overlapped: bigint): bigint {
    return this.#kernel.memory.view(overlapped, 32).getBigUint64(24, true);
  }

  #eventOf(overlapped: bigint): Event | undefined {
    const handle = this.#eventWord(overlapped) & ~3n;
    return handle === 0n ? undefined : this.#kernel.handles.get(handle, Event);
  }
}
