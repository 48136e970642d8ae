// Locks of several handles on one file, against a list of them.

import fc from "fast-check";
import {
  ERROR_LOCK_VIOLATION,
  ERROR_NOT_LOCKED,
  open,
  openSync,
  type OverlappedFile,
  type SyncFile,
  Win32Error,
} from "../../../mod.ts";
import type { Sequence } from "./sequence.ts";

interface Setup {
  /** Which handles are overlapped. */
  readonly overlapped: readonly boolean[];
}

interface Step {
  readonly kind: "lock" | "tryLock" | "unlock" | "reopen" | "read" | "write";
  readonly handle: number;
  readonly at: number;
  readonly length: number;
  readonly exclusive: boolean;
}

interface Lock extends Omit<Step, "kind"> {
  readonly handle: number;
}

const HANDLES = 3;

const meets = (a: Omit<Step, "kind">, b: Omit<Step, "kind">) =>
  a.at < b.at + b.length && b.at < a.at + a.length;

export const lockSequence: Sequence<Setup, Step> = {
  name: "locks",
  setup: fc.record({
    overlapped: fc.array(fc.boolean(), {
      minLength: HANDLES,
      maxLength: HANDLES,
    }),
  }),
  step: fc.record({
    kind: fc.constantFrom(
      ...["lock", "tryLock", "tryLock", "unlock", "unlock", "reopen"] as const,
      ...["read", "write"] as const,
    ),
    handle: fc.nat(HANDLES - 1),
    at: fc.nat(5),
    length: fc.integer({ min: 1, max: 4 }),
    exclusive: fc.boolean(),
  }),
  async run(system, { overlapped }, steps) {
    const path = system.newFile(new Uint8Array(16));
    const openOne = async (handle: number) =>
      overlapped[handle]
        ? await open(path, { read: true, write: true })
        : openSync(path, { read: true, write: true });
    const files: (SyncFile | OverlappedFile)[] = [];
    let locks: Lock[] = [];
    try {
      for (let i = 0; i < HANDLES; i++) files.push(await openOne(i));
      for (const step of steps) {
        const { handle, at, length } = step;
        const file = files[handle]!;
        const blocks = locks.filter((lock) => meets(lock, step));
        if (step.kind === "lock" || step.kind === "tryLock") {
          const { exclusive } = step;
          // "A shared lock can overlap an exclusive lock if both locks were created using the same file handle": sdk LockFileEx
          const isFree = blocks.every((lock) =>
            !exclusive && (!lock.exclusive || lock.handle === handle)
          );
          const options = { at, length, exclusive };
          const got = step.kind === "tryLock"
            ? await file.tryLock(options)
            : await codeOf(() => file.lock({ ...options, wait: false })) === 0;
          expect(step, got, isFree);
          if (got) locks.push(step);
        } else if (step.kind === "unlock") {
          const isIts = (lock: Lock) =>
            lock.handle === handle && lock.at === at && lock.length === length;
          // "The first unlock operation unlocks the exclusive lock": sdk LockFileEx
          const first = locks.findIndex((lock) =>
            isIts(lock) && lock.exclusive
          );
          const index = first >= 0 ? first : locks.findIndex(isIts);
          const code = await codeOf(() => file.unlock({ at, length }));
          expect(step, code === 0, index >= 0);
          if (index >= 0) locks.splice(index, 1);
          else if (system.isStrict) expect(step, code, ERROR_NOT_LOCKED);
        } else if (step.kind === "reopen") {
          await file.close();
          locks = locks.filter((lock) => lock.handle !== handle);
          files[handle] = await openOne(handle);
        } else if (system.isStrict) {
          // An exclusive lock keeps others out, a shared one all writers.
          const isKept = blocks.some((lock) =>
            lock.exclusive ? lock.handle !== handle : step.kind === "write"
          );
          const bytes = new Uint8Array(length);
          const code = await codeOf(() =>
            file[step.kind as "read"](bytes, { at })
          );
          expect(step, code, isKept ? ERROR_LOCK_VIOLATION : 0);
        }
      }
    } finally {
      for (const file of files) await file.close();
    }
    return steps.length;
  },
};

function expect(step: Step, actual: unknown, expected: unknown): void {
  if (actual === expected) return;
  throw new Error(`${step.kind} gives ${actual} instead of ${expected}`);
}

/** The code that something fails with, or 0. */
async function codeOf(run: () => unknown): Promise<number> {
  try {
    await run();
    return 0;
  } catch (error) {
    if (error instanceof Win32Error) return error.win32;
    throw error;
  }
}
