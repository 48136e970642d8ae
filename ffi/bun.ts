/**
 * The back end of Bun.
 *
 * @module
 */
import type {
  Architecture,
  Backend,
  RoutineCaller,
  WordFunction,
} from "./backend.ts";
import { bufferOf, byteLengthOf, detachBuffer } from "./views.ts";

/** A prototype in Bun's vocabulary. */
export interface BunForeignFunction {
  readonly args: readonly string[];
  readonly returns: string;
  readonly ptr?: bigint;
}

/** The part of `bun:ffi` that this back end uses. */
export interface BunFfiModule {
  dlopen(
    library: string,
    symbols: Readonly<Record<string, BunForeignFunction>>,
  ): { readonly symbols: Readonly<Record<string, unknown>> };
  linkSymbols(
    symbols: Readonly<Record<string, BunForeignFunction>>,
  ): { readonly symbols: Readonly<Record<string, unknown>> };
  ptr(view: ArrayBufferView): number;
  toArrayBuffer(
    address: number,
    byteOffset: number,
    byteLength: number,
  ): ArrayBuffer;
}

/** Makes the back end of Bun from the `bun:ffi` module. */
export function createBunBackend(
  ffi: BunFfiModule,
  architecture: Architecture,
): Backend {
  const bind = <Name extends string>(
    library: string,
    exports: Readonly<Record<Name, number>>,
  ): Record<Name, WordFunction> => {
    const symbols: Record<string, BunForeignFunction> = {};
    for (const name in exports) {
      symbols[name] = {
        args: new Array<string>(exports[name]).fill("u64"),
        returns: "u64",
      };
    }
    return ffi.dlopen(library, symbols).symbols as Record<Name, WordFunction>;
  };
  return {
    runtime: "bun",
    architecture,
    bind,
    bindFast: bind,
    routineCaller: (routine) => routineCaller(ffi, routine),
    addressOf(view) {
      // A small typed array moves when its buffer is first asked for.
      bufferOf(view);
      return byteLengthOf(view) === 0 ? 0n : BigInt(ffi.ptr(view));
    },
    detach: detachBuffer,
    // User-space addresses have 47 bits: a double holds them exactly.
    memory: (address, byteLength) =>
      ffi.toArrayBuffer(Number(address), 0, byteLength),
  };
}

/** Bun calls an address as it calls an export: the routine is called directly. */
function routineCaller(ffi: BunFfiModule, routine: bigint): RoutineCaller {
  const { call } = ffi.linkSymbols({
    call: { args: ["ptr", "ptr", "u64"], returns: "void", ptr: routine },
  }).symbols as { call: Capture };
  return {
    bind: (block) => ({
      call0: () => call(null, null, block),
      call1: (key) => call(null, key, block),
      call2: (key, context) => call(context, key, block),
    }),
    bindThreadCaller: (inWorkers) => inWorkers(routine),
  };
}

type Capture = (
  context: ArrayBufferView | null,
  key: ArrayBufferView | null,
  block: bigint,
) => void;
