/** The types of layouts, and of the values that a description in data has. */

/**
 * The scalar types, by name, and the JavaScript type of their values.
 *
 * 64-bit types are bigints. `usize`, `isize` and `pointer` have 8 bytes, as
 * they have in every 64-bit Windows program; `bool8` is BOOLEAN, `bool32` BOOL.
 */
export interface Scalars {
  /** An unsigned byte: BYTE, UCHAR. */
  u8: number;
  /** A signed byte: CHAR. */
  i8: number;
  /** An unsigned 16-bit integer: WORD, USHORT, WCHAR. */
  u16: number;
  /** A signed 16-bit integer: SHORT. */
  i16: number;
  /** An unsigned 32-bit integer: DWORD, ULONG, UINT. */
  u32: number;
  /** A signed 32-bit integer: LONG, INT. */
  i32: number;
  /** An unsigned 64-bit integer: DWORD64, ULONGLONG. */
  u64: bigint;
  /** A signed 64-bit integer: LONGLONG, LARGE_INTEGER. */
  i64: bigint;
  /** An unsigned integer as wide as an address: SIZE_T, ULONG_PTR. */
  usize: bigint;
  /** A signed integer as wide as an address: SSIZE_T, LONG_PTR. */
  isize: bigint;
  /** An address or handle: PVOID, HANDLE. */
  pointer: bigint;
  /** A truth value of one byte: BOOLEAN. */
  bool8: boolean;
  /** A truth value of four bytes: BOOL. */
  bool32: boolean;
  /** A single-precision number: FLOAT. */
  f32: number;
  /** A double-precision number: DOUBLE. */
  f64: number;
}

/** The name of a scalar type. */
export type Scalar = keyof Scalars;

/** The memory of a structure: a buffer, or a view of one. */
export type ByteSource = ArrayBufferLike | ArrayBufferView;

/** How a value is laid out in memory: a structure, a union, an array, a text. */
export interface Layout<T> {
  /** The size in bytes, tail padding included. */
  readonly size: number;
  /** The alignment in bytes. */
  readonly align: number;

  /**
   * Copies a value out of memory.
   *
   * @param buffer The memory to read.
   * @param offset Where in the buffer the value starts.
   * @returns A plain value that shares nothing with the buffer.
   * @throws {RangeError} If the buffer ends before the value does.
   * @throws {TypeError} If the buffer is neither a buffer nor a view.
   */
  read(buffer: ByteSource, offset?: number): T;

  /**
   * Writes a value into memory, whole or not at all. As in an initializer in C,
   * members that the value leaves out become zero, and so does the padding. An
   * array must have all its elements.
   *
   * @param buffer The memory to write to.
   * @param value The value.
   * @param offset Where in the buffer the value starts.
   * @throws {RangeError} If the buffer ends before the value does, or if a member
   * does not fit its type.
   * @throws {TypeError} If a member has the wrong type, or if the layout has no
   * such member.
   */
  write(buffer: ByteSource, value: Init<T>, offset?: number): void;

  /**
   * Returns new memory with one value.
   *
   * @param value The value; members that it leaves out are zero.
   * @returns The bytes, in an ArrayBuffer of their own.
   * @throws {RangeError} If a member does not fit its type.
   * @throws {TypeError} If a member has the wrong type, or if the layout has no
   * such member.
   */
  create(value?: Init<T>): Uint8Array<ArrayBuffer>;
}

/** A layout that can be viewed: members and elements are read and written in memory. */
export interface LiveLayout<T> extends Layout<T> {
  /**
   * Returns a live view: reading a property reads the memory, and assigning to
   * one writes it.
   *
   * @param buffer The memory to view.
   * @param offset Where in the buffer the value starts.
   * @returns The view.
   * @throws {RangeError} If the buffer ends before the value does.
   * @throws {TypeError} If the buffer is neither a buffer nor a view.
   */
  view(buffer: ByteSource, offset?: number): View<T>;
}

/** A structure or a union. */
export interface Struct<T> extends LiveLayout<T> {
  /**
   * Returns the offset of a field.
   *
   * @param path The field's name. Fields of nested structures and elements of
   * arrays are reached with dots, as in "header.id" or "entries.2.Internal".
   * @returns The offset in bytes from the start of the structure.
   * @throws {RangeError} If there is no such field.
   */
  offsetOf(path: FieldPath<T>): number;
}

/** A second field at the offset of another one of the structure. */
export interface Overlay<T> {
  /** The field whose start the overlay shares. */
  readonly sharesWith: string;
  /** The layout of the overlay. */
  readonly layout: Layout<T>;
}

/** What a field may be declared as in a structure, a union or an array. */
export type FieldType = Scalar | Layout<unknown>;

/** The fields of a structure, in the order of their offsets. */
export type Fields = Readonly<Record<string, FieldType | Overlay<unknown>>>;

/** The JavaScript type of the values that a field type or layout holds. */
export type Infer<F> = F extends Scalar ? Scalars[F]
  : F extends Layout<infer T> ? T
  : F extends Overlay<infer T> ? T
  : never;

/** The JavaScript type of the values of a structure with these fields. */
export type Values<F> = { -readonly [K in keyof F]: Infer<F[K]> };

/** A value without members. */
export type Plain = string | number | bigint | boolean;

/** What may be written for a value: members of structures may be left out. */
export type Init<T> = T extends Plain ? T
  : T extends Uint8Array ? ArrayLike<number>
  : T extends readonly (infer U)[] ? ArrayLike<Init<U>>
  : { readonly [K in keyof T]?: Init<T[K]> };

/** A live view of a value: structures stay structures, arrays have indexes. */
export type View<T> = T extends Plain | Uint8Array ? T
  : T extends readonly (infer U)[] ? ArrayView<U>
  : { [K in keyof T]: View<T[K]> };

/** A live view of an array. */
export interface ArrayView<T> extends Iterable<View<T>> {
  /** How many elements the array has. */
  readonly length: number;
  /** The element at an index; assigning to it writes the memory. */
  [index: number]: View<T>;
}

/** A field's name, or a path to a nested one. */
export type FieldPath<T> = T extends Plain | Uint8Array ? never
  : T extends readonly (infer U)[] ? `${number}` | `${number}.${FieldPath<U>}`
  : { [K in keyof T & string]: K | `${K}.${FieldPath<T[K]>}` }[
    & keyof T
    & string
  ];
