// Foreign functions as each runtime offers them, for the ways that use them without this module. Node has none: there it is koffi.

import process from "node:process";
import { Deno } from "./globals.ts";
import { koffi } from "./packages.ts";
import { RUNTIME } from "./runtime.ts";

/** A foreign function, with a result of 32 bits. */
export type Call = (
  ...args: (bigint | number | ArrayBufferView | null)[]
) => number;

type Binder = (library: string, words: Record<string, string[]>) => unknown;

interface BunFfi {
  dlopen(
    library: string,
    symbols: Record<string, { args: string[]; returns: string }>,
  ): { symbols: unknown };
}

const KOFFI_TYPES: Readonly<Record<string, string>> = {
  ...{ u64: "uint64_t", u32: "uint32_t", i32: "int32_t" },
  ...{ buffer: "void *", pointer: "void *" },
};

const BINDERS: Readonly<Record<typeof RUNTIME, Binder>> = {
  deno: (library, words) =>
    Deno.dlopen(
      library,
      mapped(words, (parameters) => ({ parameters, result: "i32" })),
    ).symbols,
  bun(library, words) {
    const ffi = process.getBuiltinModule("bun:ffi") as unknown as BunFfi;
    const isPointer = (word: string) => word === "buffer" || word === "pointer";
    const symbols = mapped(words, (words) => ({
      args: words.map((word) => isPointer(word) ? "ptr" : word),
      returns: "i32",
    }));
    return ffi.dlopen(library, symbols).symbols;
  },
  node(library, words) {
    const loaded = koffi().load(library);
    return mapped(words, (words, name) => {
      const types = words.map((word) => KOFFI_TYPES[word]!);
      return loaded.func(name, "int32_t", types);
    });
  },
};

function mapped<From, To>(
  record: Record<string, From>,
  map: (value: From, name: string) => To,
): Record<string, To> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, map(value, name)]),
  );
}

const bound = new Map<string, unknown>();

/**
 * Binds functions of a library. The same functions are bound once: a loop that is run for several points goes on calling what its code was
 * compiled for.
 *
 * @param parameters Those of each function, in Deno's words: `"u64 buffer u32"`.
 * @throws {SkippedError} On Node, if koffi is not installed.
 */
export function bind<Name extends string>(
  library: string,
  parameters: Record<Name, string>,
): Record<Name, Call> {
  const key = JSON.stringify([library, parameters]);
  if (!bound.has(key)) {
    const words = mapped(parameters, (text: string) => text.split(" "));
    bound.set(key, BINDERS[RUNTIME](library, words));
  }
  return bound.get(key) as Record<Name, Call>;
}
