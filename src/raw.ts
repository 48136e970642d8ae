/**
 * The raw layer.
 *
 * @module
 */
import { bindKernel32, frames } from "../ffi/mod.ts";
import type { Kernel32 } from "../ffi/kernel32.ts";

/** kernel32 */
export const kernel32: Kernel32 = bindKernel32();

/** last error */
export function getLastWin32Error(): number {
  return frames().lastError;
}
