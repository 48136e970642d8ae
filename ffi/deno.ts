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
    symbols: Readonly<Record<string, DenoForeignFunction>>,
  ): { readonly symbols: Readonly<Record<string, unknown>> };
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
    bind<Name extends string>(
      library: string,
      exports: Readonly<Record<Name, number>>,
    ): Record<Name, WordFunction> {
      const symbols: Record<string, DenoForeignFunction> = {};
      for (const name in exports) {
        symbols[name] = {
          parameters: new Array<string>(exports[name]).fill("u64"),
          result: "u64",
        };
      }
      return deno.dlopen(library, symbols).symbols as Record<
        Name,
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

/**
 * Deno opens libraries, not addresses, and its `UnsafeFnPointer` has no fast
 * path (about 2 µs a call). The C runtime's `bsearch_s`, asked to search an
 * array of one element, calls its comparison `frame(context, key, element)`
 * once and on the spot, and adds about 10 ns. Its page allows no null key, so
 * that a call without one gives the block.
 * https://learn.microsoft.com/cpp/c-runtime-library/reference/bsearch-s
 */
function frameCaller(deno: DenoModule, routine: bigint): FrameCaller {
  const prototype = (
    key: string,
    context: string,
    nonblocking = false,
  ): DenoForeignFunction => ({
    name: "bsearch_s",
    parameters: [key, "u64", "u64", "u64", "u64", context],
    result: "void",
    nonblocking,
  });
  const open = (prototypes: Readonly<Record<string, DenoForeignFunction>>) =>
    deno.dlopen("ucrtbase.dll", prototypes).symbols;
  const { call0, call1, call2 } = open({
    call0: prototype("u64", "u64"),
    call1: prototype("buffer", "u64"),
    call2: prototype("buffer", "buffer"),
  }) as {
    call0: Search<bigint, bigint>;
    call1: Search<ArrayBufferView, bigint>;
    call2: Search<ArrayBufferView, ArrayBufferView>;
  };
  // Binding takes a while, and not every program needs this one.
  let aside: Search<bigint, bigint, Promise<void>> | undefined;
  const bindAside = () => {
    const { callAside } = open({ callAside: prototype("u64", "u64", true) });
    return aside = callAside as Search<bigint, bigint, Promise<void>>;
  };
  return {
    bind: (block) => ({
      call0: () => call0(block, block, 1n, 1n, routine, 0n),
      call1: (key) => call1(key, block, 1n, 1n, routine, 0n),
      call2: (key, context) => call2(key, block, 1n, 1n, routine, context),
    }),
    callAside: (block) =>
      (aside ?? bindAside())(block, block, 1n, 1n, routine, 0n),
  };
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
  const prototype = (key: string): DenoForeignFunction => ({
    name: "bsearch_s",
    parameters: [key, "u32", "u64", "u64", "u64", "i32"],
    result: "u32",
  });
  const { withAddress, withBytes } = deno.dlopen("ucrtbase.dll", {
    withAddress: prototype("u64"),
    withBytes: prototype("buffer"),
  }).symbols as {
    withAddress: TransferSearch<bigint>;
    withBytes: TransferSearch<ArrayBufferView>;
  };
  return (routine) => {
    let last: ArrayBufferView | undefined;
    let known: ArrayBufferView | undefined;
    let address = 0n;
    let learns = true;
    const learn = (bytes: ArrayBufferView) => {
      if (bytes !== last) {
        last = learns && mayKeep(bytes) ? bytes : undefined;
        return;
      }
      last = undefined;
      try {
        // Its address is asked for the second time, since that takes 400 ns.
        address = addressOf(bytes);
        known = bytes;
      } catch {
        // Refused once the program has given its permission back, or there is
        // no stack left: calls with bytes need neither.
        learns = false;
      }
    };
    const call = withAddress;
    return (file, bytes, length) => {
      if (bytes === known) {
        return call(address, length, 1n, 1n, routine, file) === length;
      }
      learn(bytes);
      return withBytes(bytes, length, 1n, 1n, routine, file) === length;
    };
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
