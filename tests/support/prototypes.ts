/**
 * The rows of `ffi/prototypes.ts`, read from its text: the module itself has
 * bound functions.
 */
import { readFileSync } from "node:fs";
import type { Kernel32 } from "../../ffi/kernel32.ts";
import { bindFunction, type Prototype } from "../../ffi/marshal.ts";
import type { Thread } from "../../ffi/thread.ts";

const source = readFileSync(
  new URL("../../ffi/prototypes.ts", import.meta.url),
  "utf8",
);

const rows = [...source.matchAll(/=\s+bind\(\s*("[^)]*?),?\s*\);\n/g)].map(
  ([, row]) => JSON.parse(`[${row}]`) as [keyof Kernel32, ...Prototype],
);

/** Each function's row. */
export const PROTOTYPES: Readonly<Record<keyof Kernel32, Prototype>> = tableOf((
  _,
  row,
) => row);

/** Binds all functions, to a thread of their own if one is given. */
export function bindAll(owner?: () => Thread): Kernel32 {
  return tableOf((name, row) =>
    bindFunction(name, row, owner)
  ) as unknown as Kernel32;
}

function tableOf<Value>(
  valueOf: (name: keyof Kernel32, row: Prototype) => Value,
): Record<keyof Kernel32, Value> {
  return Object.fromEntries(
    rows.map(([name, ...row]) => [name, valueOf(name, row)]),
  ) as Record<keyof Kernel32, Value>;
}
