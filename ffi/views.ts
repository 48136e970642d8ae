/**
 * Facts about views that an object cannot override: they come from the getters
 * of the prototypes, read when the module loads, and never from a property that
 * the view, a subclass or a proxy may define.
 *
 * @module
 */

type Getter<T> = (this: object) => T;

function getterOf<T>(
  { prototype }: { readonly prototype: object },
  name: PropertyKey,
): Getter<T> {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name)!;
  return descriptor.get as Getter<T>;
}

/** %TypedArray%, which has what all typed arrays inherit. */
const TypedArray: { readonly prototype: object } = /* @__PURE__ */ Object
  .getPrototypeOf(Uint8Array);
const typedLength = /* @__PURE__ */ getterOf<number>(TypedArray, "byteLength");
const typedOffset = /* @__PURE__ */ getterOf<number>(TypedArray, "byteOffset");
const typedBuffer = /* @__PURE__ */ getterOf<ArrayBufferLike>(
  TypedArray,
  "buffer",
);
const typeName = /* @__PURE__ */ getterOf<string | undefined>(
  TypedArray,
  Symbol.toStringTag,
);
const dataLength = /* @__PURE__ */ getterOf<number>(DataView, "byteLength");
const dataOffset = /* @__PURE__ */ getterOf<number>(DataView, "byteOffset");
const dataBuffer = /* @__PURE__ */ getterOf<ArrayBufferLike>(
  DataView,
  "buffer",
);
const resizable = /* @__PURE__ */ getterOf<boolean>(ArrayBuffer, "resizable");
const set = /* @__PURE__ */ (() => Uint8Array.prototype.set)();
const keys = /* @__PURE__ */ (() => Uint8Array.prototype.keys)();

// `instanceof` is a hint, which an object may contradict: the getters themselves
// refuse what is of another type. The name of the type is certain, but a
// new string in JavaScriptCore.

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

/** Returns the length of several views together, in bytes. */
export function totalLength(views: readonly ArrayBufferView[]): number {
  let sum = 0;
  for (let i = 0; i < views.length; i++) sum += byteLengthOf(views[i]!);
  return sum;
}

/**
 * Whether a view has lost its memory: that is detached, or has been resized and
 * ends before the view does.
 */
export function isOutOfBounds(view: ArrayBufferView): boolean {
  try {
    // Of a typed array, the getters return 0; methods refuse it.
    if (typeOfView(view) === undefined) dataLength.call(view);
    else keys.call(view as Uint8Array);
    return false;
  } catch {
    return true;
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

const transfer = /* @__PURE__ */ (() => ArrayBuffer.prototype.transfer)();

/** Detaches a buffer: all views of it have no bytes from now on. */
export function detachBuffer(buffer: ArrayBuffer): void {
  transfer.call(buffer, 0);
}
