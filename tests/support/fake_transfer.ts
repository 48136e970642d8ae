import { frames } from "../../ffi/mod.ts";
import type { TransferFrame } from "../../ffi/transfer_frame.ts";

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
  const fakes = (["ReadFile", "WriteFile"] as const).flatMap((name) =>
    [false, true].map((atOffset) => {
      const frame = frames().transfer(name, atOffset);
      let place: bigint | undefined;
      const fake = (key: keyof TransferFrame, value: PropertyDescriptor) =>
        Object.defineProperty(frame, key, { ...value, configurable: true });
      const { call, startAt } = frame;
      fake("succeeded", { get: () => last.error === undefined });
      fake("count", { get: () => last.count });
      fake("startAt", {
        value: (low: number, high: number) => {
          place = BigInt.asIntN(64, BigInt(high) << 32n | BigInt(low));
        },
      });
      fake("call", {
        value: (_: number, memory: ArrayBufferView, length: number) => {
          const { buffer, byteOffset, byteLength } = memory;
          const bytes = new Uint8Array(buffer, byteOffset, byteLength);
          calls.push({ place, bytes, length });
          last = answer(calls.at(-1)!, calls.length - 1);
          const { count, error } = last;
          if (error !== undefined) frames().lastError = error;
          return error === undefined && count === length;
        },
      });
      return () => {
        for (const key of ["succeeded", "count"] as const) {
          Reflect.deleteProperty(frame, key);
        }
        fake("startAt", { value: startAt });
        fake("call", { value: call });
      };
    })
  );
  try {
    run();
  } finally {
    for (const restore of fakes) restore();
  }
  return calls;
}
