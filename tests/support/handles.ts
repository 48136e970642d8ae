import { assert } from "@std/assert";
import { kernel32 } from "../../mod.ts";

const ROUNDS = 50;

/**
 * Tells how many handles the process has, or, where the system does not count
 * them, as Wine does not, where the next one goes: the lowest free place.
 */
export function handleMark(): number {
  const count = new Uint32Array(1);
  kernel32.GetProcessHandleCount(kernel32.GetCurrentProcess(), count);
  if (count[0] !== 0) return count[0]!;
  const event = kernel32.CreateEventW(null, true, false, null);
  kernel32.CloseHandle(event);
  return Number(event / 4n);
}

/** Asserts the same of a function that has to be awaited. */
export async function assertNoHandleLeftBy(
  run: () => Promise<void>,
  { rounds, most }: { rounds: number; most: number },
): Promise<void> {
  await run();
  let left = most;
  // The runtime's other threads open handles once: a leak shows every time.
  for (let attempt = 0; attempt < 10 && left >= most; attempt++) {
    const before = handleMark();
    for (let round = 0; round < rounds; round++) await run();
    left = handleMark() - before;
  }
  assert(left < most, `${left} handles were left by ${rounds} runs`);
}

/** Asserts that a function leaves no handle behind, by running it again and again. */
export function assertNoHandleLeft(run: () => void): void {
  run(); // What the runtime opens once and for all is no leak.
  const before = handleMark();
  for (let round = 0; round < ROUNDS; round++) run();
  const left = handleMark() - before;
  // The runtime's other threads have handles that come and go.
  assert(left < ROUNDS / 2, `${left} handles were left by ${ROUNDS} runs`);
}
