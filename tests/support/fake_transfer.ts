import { frames } from "../../ffi/mod.ts";
import type { TransferFrame } from "../../ffi/lasterror.ts";
import { TRANSFER_BLOCK } from "../../ffi/transfer_code.ts";

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
  const respond = (
    { view }: TransferFrame,
    atOffset: boolean,
    memory: ArrayBufferView,
    length: number,
  ) => {
    const at = TRANSFER_BLOCK;
    const call = {
      place: atOffset ? view.getBigInt64(at.overlapped + 16, true) : undefined,
      bytes: new Uint8Array(
        ...[memory.buffer, memory.byteOffset, memory.byteLength] as const,
      ),
      length,
    };
    calls.push(call);
    const { count, error } = answer(call, calls.length - 1);
    view.setUint32(at.count, count, true);
    view.setInt32(at.result, error === undefined ? 1 : 0, true);
    if (error !== undefined) frames().lastError = error;
    return error === undefined && count === length;
  };
  const fakes = (["ReadFile", "WriteFile"] as const).flatMap((name) =>
    [false, true].map((atOffset) => {
      const frame = frames().transfer(name, atOffset) as {
        -readonly [Key in keyof TransferFrame]: TransferFrame[Key];
      };
      const { call } = frame;
      frame.call = (_, memory, length) =>
        respond(frame, atOffset, memory, length);
      return () => frame.call = call;
    })
  );
  try {
    run();
  } finally {
    for (const restore of fakes) restore();
  }
  return calls;
}
