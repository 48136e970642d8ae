import { assertEquals } from "@std/assert";
import {
  type LockRange,
  open,
  openSync,
  type OverlappedFile,
  type SyncFile,
} from "../../../mod.ts";
import type { Round } from "./mod.ts";

const STEPS = 120;
const FILES = 4;

/** Ranges begin and end at multiples of this. */
const UNIT = 64;
const UNITS = 8;

const ABORTED = Symbol("aborted");

/** A lock that a file has. */
interface Held {
  readonly file: SyncFile | OverlappedFile;
  readonly at: number;
  readonly length: number;
  readonly exclusive: boolean;
}

const overlap = (one: Held, other: Held) =>
  one.at < other.at + other.length && other.at < one.at + one.length;

/** Locks and unlocks ranges of one file by several handles, and compares with a list of the locks that are held. */
export async function locks({ source, system, say }: Round): Promise<void> {
  const { below, pick } = source;
  const path = system.path("locked");
  const options = { read: true, write: true, create: true } as const;
  const open1 = (index: number) =>
    index % 2 === 0 ? openSync(path, options) : open(path, options);
  const files = await Promise.all(
    Array.from({ length: FILES }, (_, index) => open1(index)),
  );
  let held: Held[] = [];
  const release = (lock: Held) => {
    held = held.filter((other) => other !== lock);
    const range: LockRange = { at: lock.at, length: lock.length };
    lock.file.unlock(range);
  };
  const describe = ({ file, at, length, exclusive }: Held) =>
    `${files.indexOf(file)}: ${
      exclusive ? "exclusive" : "shared"
    }, ${length} at ${at}`;
  for (let step = 0; step < STEPS; step++) {
    const index = below(FILES);
    const file = files[index]!;
    const start = below(UNITS);
    const wanted: Held = {
      file,
      at: start * UNIT,
      length: (1 + below(UNITS - start)) * UNIT,
      exclusive: below(2) === 0,
    };
    const { at, length, exclusive } = wanted;
    // What a handle's own locks allow it differs between file systems.
    const isOwn = held.some((lock) =>
      lock.file === file && overlap(lock, wanted)
    );
    const inTheWay = held.filter((lock) =>
      overlap(lock, wanted) && (exclusive || lock.exclusive)
    );
    switch (
      isOwn ? "unlock" : pick(["try", "try", "wait", "unlock", "close"])
    ) {
      case "try": {
        say(`try ${describe(wanted)}`);
        const isLocked = await file.tryLock({ at, length, exclusive });
        assertEquals(isLocked, inTheWay.length === 0);
        if (isLocked) held.push(wanted);
        break;
      }
      case "wait": {
        if (index % 2 === 0) break; // It would block the thread that has to unlock.
        const aborts = below(2) === 0;
        say(`wait for ${describe(wanted)}${aborts ? ", abort" : ""}`);
        const controller = new AbortController();
        const { signal } = controller;
        let isSettled = false;
        const locking = (file as OverlappedFile)
          .lock({ at, length, exclusive, signal })
          .then(() => true, (error) => {
            if (error !== ABORTED) throw error;
            return false;
          }).finally(() => isSettled = true);
        await new Promise((resolve) => setTimeout(resolve, below(3)));
        if (inTheWay.length > 0) assertEquals(isSettled, false);
        if (aborts) controller.abort(ABORTED);
        else for (const lock of inTheWay) release(lock);
        const isLocked = await locking;
        // An abort may come when the lock is had already.
        if (!aborts || inTheWay.length > 0) assertEquals(isLocked, !aborts);
        if (isLocked) held.push(wanted);
        break;
      }
      case "unlock": {
        if (held.length === 0) break;
        const lock = pick(held);
        say(`unlock ${describe(lock)}`);
        release(lock);
        break;
      }
      default: {
        say(`close and open ${index}`);
        await file.close();
        held = held.filter((lock) => lock.file !== file);
        files[index] = await open1(index);
      }
    }
  }
  for (const file of files) await file.close();
}
