// What a crew and its Workers have in common.

/** Words of the shared memory: grows by one when there is work. */
export const TURN = 0;
/** How many are at work. */
export const WORKING = 1;
/** How many requests each is to make, or `END`. */
export const COUNT = 2;
/** How many have failed. */
export const FAILED = 3;

/** Work that is none. */
export const END = -1;

/** What a Worker is told. */
export interface Job {
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly way: "SyncFile" | "node:fs";
  readonly path: string;
  /** The length of a request. */
  readonly bytes: number;
  /** The first of `places` requests of the file that are rewritten. */
  readonly first: number;
  readonly places: number;
}
