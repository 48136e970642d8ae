/**
 * Views of bytes.
 *
 * @module
 */

/** The same memory, byte by byte. */
export function asBytes(view: ArrayBufferView): Uint8Array {
  return view instanceof Uint8Array
    ? view
    : new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
