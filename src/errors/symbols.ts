/**
 * Tables of numbers and symbols, as short as they can be and be read.
 *
 * Symbols stand between commas, in lower case, with spaces for underscores and
 * without the prefix that they share, save those behind "=". A number is that of
 * the symbol behind it, and every other symbol has the one after its
 * neighbour's. What is noted of a symbol stands behind it, after a colon.
 *
 * @module
 */

/** One row of a table. */
export type SymbolRow = [number: number, symbol: string, note?: string];

/** Reads a table of symbols that share a prefix. */
export function* readSymbols(
  table: string,
  prefix: string,
): Iterable<SymbolRow> {
  let number = -1;
  for (const entry of table.split(",")) {
    const [, digits, name = "", note] = ENTRY.exec(entry) ?? [];
    number = digits === undefined ? number + 1 : Number(digits);
    const symbol = name[0] === "=" ? name.slice(1) : prefix + name;
    yield note === undefined
      ? [number, upper(symbol)]
      : [number, upper(symbol), upper(note)];
  }
}

/** Number, name, note. */
const ENTRY = /^\s*(?:(\d\w*) )?([^:]*)(?::(.*))?$/;

function upper(name: string): string {
  return name.replaceAll(" ", "_").toUpperCase();
}
