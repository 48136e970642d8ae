// What an operation of the matrix is.

import type { StrictKernel } from "../strict_kernel/mod.ts";
import type { Fault } from "./calls.ts";

/** How an operation has ended. */
export type Outcome = { readonly value: unknown } | { readonly error: unknown };

/** What an operation transfers, and between which bytes. */
export interface Transferring {
  readonly kind: "read" | "write";
  /** Where in the file; undefined on a pipe. */
  readonly at: number | undefined;
  /** What is to be written, or what is read into. */
  readonly bytes: Uint8Array;
  /** Whether it goes on until all is transferred. */
  readonly isFull: boolean;
  /** Whether what was read is not handed out if a later call fails. */
  readonly isLost?: boolean;
}

/** An operation with all that it needs. */
export interface Prepared {
  readonly transfer?: Transferring;
  /** The path that its errors have, if not that of the file. */
  readonly path?: string | RegExp | undefined;
  /** The paths of the errors of some functions. */
  readonly paths?: Readonly<Record<string, string>>;
  run(): unknown;
  /** Checks what must be so after it, whether it has failed or not, and closes what is open. */
  settle(outcome: Outcome, fault?: Fault): void | Promise<void>;
}

/** An operation that users can ask for. */
export interface MatrixOperation {
  /** The method as the documentation has it: "SyncFile.read". */
  readonly method: string;
  /** What distinguishes it from others of the same method. */
  readonly variant: string;
  /** Other methods whose documented errors it has. */
  readonly errorsOf?: string;
  /** Whether a handle stays bound to the module's port, which then stays open. */
  readonly leavesPort?: boolean;
  prepare(kernel: StrictKernel): Prepared | Promise<Prepared>;
}
