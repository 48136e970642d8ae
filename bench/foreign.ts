// Foreign functions as each runtime offers them, for the ways that use them without this module.

import process from "node:process";
import { Deno } from "./globals.ts";
import { RUNTIME } from "./runtime.ts";

/** A foreign function, with a result of 32 bits. */
export type Call = (
  ...args: (bigint | number | ArrayBufferView | null)[]
) => number;

interface BunFfi {
  dlopen(
    library: string,
    symbols: Record<string, { args: string[]; returns: string }>,
  ): { symbols: unknown };
}

function load(library: string, parameters: Record<string, string>): unknown {
  const symbols = <Type>(type: (words: string[]) => Type) =>
    Object.fromEntries(
      Object.entries(parameters).map(([name, text]) =>
        [name, type(text.split(" "))] as const
      ),
    );
  if (RUNTIME === "deno") {
    const types = symbols((parameters) => ({ parameters, result: "i32" }));
    return Deno.dlopen(library, types).symbols;
  }
  const ffi = process.getBuiltinModule("bun:ffi") as unknown as BunFfi;
  const isPointer = (word: string) => word === "buffer" || word === "pointer";
  const types = symbols((words) => ({
    args: words.map((word) => isPointer(word) ? "ptr" : word),
    returns: "i32",
  }));
  return ffi.dlopen(library, types).symbols;
}

const bound = new Map<string, unknown>();

/**
 * Binds functions of a library. The same functions are bound once: a loop that is run for several points goes on calling what its code was
 * compiled for.
 *
 * @param parameters Those of each function, in Deno's words: `"u64 buffer u32"`.
 */
export function bind<Name extends string>(
  library: string,
  parameters: Record<Name, string>,
): Record<Name, Call> {
  const key = JSON.stringify([library, parameters]);
  if (!bound.has(key)) bound.set(key, load(library, parameters));
  return bound.get(key) as Record<Name, Call>;
}
