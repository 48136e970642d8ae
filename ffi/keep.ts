/**
 * Which buffers are kept, so that what was found out of them need not be found
 * out again when they come again.
 *
 * @module
 */

/** What may stay alive for that, in bytes. */
const MOST = 2 ** 20;

/** Whether a view may be kept alive to be known again. */
export function mayKeep({ buffer }: ArrayBufferView): boolean {
  return buffer.byteLength <= MOST;
}
