import type { Backend, BlockCaller } from "../../ffi/backend.ts";
import {
  argumentOffset,
  BLOCK,
  BLOCK_SIZE,
  RESULT,
} from "../../ffi/capture/block.ts";
import { selectBackend } from "../../ffi/select.ts";
import { thread, useBackend } from "../../ffi/thread.ts";

/** A call of ReadFile or WriteFile. */
export interface FakeTransferCall {
  /** The offset, by the OVERLAPPED; undefined at the file pointer. */
  readonly place: bigint | undefined;
  readonly bytes: Uint8Array;
  readonly length: number;
}

/** The outcome: a count, and a code if the call fails. */
export interface FakeTransferResult {
  readonly count: number;
  readonly error?: number;
}

type Answer = (call: FakeTransferCall, index: number) => FakeTransferResult;

let answer: Answer | undefined;
const calls: FakeTransferCall[] = [];
/** The addresses of ReadFile and WriteFile. */
const targets = new Set<bigint>();

const system = selectBackend();
useBackend(intercepted(system));
const { GetModuleHandleA, GetProcAddress } = system.bind("kernel32.dll", {
  GetModuleHandleA: 1,
  GetProcAddress: 2,
});
for (const name of ["ReadFile", "WriteFile"]) {
  const module = GetModuleHandleA(addressOfText("kernel32"));
  targets.add(GetProcAddress(module, addressOfText(name)));
}

/**
 * Runs a body while a function answers every call of ReadFile and WriteFile
 * that files make, and returns which calls there were.
 */
export function withFakeTransfers(
  answerWith: Answer,
  run: () => void,
): FakeTransferCall[] {
  calls.length = 0;
  answer = answerWith;
  try {
    run();
  } finally {
    answer = undefined;
  }
  return calls.splice(0);
}

/** Native memory, which the collector does not move before the call. */
function addressOfText(text: string): bigint {
  const { address, view } = thread().cell();
  for (let i = 0; i < text.length; i++) view.setUint8(i, text.charCodeAt(i));
  return address;
}

/** A back end that has `answer`, if there is one, play the two functions. */
function intercepted(backend: Backend): Backend {
  return {
    ...backend,
    routineCaller(routine) {
      const caller = backend.routineCaller(routine);
      return {
        ...caller,
        bind: (block) => interceptedCaller(backend, block, caller.bind(block)),
      };
    },
  };
}

function interceptedCaller(
  backend: Backend,
  address: bigint,
  caller: BlockCaller,
): BlockCaller {
  const block = new DataView(backend.memory(address, BLOCK_SIZE));
  const word = (offset: number) => block.getBigUint64(offset, true);
  return {
    ...caller,
    call1(key) {
      if (answer === undefined || !targets.has(word(BLOCK.target * 8))) {
        return caller.call1(key);
      }
      const { buffer, byteOffset, byteLength } = key;
      const length = block.getUint32(argumentOffset(2), true);
      const overlapped = word(argumentOffset(4));
      const offset = overlapped === 0n
        ? undefined
        : new DataView(backend.memory(overlapped, 32)).getBigInt64(16, true);
      calls.push({
        place: offset,
        bytes: new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength),
        length,
      });
      const { count, error } = answer(calls.at(-1)!, calls.length - 1);
      const counter = backend.memory(word(argumentOffset(3)), 4);
      new DataView(counter).setUint32(0, count, true);
      if (error !== undefined) thread().lastError = error;
      block.setBigUint64(RESULT, error === undefined ? 1n : 0n, true);
    },
  };
}
