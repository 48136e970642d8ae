/**
 * Calls where executable memory is refused: the last error is asked for right
 * after the call, with a call of its own.
 *
 * @module
 */
import type { Backend, BlockCaller, WordFunction } from "../backend.ts";
import { argumentOffset, BLOCK, RESULT } from "./block.ts";

/**
 * Makes the calls with a block as the capture routine does.
 *
 * @param view The block.
 * @param cell Holds the last error between calls, in its first 32 bits.
 */
export function callerAfterCall(
  backend: Backend,
  library: string,
  name: string,
  arity: number,
  view: DataView,
  cell: DataView,
): BlockCaller {
  const target: WordFunction = backend.bindFast(library, { [name]: arity })[
    name
  ]!;
  const { GetLastError, SetLastError } = backend.bindFast("kernel32.dll", {
    GetLastError: 0,
    SetLastError: 1,
  });
  const words: bigint[] = new Array(arity).fill(0n);
  const call0 = () => {
    for (let i = 0; i < arity; i++) {
      words[i] = view.getBigUint64(argumentOffset(i), true);
    }
    SetLastError(BigInt(cell.getUint32(0, true)));
    const result = target(...words);
    cell.setUint32(0, Number(GetLastError() & 0xFFFFFFFFn), true);
    view.setBigUint64(RESULT, result, true);
  };
  // The call has only the buffers' addresses: these references retain them.
  const retained: (ArrayBufferView | undefined)[] = [undefined, undefined];
  const store = (destination: 0 | 1, buffer: ArrayBufferView) => {
    retained[destination] = buffer;
    const word = view.getUint32(BLOCK.destinations * 8 + 4 * destination, true);
    view.setBigUint64(word * 8, backend.addressOf(buffer), true);
  };
  return {
    call0,
    call1(key) {
      store(0, key);
      call0();
      retained.fill(undefined);
    },
    call2(key, context) {
      store(0, key);
      store(1, context);
      call0();
      retained.fill(undefined);
    },
  };
}
