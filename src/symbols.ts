/**
 * Tables of numbers and symbols, as short as they can be and be read.
 *
 * A number is that of the symbol behind it, and every other symbol has the one
 * after its neighbour's. The symbols lack their prefix, save those with "="
 * before them. What is noted of a symbol stands behind it, after a colon.
 *
 * @module
 */

/** One row of a table. */
export type SymbolRow = [number: number, symbol: string, note?: string];

/** Reads a table whose numbers have a base, and its symbols a prefix. */
export function* readSymbols(
  table: string,
  base: 10 | 16,
  prefix: string,
): Iterable<SymbolRow> {
  let number = 0;
  for (const word of table.trim().split(/\s+/)) {
    if (/^[\da-f]+$/.test(word)) {
      number = parseInt(word, base);
      continue;
    }
    const [name = "", note] = word.split(":");
    const symbol = name[0] === "=" ? name.slice(1) : prefix + name;
    yield note === undefined ? [number++, symbol] : [number++, symbol, note];
  }
}
