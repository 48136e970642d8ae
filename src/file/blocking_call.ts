/**
 * Blocking calls, made on another thread.
 *
 * @module
 */
import { argumentOffset, RESULT } from "../../ffi/capture/block.ts";
import { thread as frames } from "../../ffi/thread.ts";
import { Win32Error } from "../errors/win32_error.ts";

/**
 * Calls a function that returns BOOL on another thread. What its arguments
 * point to must be native memory and stay until then.
 *
 * @throws {Win32Error} If it fails.
 */
export async function callAside(
  name: string,
  args: readonly bigint[],
  path: string,
): Promise<void> {
  const frame = frames().threadCall(name);
  try {
    args.forEach((value, index) =>
      frame.view.setBigUint64(argumentOffset(index), value, true)
    );
    await frame.call();
    if (frame.view.getInt32(RESULT, true) === 0) {
      throw new Win32Error(name, frame.lastError, { path });
    }
  } finally {
    frame.free();
  }
}
