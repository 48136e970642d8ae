const KIB = 1024;
const MIB = 1024 * KIB;

/** Every power of two from `from` to `to`. */
export function powersOfTwo(from: number, to: number): number[] {
  const sizes = [];
  for (let size = from; size <= to; size *= 2) sizes.push(size);
  return sizes;
}

/** All request sizes of the bench. */
export const REQUEST_SIZES: readonly number[] = powersOfTwo(512, 4 * MIB);

/** Enough to tell what a call costs from what its bytes cost. */
export const QUICK_SIZES: readonly number[] = [4 * KIB, 64 * KIB, MIB];
