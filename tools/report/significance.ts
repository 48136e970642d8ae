import { mean, permutationTest } from "simple-statistics";

/** Up to so many ways to deal the values out, all of them are looked at: 10 and 10 values have 184,756. */
const ALL = 200_000;

/** As many are drawn beyond that. */
const DRAWN = 20_000;

/**
 * Tells how likely the means of two samples are as far apart as they are, or farther, if both were drawn alike: a permutation
 * test, exact for small samples, so that the least of chances still counts among many comparisons.
 */
export function chance(a: readonly number[], b: readonly number[]): number {
  if (a.length === 0 || b.length === 0) return 1;
  if (ways(a.length + b.length, a.length) <= ALL) return exactChance(a, b);
  const drawn = permutationTest(
    ...[[...a], [...b], "two_side", DRAWN, lcg()] as const,
  );
  // The deal at hand is one of those that are possible: a chance is never 0.
  return (drawn * DRAWN + 1) / (DRAWN + 1);
}

/** The least chance that samples of these sizes can have. */
export function leastChance(a: number, b: number): number {
  return (a === b ? 2 : 1) / ways(a + b, a);
}

function exactChance(a: readonly number[], b: readonly number[]): number {
  const all = [...a, ...b];
  const total = all.reduce((sum, value) => sum + value, 0);
  const gap = (sum: number) =>
    Math.abs(sum / a.length - (total - sum) / b.length);
  // Sums of the same values in another order differ in their last digits.
  const seen = Math.abs(mean([...a]) - mean([...b])) * (1 - 1e-9);
  let [as, extreme] = [0, 0];
  const deal = (next: number, left: number, sum: number) => {
    if (left === 0) {
      as++;
      if (gap(sum) >= seen) extreme++;
      return;
    }
    for (let i = next; i <= all.length - left; i++) {
      deal(i + 1, left - 1, sum + all[i]!);
    }
  };
  deal(0, a.length, 0);
  return extreme / as;
}

/** In how many ways so many can be chosen of all. */
function ways(all: number, chosen: number): number {
  let product = 1;
  for (let i = 1; i <= chosen; i++) product *= (all - chosen + i) / i;
  return Math.round(product);
}

/**
 * Tells which of many chances are too small to be one: by Benjamini and Hochberg, of those told one in twenty is told in error.
 */
export function significant(
  chances: readonly number[],
  rate = 0.05,
): boolean[] {
  const sorted = chances.toSorted((a, b) => a - b);
  const last = sorted.findLastIndex((chance, i) =>
    chance <= rate * (i + 1) / sorted.length
  );
  const most = sorted[last] ?? -1;
  return chances.map((chance) => chance <= most);
}

/** Draws the same numbers every time (Numerical Recipes' generator), so that a comparison says the same every time. */
function lcg(seed = 1): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
