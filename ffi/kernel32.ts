/**
 * The vocabulary of prototypes, and the types that follow from them.
 *
 * @module
 */
import type { Handle } from "./handle.ts";
import type * as prototypes from "./prototypes.ts";

/** Memory handed to a function: bytes, or a raw address. */
export type Pointer = ArrayBufferView | bigint;

/** Text handed to a function: a string, UTF-16 with its NUL, or an address. */
export type WideString = string | ArrayBufferView | bigint;

/** What each word of the table's vocabulary is in TypeScript. */
export interface Vocabulary {
  /** A virtual address. */
  address: bigint;
  /** BOOL. */
  bool: boolean;
  /** Memory that the function uses until it returns. */
  buffer: Pointer;
  /** The same, or NULL. */
  "buffer?": Pointer | null;
  /** HANDLE. */
  handle: Handle;
  /** HANDLE, or NULL. */
  "handle?": Handle | null;
  /** A signed integer of 32 bits. */
  i32: number;
  /** LARGE_INTEGER. */
  i64: bigint;
  /** Memory that the kernel may use until the operation has completed. */
  overlapped: Pointer;
  /** The same, or NULL. */
  "overlapped?": Pointer | null;
  /** DWORD. */
  u32: number;
  /** SIZE_T and ULONG_PTR. */
  usize: bigint;
  /** No result. */
  void: void;
  /** LPCWSTR. */
  wstr: WideString;
  /** LPCWSTR, or NULL. */
  "wstr?": WideString | null;
}

/**
 * A parameter: Microsoft's name for it, its type and, for memory, how many
 * bytes there must be, or which parameter tells, and in units of how many bytes
 * if not in bytes.
 */
export type Parameter =
  | readonly [name: string, type: keyof Vocabulary]
  | readonly [name: string, type: keyof Vocabulary, size: number | string]
  | readonly [
    name: string,
    type: keyof Vocabulary,
    size: string,
    unit: number,
  ];

/** A function's prototype. */
export interface Prototype {
  /** The type of its result. */
  readonly returns: keyof Vocabulary;
  /** Its parameters, in order. */
  readonly parameters: readonly Parameter[];
}

/** The arguments that a list of parameters asks for. */
export type Arguments<Parameters extends readonly Parameter[]> = {
  -readonly [I in keyof Parameters]: Vocabulary[Parameters[I][1]];
};

/** The functions of a table of prototypes. */
export type Functions<Table extends Readonly<Record<string, Prototype>>> = {
  readonly [Name in keyof Table]: (
    ...args: Arguments<Table[Name]["parameters"]>
  ) => Vocabulary[Table[Name]["returns"]];
};

/** Kernel32's functions. */
export type Kernel32 = Functions<typeof prototypes>;
