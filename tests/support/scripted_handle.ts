import type { Handle } from "../../ffi/handle.ts";
import { DeviceKind } from "../../src/file/device_kind.ts";
import type { StartableOperation } from "../../src/overlapped/completion_port.ts";
import {
  checkedLimit,
  type InFlightLimit,
  InFlightLimiter,
} from "../../src/overlapped/in_flight_limiter.ts";
import type { Operation } from "../../src/overlapped/operation.ts";
import type { OverlappedHandle } from "../../src/overlapped/overlapped_handle.ts";

/** How a scripted operation ends. */
export interface Outcome {
  /** The Win32 code, 0 for success. */
  readonly code: number;
  readonly count: number;
}

/** What a scripted handle was asked for. */
export type Started = Operation<unknown> & StartableOperation;

/**
 * Decides how an operation ends in its call; undefined if it ends when the test
 * calls its `complete()`.
 */
export type Script = (operation: Started) => Outcome | undefined;

/** Every operation succeeds with all of its bytes. */
export const SUCCEEDS: Script = ({ length }) => ({ code: 0, count: length });

/** A handle without a kernel, whose operations end as a test wants. */
export class ScriptedHandle {
  /** Every operation that was started, in order. */
  readonly started: Started[] = [];
  /** How many users the handle has. */
  users = 0;
  /** The most operations that were started and had not ended. */
  mostInFlight = 0;
  closing = false;
  readonly path = "path";
  readonly handle = 0n as Handle;
  readonly key = 1;
  readonly skipsOnSuccess = true;
  readonly isDisk: boolean;
  readonly device: DeviceKind;
  readonly limiter: InFlightLimiter;
  /** The addresses of the OVERLAPPEDs that were to be cancelled. */
  readonly cancelled: bigint[] = [];
  readonly port: {
    pending: number;
    start(
      key: number,
      skips: boolean,
      offset: unknown,
      operation: Started,
    ): bigint | undefined;
    afterShortage(): Promise<void>;
  };
  #inFlight = 0;

  constructor(
    script: Script = SUCCEEDS,
    { isDisk = true, limit }: { isDisk?: boolean; limit?: InFlightLimit } = {},
  ) {
    this.isDisk = isDisk;
    const name = isDisk ? "disk" : "pipe";
    this.device = new DeviceKind(name, this.path);
    this.limiter = new InFlightLimiter(checkedLimit(limit));
    this.port = {
      pending: 0,
      start: (_key, _skips, _offset, operation) => {
        this.started.push(operation);
        const outcome = script(operation);
        if (outcome !== undefined) {
          operation.complete(outcome.code, outcome.count);
          return undefined;
        }
        this.#count(operation);
        return BigInt(this.started.length);
      },
      afterShortage: () => Promise.resolve(),
    };
  }

  /** The scripted handle, as operations take it. */
  get asHandle(): OverlappedHandle {
    return this as unknown as OverlappedHandle;
  }

  /** The lengths of the operations that were started. */
  get lengths(): number[] {
    return this.started.map(({ length }) => length);
  }

  /** Where the operations that were started begin. */
  get offsets(): (number | bigint)[] {
    return this.started.map(({ offset }) => offset);
  }

  enter(): void {
    this.users++;
  }

  leave(): void {
    this.users--;
  }

  cancel(overlapped: bigint): boolean {
    this.cancelled.push(overlapped);
    return true;
  }

  #count(operation: Started): void {
    this.mostInFlight = Math.max(this.mostInFlight, ++this.#inFlight);
    const complete = operation.complete.bind(operation);
    operation.complete = (code, count) => {
      this.#inFlight--;
      complete(code, count);
    };
  }
}
