/**
 * The next best thing where executable memory is refused: ask for the last error
 * right after the call.
 *
 * @module
 */
import type {
  Backend,
  BlockCaller,
  TransferCaller,
  WordFunction,
} from "./backend.ts";
import type { Block } from "./blocks.ts";
import { argumentOffset, FRAME_BLOCK, RESULT } from "./frame_code.ts";
import { TRANSFER_BLOCK } from "./transfer_code.ts";

/**
 * Calls with what stands in a block, as the capture frame does.
 *
 * @param view The block.
 * @param cell What holds the last error between calls, in its first 32 bits.
 */
export function callerAfterCall(
  backend: Backend,
  name: string,
  arity: number,
  view: DataView,
  cell: DataView,
): BlockCaller {
  const bind = <Name extends string>(exports: Record<Name, number>) =>
    backend.bindClosely("kernel32.dll", exports);
  const target: WordFunction = bind({ [name]: arity })[name]!;
  const { GetLastError, SetLastError } = bind({
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
  // Holds the buffers, of which the call itself has the addresses only.
  const held: (ArrayBufferView | undefined)[] = [undefined, undefined];
  const store = (destination: 0 | 1, buffer: ArrayBufferView) => {
    held[destination] = buffer;
    const word = view.getUint32(
      FRAME_BLOCK.destinations * 8 + 4 * destination,
      true,
    );
    view.setBigUint64(word * 8, backend.addressOf(buffer), true);
  };
  return {
    call0,
    call1(key) {
      store(0, key);
      call0();
      held.fill(undefined);
    },
    call2(key, context) {
      store(0, key);
      store(1, context);
      call0();
      held.fill(undefined);
    },
  };
}

/**
 * Makes a transfer by a frame, and leaves what its routine would.
 *
 * @param frame The frame of its function, which takes one buffer as the second
 * argument.
 * @param block The transfer's block.
 */
export function transferAfterCall(
  { view, call1 }: BlockCaller & { readonly view: DataView },
  { view: block, address }: Block,
): TransferCaller {
  const { where, length: asked, result, count, overlapped } = TRANSFER_BLOCK;
  view.setBigUint64(argumentOffset(3), address + BigInt(count), true);
  view.setBigUint64(argumentOffset(4), block.getBigUint64(where, true), true);
  return (file, bytes, length) => {
    block.setUint32(asked, length, true);
    block.setBigUint64(overlapped, 0n, true);
    block.setBigUint64(overlapped + 8, 0n, true);
    view.setBigInt64(argumentOffset(0), BigInt(file), true);
    view.setUint32(argumentOffset(2), length, true);
    call1(bytes);
    const succeeded = view.getInt32(RESULT, true);
    block.setInt32(result, succeeded, true);
    return succeeded !== 0 && block.getUint32(count, true) === length;
  };
}
