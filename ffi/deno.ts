/**
 * The back end of Deno.
 *
 * @module
 */
import type {
  Architecture,
  Backend,
  FrameCaller,
  TransferCaller,
  WordFunction,
} from "./backend.ts";
import { mayKeep } from "./keep.ts";

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

const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  x86_64: "x64",
  aarch64: "arm64",
};

/** Makes the back end of Deno from the `Deno` namespace. */
export function createDenoBackend(deno: DenoModule): Backend {
  const { UnsafePointer, UnsafePointerView } = deno;
  const addressOf = (view: ArrayBufferView) =>
    BigInt(UnsafePointer.value(UnsafePointer.of(view)));
  let transferCallers: TransferCallers | undefined;
  return {
    runtime: "deno",
    architecture: ARCHITECTURES[deno.build.arch] ?? "x64",
    bind: (library, exports) => bindAddresses(deno, library, exports),
    bindClosely(library, exports) {
      const symbols: Record<string, DenoForeignFunction> = {};
      for (const name in exports) symbols[name] = wordPrototype(exports[name]);
      return deno.dlopen(library, symbols).symbols as Record<
        keyof typeof exports,
        WordFunction
      >;
    },
    frameCaller: (routine) => frameCaller(deno, routine),
    transferCaller(routine) {
      transferCallers ??= bindTransferCallers(deno, addressOf);
      return transferCallers(routine);
    },
    addressOf,
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
  const { symbols } = deno.dlopen(library, statics);
  const functions = {} as Record<Name, WordFunction>;
  for (const name in exports) {
    const address = symbols[name] as DenoPointer;
    const definition = wordPrototype(exports[name]);
    const pointer = new deno.UnsafeFnPointer(address, definition);
    functions[name] = (...words) => pointer.call(...words);
  }
  return functions;
}

/**
 * Deno opens libraries, not addresses, and its `UnsafeFnPointer` has no fast
 * path (about 2 µs a call). The C runtime's `bsearch_s`, asked to search an
 * array of one element, calls its comparison `frame(context, key, element)`
 * once and on the spot, and adds about 10 ns.
 * https://learn.microsoft.com/cpp/c-runtime-library/reference/bsearch-s
 */
function frameCaller(deno: DenoModule, routine: bigint): FrameCaller {
  // At once: what was bound can be called even when the permission has been
  // given back. And one for all, since each takes a millisecond to bind.
  const search = bindSearch<Search<ArrayBufferView, ArrayBufferView | null>>(
    deno,
    {
      name: "bsearch_s",
      parameters: ["buffer", "u64", "u64", "u64", "u64", "buffer"],
      result: "void",
    },
  );
  // No key is allowed to be null: this one goes where nobody looks.
  const none = new Uint8Array(new ArrayBuffer(8));
  let aside: Search<bigint, bigint, Promise<void>> | undefined;
  return {
    bind: (block) => ({
      call0: () => search(none, block, 1n, 1n, routine, null),
      call1: (key) => search(key, block, 1n, 1n, routine, null),
      call2: (key, context) => search(key, block, 1n, 1n, routine, context),
    }),
    callAside(block) {
      // Not every program needs this one.
      aside ??= bindSearch<NonNullable<typeof aside>>(deno, {
        name: "bsearch_s",
        parameters: ["u64", "u64", "u64", "u64", "u64", "u64"],
        result: "void",
        nonblocking: true,
      });
      return aside(block, block, 1n, 1n, routine, 0n);
    },
  };
}

/** Binds `bsearch_s` by one of its prototypes. */
function bindSearch<F>(deno: DenoModule, prototype: DenoForeignFunction): F {
  return deno.dlopen("ucrtbase.dll", { search: prototype })
    .symbols["search"] as F;
}

/** Makes the callers of routines. */
type TransferCallers = (routine: bigint) => TransferCaller;

/**
 * `bsearch_s` again, which hands its context, key and element on as handle,
 * memory and length. A comparison that gives 0 makes the element the result, so
 * that this is the length if all of it was transferred, and null if not.
 *
 * A buffer costs Deno a call of its own to find its memory. Memory does not move
 * as long as it is not taken away, which leaves the view without length, so that
 * the address of a view that comes again is kept.
 */
function bindTransferCallers(
  deno: DenoModule,
  addressOf: (view: ArrayBufferView) => bigint,
): TransferCallers {
  const bind = <Key>(key: string) =>
    bindSearch<TransferSearch<Key>>(deno, {
      name: "bsearch_s",
      parameters: [key, "u32", "u64", "u64", "u64", "i32"],
      result: "u32",
    });
  const withBytes = bind<ArrayBufferView>("buffer");
  let withAddress: TransferSearch<bigint> | undefined;
  const addresses = new WeakMap<ArrayBufferView, bigint>();
  return (routine) => {
    let last: ArrayBufferView | undefined;
    let known: ArrayBufferView | undefined;
    let address = 0n;
    let search: TransferSearch<bigint>;
    let learns = true;
    const isKnown = (bytes: ArrayBufferView): boolean => {
      let found = addresses.get(bytes);
      if (found === undefined) {
        if (bytes !== last) {
          last = learns && mayKeep(bytes) ? bytes : undefined;
          return false;
        }
        last = undefined;
        try {
          // Only the second time, since it takes 400 ns.
          found = addressOf(bytes);
          withAddress ??= bind<bigint>("u64");
        } catch {
          // Refused once the program has given its permission back, or there is
          // no stack left: calls with bytes need neither.
          return learns = false;
        }
        addresses.set(bytes, found);
      }
      search = withAddress!;
      address = found;
      known = bytes;
      return true;
    };
    return (file, bytes, length) =>
      bytes === known || isKnown(bytes)
        ? search(address, length, 1n, 1n, routine, file) === length
        : withBytes(bytes, length, 1n, 1n, routine, file) === length;
  };
}

type TransferSearch<Key> = (
  key: Key,
  base: number,
  number: bigint,
  width: bigint,
  compare: bigint,
  context: number,
) => number;

type Search<Key, Context, Result = void> = (
  key: Key,
  base: bigint,
  number: bigint,
  width: bigint,
  compare: bigint,
  context: Context,
) => Result;
