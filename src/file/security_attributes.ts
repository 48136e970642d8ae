/**
 * SECURITY_ATTRIBUTES in native memory.
 *
 * @module
 */
import { AlignedBuffer } from "../memory/aligned_buffer.ts";
import { SECURITY_ATTRIBUTES } from "../win32/offsets.ts";

/** Where the security descriptor begins in the memory. */
export const DESCRIPTOR_AT = 32;

/**
 * Makes a SECURITY_ATTRIBUTES, whose handles are not inherited, with room for
 * the security descriptor that it points to.
 *
 * @param length The length of the descriptor, which the caller writes.
 * @throws {Win32Error} ERROR_NOT_ENOUGH_MEMORY, ERROR_COMMITMENT_LIMIT.
 *
 * https://learn.microsoft.com/windows/win32/api/wtypesbase/ns-wtypesbase-security_attributes
 */
export function securityAttributesFor(length: number): AlignedBuffer {
  const { size, nLength, lpSecurityDescriptor } = SECURITY_ATTRIBUTES;
  const memory = new AlignedBuffer(DESCRIPTOR_AT + length);
  const view = new DataView(memory.bytes.buffer);
  const descriptor = memory.address + BigInt(DESCRIPTOR_AT);
  view.setUint32(nLength, size, true);
  view.setBigUint64(lpSecurityDescriptor, descriptor, true);
  return memory;
}
