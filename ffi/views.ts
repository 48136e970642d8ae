/**
 * Facts about views that an object cannot override: they come from the getters
 * of the prototypes, read when the module loads, and never from a property that
 * the view, a subclass or a proxy may define.
 *
 * @module
 */

type Getter<View, T> = (this: View) => T;

function getterOf<View, T>(
  prototype: object,
  name: PropertyKey,
): Getter<View, T> {
  return Object.getOwnPropertyDescriptor(prototype, name)!.get as Getter<
    View,
    T
  >;
}

const TypedArray: object = Object.getPrototypeOf(Uint8Array.prototype);
const typedLength = getterOf<ArrayBufferView, number>(TypedArray, "byteLength");
const typedOffset = getterOf<ArrayBufferView, number>(TypedArray, "byteOffset");
const typedBuffer = getterOf<ArrayBufferView, ArrayBufferLike>(
  TypedArray,
  "buffer",
);
const typeName = getterOf<ArrayBufferView, string | undefined>(
  TypedArray,
  Symbol.toStringTag,
);
const dataView = DataView.prototype;
const dataLength = getterOf<ArrayBufferView, number>(dataView, "byteLength");
const dataOffset = getterOf<ArrayBufferView, number>(dataView, "byteOffset");
const dataBuffer = getterOf<ArrayBufferView, ArrayBufferLike>(
  dataView,
  "buffer",
);
const resizable = getterOf<ArrayBufferLike, boolean>(
  ArrayBuffer.prototype,
  "resizable",
);
const { set } = Uint8Array.prototype;

// `instanceof` is a hint, which an object may contradict: the getters themselves
// refuse what is of another type. The name of the type is certain, but takes
// JavaScriptCore 20 ns.

/** Returns the name of a typed array's type; undefined for a DataView. */
export function typeOfView(view: ArrayBufferView): string | undefined {
  return typeName.call(view);
}

/** Returns a view's length in bytes; 0 once its memory is detached. */
export function byteLengthOf(view: ArrayBufferView): number {
  if (!(view instanceof DataView)) {
    try {
      return typedLength.call(view);
    } catch { /* It is a DataView all the same. */ }
  } else if (typeOfView(view) !== undefined) return typedLength.call(view);
  try {
    return dataLength.call(view);
  } catch {
    // A DataView of detached memory throws where a typed array returns 0.
    return 0;
  }
}

/** Returns where a view begins in its buffer, in bytes. */
export function byteOffsetOf(view: ArrayBufferView): number {
  if (typeOfView(view) !== undefined) return typedOffset.call(view);
  try {
    return dataOffset.call(view);
  } catch {
    return 0;
  }
}

/** Returns the buffer that a view is of. */
export function bufferOf(view: ArrayBufferView): ArrayBufferLike {
  if (!(view instanceof DataView)) {
    try {
      return typedBuffer.call(view);
    } catch { /* It is a DataView all the same. */ }
  } else if (typeOfView(view) !== undefined) return typedBuffer.call(view);
  return dataBuffer.call(view);
}

/** Returns whether a buffer can be resized; undefined for shared memory. */
export function isResizable(buffer: ArrayBufferLike): boolean | undefined {
  try {
    return resizable.call(buffer);
  } catch {
    return undefined;
  }
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
  return typeOfView(view) === "Uint8Array" ? view as Uint8Array : bytesOf(view);
}

const { transfer } = ArrayBuffer.prototype;

/** Detaches a buffer: all views of it have no bytes from now on. */
export function detachBuffer(buffer: ArrayBuffer): void {
  transfer.call(buffer, 0);
}
