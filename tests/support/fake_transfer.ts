import { Transfer } from "../../ffi/transfer.ts";

/** A call of ReadFile or WriteFile. */
export interface FakeTransferCall {
  /** Where, by the OVERLAPPED; undefined at the file pointer. */
  readonly place: bigint | undefined;
  readonly bytes: Uint8Array;
  readonly length: number;
}

/** What comes of it: a count, and a code if it fails. */
export interface FakeTransferResult {
  readonly count: number;
  readonly error?: number;
}

/**
 * Runs a body while a function answers every call of ReadFile and WriteFile
 * that files make, and tells which calls there were.
 */
export function withFakeTransfers(
  answer: (call: FakeTransferCall, index: number) => FakeTransferResult,
  run: () => void,
): FakeTransferCall[] {
  const calls: FakeTransferCall[] = [];
  let last: FakeTransferResult = { count: 0 };
  const respond = (
    view: ArrayBufferView,
    length: number,
    place: bigint | undefined,
  ) => {
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    const call = { place, bytes, length };
    calls.push(call);
    last = answer(call, calls.length - 1);
    return last.error === undefined && last.count === length;
  };
  const prototype = Transfer.prototype;
  const original = Object.getOwnPropertyDescriptors(prototype);
  try {
    Object.defineProperties(prototype, {
      succeeded: {
        get: () => last.error === undefined,
        configurable: true,
      },
      count: { get: () => last.count, configurable: true },
      lastError: { get: () => last.error ?? 0, configurable: true },
    });
    prototype.here = (_, view, length) => respond(view, length, undefined);
    prototype.at = (_, view, length, low, high) =>
      respond(
        view,
        length,
        BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low)),
      );
    run();
  } finally {
    const { here, at, succeeded, count, lastError } = original;
    Object.defineProperties(prototype, {
      here: here!,
      at: at!,
      succeeded: succeeded!,
      count: count!,
      lastError: lastError!,
    });
  }
  return calls;
}
