/**
 * Which buffers are kept, so that what was found out of them need not be found
 * out again when they come again.
 *
 * @module
 */

/** What may stay alive for that, in bytes: of a thread, which keeps a few. */
const MOST = 2 ** 20;

/** And of an open file, of which there may be thousands. */
const MOST_OF_FILE = 2 ** 16;

/** Whether a thread may keep a view alive to know it again. */
export function mayKeep({ buffer }: ArrayBufferView): boolean {
  return buffer.byteLength <= MOST;
}

/**
 * Whether each file may. With more bytes than that, what there is to be found
 * out takes next to nothing of the time of a transfer.
 */
export function mayKeepInFile({ buffer }: ArrayBufferView): boolean {
  return buffer.byteLength <= MOST_OF_FILE;
}
