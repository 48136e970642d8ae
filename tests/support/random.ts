/** A source of pseudo-random numbers that gives the same ones for the same seed. */
export interface Random {
  /** A whole number from 0 to below the limit. */
  below(limit: number): number;
  /** One of the items. */
  pick<T>(items: readonly T[]): T;
  /** Bytes, a different sequence at each call. */
  bytes(length: number): Uint8Array<ArrayBuffer>;
}

/** Makes a source from a seed: a linear congruential generator with its output mixed. */
export function random(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 15), 0x2C1B3C6D);
    return (mixed ^ (mixed >>> 13)) >>> 0;
  };
  const below = (limit: number) => Math.floor(next() / 2 ** 32 * limit);
  return {
    below,
    pick: (items) => items[below(items.length)]!,
    bytes(length) {
      const words = new Uint32Array(Math.ceil(length / 4));
      for (let i = 0; i < words.length; i++) words[i] = next();
      return new Uint8Array(words.buffer, 0, length);
    },
  };
}
