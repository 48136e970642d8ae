// Foreign functions as each runtime offers them, for the competitors that use them without this module.

import process from "node:process";
import type { BunFfiModule } from "../ffi/bun.ts";

/** The parameters that are needed here, in Deno's words. */
export type Word = "u64" | "u32" | "i32" | "buffer" | "pointer";

/**
 * Binds functions of a library, each with a result of 32 bits.
 *
 * @param parameters The parameters of each function.
 */
export function bind<Functions>(
  library: string,
  parameters: Record<keyof Functions & string, readonly Word[]>,
): Functions {
  const bun = process.getBuiltinModule("bun:ffi") as unknown as
    | BunFfiModule
    | undefined;
  return (bun === undefined
    ? bindInDeno(library, parameters)
    : bindInBun(bun, library, parameters)) as Functions;
}

function bindInDeno(
  library: string,
  parameters: Record<string, readonly Word[]>,
): unknown {
  const symbols: Record<string, Deno.ForeignFunction> = {};
  for (const [name, words] of Object.entries(parameters)) {
    symbols[name] = { parameters: words, result: "i32" };
  }
  return Deno.dlopen(library, symbols).symbols;
}

function bindInBun(
  ffi: BunFfiModule,
  library: string,
  parameters: Record<string, readonly Word[]>,
): unknown {
  const symbols: Record<string, { args: string[]; returns: string }> = {};
  for (const [name, words] of Object.entries(parameters)) {
    const args = words.map((word) =>
      word === "buffer" || word === "pointer" ? "ptr" : word
    );
    symbols[name] = { args, returns: "i32" };
  }
  return ffi.dlopen(library, symbols).symbols;
}
