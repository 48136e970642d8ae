/**
 * The layout of the block that the capture routine works on: which function to
 * call, its arguments, and what comes back.
 *
 *     int __cdecl capture(void* context, void* key, uint64_t block[16])
 *
 *     block[keyWord] = key;  block[contextWord] = context;
 *     TEB.LastErrorValue = *cell;
 *     block[result] = target(argument 1, …, argument 9);
 *     *cell = TEB.LastErrorValue;
 *     return 0;
 *
 * All nine arguments are always passed: a callee reads only those it declares,
 * and straight-line code is shorter than a loop over a count.
 *
 * @module
 */

/** The layout of a block, in 64-bit words. */
export const BLOCK = {
  /** Address of the function to call. */
  target: 0,
  /** Address of the 32-bit cell that holds the last error between calls. */
  cell: 1,
  /**
   * Low 32 bits: the word that receives `key`; high 32 bits: the word that
   * receives `context`. The routine does not check them: they must be below
   * `words`.
   */
  destinations: 2,
  /** Full 64-bit return value. */
  result: 3,
  /** First of the nine arguments. */
  arguments: 4,
  /** Receives a pointer that is no argument. */
  scratch: 13,
  /** Memory for a result of the function, to which an argument may point. */
  value: 14,
  /** The cell of a block that has one of its own. */
  ownCell: 15,
  /** Length of the block. */
  words: 16,
} as const;

/** The size of a block, in bytes. */
export const BLOCK_SIZE: number = BLOCK.words * 8;

/** Number of arguments that the routine passes. */
export const MAX_ARGUMENTS = 9;

/** The offset of the result in a block, in bytes. */
export const RESULT: number = BLOCK.result * 8;

/** Instead of an argument's index: the call has no such buffer. */
export const NO_ARGUMENT: number = BLOCK.scratch - BLOCK.arguments;

/** Returns the offset of argument `index` in a block, in bytes. */
export function argumentOffset(index: number): number {
  return (BLOCK.arguments + index) * 8;
}
