/**
 * Facts about views that an object cannot override: they come from the getters
 * of the prototypes, read when the module loads, and never from a property that
 * the view, a subclass or a proxy may define.
 *
 * @module
 */

type Getter<T> = (this: ArrayBufferView) => T;

function getterOf<T>(prototype: object, name: PropertyKey): Getter<T> {
  return Object.getOwnPropertyDescriptor(prototype, name)!.get as Getter<T>;
}

const TypedArray: object = Object.getPrototypeOf(Uint8Array.prototype);
const typedLength = getterOf<number>(TypedArray, "byteLength");
const typedOffset = getterOf<number>(TypedArray, "byteOffset");
const typedBuffer = getterOf<ArrayBufferLike>(TypedArray, "buffer");
const typeName = getterOf<string | undefined>(TypedArray, Symbol.toStringTag);
const dataLength = getterOf<number>(DataView.prototype, "byteLength");
const dataOffset = getterOf<number>(DataView.prototype, "byteOffset");
const dataBuffer = getterOf<ArrayBufferLike>(DataView.prototype, "buffer");
const { set } = Uint8Array.prototype;

/** Returns the name of a typed array's type; undefined for a DataView. */
export function typeOfView(view: ArrayBufferView): string | undefined {
  return typeName.call(view);
}

/** Returns a view's length in bytes; 0 once its memory is detached. */
export function byteLengthOf(view: ArrayBufferView): number {
  if (typeName.call(view) !== undefined) return typedLength.call(view);
  try {
    return dataLength.call(view);
  } catch {
    // A DataView of detached memory throws where a typed array returns 0.
    return 0;
  }
}

/** Returns where a view begins in its buffer, in bytes. */
export function byteOffsetOf(view: ArrayBufferView): number {
  if (typeName.call(view) !== undefined) return typedOffset.call(view);
  try {
    return dataOffset.call(view);
  } catch {
    return 0;
  }
}

/** Returns the buffer that a view is of. */
export function bufferOf(view: ArrayBufferView): ArrayBufferLike {
  return typeName.call(view) !== undefined
    ? typedBuffer.call(view)
    : dataBuffer.call(view);
}

const resizable = Object.getOwnPropertyDescriptor(
  ArrayBuffer.prototype,
  "resizable",
)!.get as (this: ArrayBuffer) => boolean;

/** Whether a buffer's length may change. */
export function isResizable(buffer: ArrayBuffer): boolean {
  return resizable.call(buffer);
}

/**
 * Returns the same memory as a new plain Uint8Array.
 *
 * @param start How many of the view's bytes to skip.
 * @param length How many to take; all the rest if left out.
 * @throws {TypeError} If the memory is detached.
 */
export function bytesOf(
  view: ArrayBufferView,
  start = 0,
  length: number = byteLengthOf(view) - start,
): Uint8Array<ArrayBuffer> {
  const buffer = bufferOf(view) as ArrayBuffer;
  return new Uint8Array(buffer, byteOffsetOf(view) + start, length);
}

/** Copies all of a view's bytes to the beginning of another's. */
export function copyBytes(from: ArrayBufferView, to: ArrayBufferView): void {
  set.call(asUint8Array(to), asUint8Array(from));
}

/** `set()` of a Uint8Array asks neither side for a property. */
function asUint8Array(view: ArrayBufferView): Uint8Array {
  return typeName.call(view) === "Uint8Array"
    ? view as Uint8Array
    : bytesOf(view);
}
