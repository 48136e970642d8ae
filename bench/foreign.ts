// Foreign functions as each runtime offers them, for the ways that use them without this module. Node has none: there it is koffi.

import process from "node:process";
import { Deno } from "./globals.ts";
import { koffi } from "./packages.ts";
import { RUNTIME } from "./runtime.ts";

/** The parameters that are needed here, in Deno's words. */
export type Word = "u64" | "u32" | "i32" | "buffer" | "pointer";

type Parameters = Record<string, readonly Word[]>;

const bound = new Map<string, unknown>();

/**
 * Binds functions of a library, each with a result of 32 bits. The same functions are bound once: a loop that is run for several points
 * goes on calling what its code was compiled for.
 *
 * @param parameters The parameters of each function.
 * @throws {SkippedError} On Node, if koffi is not installed.
 */
export function bind<Functions>(
  library: string,
  parameters: Record<keyof Functions & string, readonly Word[]>,
): Functions {
  const key = JSON.stringify([library, parameters]);
  if (!bound.has(key)) bound.set(key, BINDERS[RUNTIME](library, parameters));
  return bound.get(key) as Functions;
}

const BINDERS = { deno: bindInDeno, bun: bindInBun, node: bindInNode };

function bindInDeno(library: string, parameters: Parameters): unknown {
  const symbols: Record<
    string,
    { parameters: readonly Word[]; result: "i32" }
  > = {};
  for (const [name, words] of Object.entries(parameters)) {
    symbols[name] = { parameters: words, result: "i32" };
  }
  return Deno.dlopen(library, symbols).symbols;
}

interface BunFfi {
  dlopen(
    library: string,
    symbols: Record<string, { args: string[]; returns: string }>,
  ): { symbols: unknown };
}

function bindInBun(library: string, parameters: Parameters): unknown {
  const ffi = process.getBuiltinModule("bun:ffi") as unknown as BunFfi;
  const symbols: Record<string, { args: string[]; returns: string }> = {};
  for (const [name, words] of Object.entries(parameters)) {
    const args = words.map((word) =>
      word === "buffer" || word === "pointer" ? "ptr" : word
    );
    symbols[name] = { args, returns: "i32" };
  }
  return ffi.dlopen(library, symbols).symbols;
}

const KOFFI_TYPES: Readonly<Record<Word, string>> = {
  u64: "uint64_t",
  u32: "uint32_t",
  i32: "int32_t",
  buffer: "void *",
  pointer: "void *",
};

function bindInNode(library: string, parameters: Parameters): unknown {
  const loaded = koffi().load(library);
  return Object.fromEntries(
    Object.entries(parameters).map(([name, words]) => {
      const types = words.map((word) => KOFFI_TYPES[word]);
      return [name, loaded.func(name, "int32_t", types)];
    }),
  );
}
