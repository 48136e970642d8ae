/**
 * The back end of Deno.
 *
 * @module
 */
import type { Backend, RoutineCaller, WordFunction } from "./backend.ts";
import { detachBuffer } from "./views.ts";

/** An opaque pointer, as Deno hands them out. */
export type DenoPointer = object;

/** An export of which the address alone is asked for. */
export interface DenoForeignStatic {
  readonly type: "pointer";
}

/** A prototype in Deno's vocabulary. */
export interface DenoForeignFunction {
  readonly name?: string;
  readonly parameters: readonly string[];
  readonly result: string;
  readonly nonblocking?: boolean;
}

/** The part of the `Deno` namespace that this back end uses. */
export interface DenoModule {
  readonly build: { readonly arch: string; readonly os: string };
  dlopen(
    library: string,
    symbols: Readonly<Record<string, DenoForeignFunction | DenoForeignStatic>>,
  ): { readonly symbols: Readonly<Record<string, unknown>> };
  readonly UnsafeFnPointer: new (
    pointer: DenoPointer,
    definition: DenoForeignFunction,
  ) => { call(...words: bigint[]): bigint };
  readonly UnsafePointer: {
    create(address: bigint): DenoPointer | null;
    of(view: ArrayBufferView): DenoPointer | null;
    value(pointer: DenoPointer | null): number | bigint;
  };
  readonly UnsafePointerView: {
    getArrayBuffer(pointer: DenoPointer, byteLength: number): ArrayBuffer;
  };
}

/** Makes the back end of Deno from the `Deno` namespace. */
export function createDenoBackend(deno: DenoModule): Backend {
  const { UnsafePointer, UnsafePointerView } = deno;
  return {
    runtime: "deno",
    architecture: deno.build.arch === "aarch64" ? "arm64" : "x64",
    bind: (library, exports) => bindAddresses(deno, library, exports),
    bindFast(library, exports) {
      const symbols: Record<string, DenoForeignFunction> = {};
      for (const name in exports) symbols[name] = wordPrototype(exports[name]);
      return deno.dlopen(library, symbols).symbols as Record<
        keyof typeof exports,
        WordFunction
      >;
    },
    routineCaller: (routine) => routineCaller(deno, routine),
    addressOf: (view) => BigInt(UnsafePointer.value(UnsafePointer.of(view))),
    detach: detachBuffer,
    memory(address, byteLength) {
      const pointer = UnsafePointer.create(address);
      if (pointer === null) {
        throw new RangeError("There is no memory at address 0");
      }
      return UnsafePointerView.getArrayBuffer(pointer, byteLength);
    },
  };
}

/** The prototype of a function of so many 64-bit integers. */
function wordPrototype(arity: number): DenoForeignFunction {
  const parameters = new Array<string>(arity).fill("u64");
  return { parameters, result: "u64" };
}

/**
 * Binds exports by their addresses. A function that `dlopen` binds gets a page of
 * machine code of its own, which takes longer than all the calls of set-up code.
 */
function bindAddresses<Name extends string>(
  deno: DenoModule,
  library: string,
  exports: Readonly<Record<Name, number>>,
): Record<Name, WordFunction> {
  const statics: Record<string, DenoForeignStatic> = {};
  for (const name in exports) statics[name] = { type: "pointer" };
  const { symbols } = openLibrary(deno, library, statics);
  const functions = {} as Record<Name, WordFunction>;
  for (const name in exports) {
    const address = symbols[name] as DenoPointer;
    const pointer = functionPointer(deno, address, exports[name]);
    functions[name] = (...words) => pointer.call(...words);
  }
  return functions;
}

/**
 * Opens a system library. With a list of libraries, Deno looks for them in the
 * current folder.
 *
 * @throws {Error} If the permission is for listed libraries alone.
 */
function openLibrary(
  deno: DenoModule,
  library: string,
  symbols: Readonly<Record<string, DenoForeignStatic>>,
): ReturnType<DenoModule["dlopen"]> {
  try {
    return deno.dlopen(library, symbols);
  } catch (cause) {
    const isMissing = cause instanceof Error &&
      cause.message.startsWith("Could not open library");
    throw isMissing ? listedError(cause) : cause;
  }
}

/** @throws {Error} If the permission is for listed libraries alone. */
function functionPointer(
  { UnsafeFnPointer }: DenoModule,
  address: DenoPointer,
  arity: number,
): InstanceType<DenoModule["UnsafeFnPointer"]> {
  try {
    return new UnsafeFnPointer(address, wordPrototype(arity));
  } catch (cause) {
    throw listedError(cause);
  }
}

function listedError(cause: unknown): Error {
  return new Error(
    "@kernel32/io opens libraries of the system and calls functions by their " +
      "addresses, which Deno allows with --allow-ffi alone, without a list of " +
      "libraries",
    { cause },
  );
}

/**
 * Deno opens libraries, not addresses, and its `UnsafeFnPointer` has no fast
 * path (about 2 µs a call). The C runtime's `bsearch_s`, asked to search an
 * array of one element, calls its comparison `routine(context, key, element)`
 * once and on the spot, and adds about 10 ns.
 * https://learn.microsoft.com/cpp/c-runtime-library/reference/bsearch-s
 */
function routineCaller(deno: DenoModule, routine: bigint): RoutineCaller {
  // One prototype for all calls, since each takes a millisecond to bind.
  const search = bindSearch<Search<ArrayBufferView, ArrayBufferView | null>>(
    deno,
    {
      name: "bsearch_s",
      parameters: ["buffer", "u64", "u64", "u64", "u64", "buffer"],
      result: "void",
    },
  );
  // bsearch_s allows no null key: the block sends this one to its scratch word.
  const none = new Uint8Array(new ArrayBuffer(8));
  return {
    bind: (block) => ({
      call0: () => search(none, block, 1n, 1n, routine, null),
      call1: (key) => search(key, block, 1n, 1n, routine, null),
      call2: (key, context) => search(key, block, 1n, 1n, routine, context),
    }),
    bindThreadCaller() {
      const search = bindSearch<Search<bigint, bigint, Promise<void>>>(deno, {
        name: "bsearch_s",
        parameters: ["u64", "u64", "u64", "u64", "u64", "u64"],
        result: "void",
        nonblocking: true,
      });
      return (block) => search(block, block, 1n, 1n, routine, 0n);
    },
  };
}

/** Binds `bsearch_s` by one of its prototypes. */
function bindSearch<F>(deno: DenoModule, prototype: DenoForeignFunction): F {
  return deno.dlopen("ucrtbase.dll", { search: prototype })
    .symbols["search"] as F;
}

type Search<Key, Context, Result = void> = (
  key: Key,
  base: bigint,
  number: bigint,
  width: bigint,
  compare: bigint,
  context: Context,
) => Result;
