// Runtimes compile a loop, and all that it calls, more than once, the better the longer it has run: what is not there yet is not measured.

/** The loops that this process has run for long. */
const compiled = new Set<string>();

/** After so many short operations the best code is there: V8 takes some 30,000. */
const OPERATIONS = 40_000;

/** How long a loop of short calls is run for that at most, in ms. */
export const COMPILING = 120;

/** Tells whether a loop has to be compiled yet. */
export function isNew(loop: string): boolean {
  return !compiled.has(loop);
}

/** Says that a loop has been compiled, for all who run it. */
export function setCompiled(loop: string): void {
  compiled.add(loop);
}

/**
 * Runs laps until the best code is there.
 *
 * @param operations How many operations a lap has.
 * @param milliseconds How long to try. In operations that take long, the loop is the least of it.
 */
export async function compile(
  takeLap: () => unknown,
  operations: number,
  milliseconds: number,
): Promise<void> {
  const end = performance.now() + milliseconds;
  for (let left = OPERATIONS; left > 0; left -= operations) {
    if (performance.now() >= end) break;
    await takeLap();
  }
}
