import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { getLastWin32Error, kernel32 } from "../../mod.ts";

/** A code that no call of the system leaves behind: bit 29 is the user's. */
const MARK = 0x2000_1234;

type ErrorClass = new (...args: never[]) => Error;

/**
 * Asserts that a function throws what it should before it calls the system:
 * every call that fails, and most that succeed, replace the last error.
 */
export function assertRefused(
  run: () => unknown,
  errorClass: ErrorClass,
  part: string,
): void {
  kernel32.SetLastError(MARK);
  assertThrows(
    run,
    errorClass as unknown as new (...args: unknown[]) => Error,
    part,
  );
  assertEquals(
    getLastWin32Error(),
    MARK,
    "the system was called before the refusal",
  );
}

/** A wrong argument, and what it is refused with. */
export type Wrong = readonly [
  value: unknown,
  errorClass: typeof TypeError | typeof RangeError,
  part: string,
];

/** Asserts that a promise rejects as it should before the system is called. */
export async function assertRejected(
  run: () => Promise<unknown>,
  [, errorClass, part]: Wrong,
): Promise<void> {
  kernel32.SetLastError(MARK);
  await assertRejects(run, errorClass as typeof TypeError, part);
  assertEquals(
    getLastWin32Error(),
    MARK,
    "the system was called before the refusal",
  );
}
