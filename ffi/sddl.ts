/**
 * Security descriptors made of text.
 *
 * @module
 */
import type { WordFunction } from "./backend.ts";
import { argumentOffset, NO_ARGUMENT, RESULT } from "./capture/block.ts";
import { type Frame, type NativeCell, thread } from "./thread.ts";
import { wideString } from "./utf16.ts";

const SDDL_REVISION_1 = 1n;

let convert: Frame | undefined;
let free: WordFunction | undefined;
let cell: NativeCell | undefined;

/**
 * Converts text in the security descriptor definition language.
 *
 * @param sddl The text, without the character NUL.
 * @returns A self-relative descriptor, or undefined on failure, and the last
 * error says why.
 *
 * https://learn.microsoft.com/windows/win32/api/sddl/nf-sddl-convertstringsecuritydescriptortosecuritydescriptorw
 */
export function descriptorOf(
  sddl: string,
): Uint8Array<ArrayBuffer> | undefined {
  const here = thread();
  const { backend } = here;
  convert ??= here.frame(
    "ConvertStringSecurityDescriptorToSecurityDescriptorW",
    4,
    "advapi32.dll",
  );
  free ??= backend.bind("kernel32.dll", { LocalFree: 1 }).LocalFree;
  const { address: result, view: results } = cell ??= here.cell();
  const { view } = convert;
  view.setBigUint64(argumentOffset(1), SDDL_REVISION_1, true);
  view.setBigUint64(argumentOffset(2), result, true);
  view.setBigUint64(argumentOffset(3), result + 8n, true);
  convert.buffersAt(0, NO_ARGUMENT);
  convert.call1(wideString(sddl));
  if (view.getInt32(RESULT, true) === 0) return undefined;
  const address = results.getBigUint64(0, true);
  const memory = backend.memory(address, results.getUint32(8, true));
  const copy = new Uint8Array(memory).slice();
  backend.detach(memory);
  free(address);
  return copy;
}
