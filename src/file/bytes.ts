/**
 * Views of bytes.
 *
 * @module
 */

/**
 * Whether something is a Uint8Array and nothing more. A subclass may give
 * another length than its memory has, or make no part of itself. To ask for the
 * prototype would take V8 some 30 ns.
 */
export function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && value.constructor === Uint8Array;
}

/** The same memory, byte by byte. */
export function asBytes(view: ArrayBufferView): Uint8Array {
  return isBytes(view)
    ? view
    : new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** A copy of a list of bytes. Nothing if the list has something else, too. */
export function copyOfBytes(list: unknown): Uint8Array[] | undefined {
  if (!Array.isArray(list)) return undefined;
  const copy: Uint8Array[] = [];
  for (let i = 0; i < list.length; i++) {
    const item: unknown = list[i];
    if (!isBytes(item)) return undefined;
    copy.push(item);
  }
  return copy;
}

/**
 * The same memory, view by view. A loop, since `map()` takes 5 µs for 16 pages
 * in Bun.
 */
export function listOfBytes(views: readonly ArrayBufferView[]): Uint8Array[] {
  const list: Uint8Array[] = [];
  for (let i = 0; i < views.length; i++) list.push(asBytes(views[i]!));
  return list;
}
