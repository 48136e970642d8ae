// portable

import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import {
  ERROR_ACCESS_DENIED,
  ERROR_LOCK_VIOLATION,
  FileClosedError,
  Win32Error,
} from "../../../mod.ts";
import { turns } from "../../support/event_loop.ts";
import { newFile } from "../../support/overlapped_strict.ts";
import { strictTest } from "../../support/strict_kernel/mod.ts";
import {
  failFunction,
  replaceFunction,
} from "../../support/strict_kernel/replaced.ts";

const SEEDS = [1, 2, 3];

strictTest(
  "OverlappedFile.tryLock() says whether it locked the range",
  async () => {
    await using owner = await newFile();
    await using other = await newFile();
    assertEquals(await owner.tryLock({ at: 10, length: 5 }), true);
    assertEquals(await other.tryLock({ at: 14, length: 5 }), false);
    assertEquals(await other.tryLock({ at: 2n ** 32n + 10n, length: 5 }), true);
    assertEquals(await other.tryLock(), false);
    assertEquals(await other.tryLock(false), false);
    owner.unlock({ at: 10, length: 5 });
    const shared = { at: 10, length: 5, exclusive: false };
    assertEquals(await other.tryLock(shared), true);
    assertEquals(await owner.tryLock(shared), true);
    assertEquals(await owner.tryLock({ at: 10, length: 5 }), false);
    const wait = { wait: true } as object;
    await assertRejects(() => owner.tryLock(wait), TypeError, "never waits");
    // A reason is no answer of the system, whatever it is.
    const taken = new Win32Error("LockFileEx", ERROR_LOCK_VIOLATION);
    for (const reason of [new Error("stop"), taken]) {
      const signal = AbortSignal.abort(reason);
      const error = await assertRejects(() => owner.tryLock({ signal }));
      assertStrictEquals(error, reason);
    }
  },
  SEEDS,
);

strictTest(
  "OverlappedFile.lock() and tryLock() say what the system has against them",
  async () => {
    await using owner = await newFile();
    await using other = await newFile();
    await owner.lock();
    const detailsOf = ({ syscall, win32, path }: Win32Error) => [
      syscall,
      win32,
      path,
    ];
    const taken = () => other.lock({ at: 5, length: 1, wait: false });
    assertEquals(
      detailsOf(await assertRejects(taken, Win32Error)),
      ["LockFileEx", ERROR_LOCK_VIOLATION, "C:\\a"],
    );
    using _ = failFunction("LockFileEx", ERROR_ACCESS_DENIED);
    for (const method of ["lock", "tryLock"] as const) {
      const refused = () => other[method]() as Promise<unknown>;
      assertEquals(
        detailsOf(await assertRejects(refused, Win32Error)),
        ["LockFileEx", ERROR_ACCESS_DENIED, "C:\\a"],
      );
    }
  },
  SEEDS,
);

strictTest(
  "OverlappedFile.lock() asks the system once, which waits",
  async () => {
    const owner = await newFile();
    await using other = await newFile();
    await owner.lock({ at: 0, length: 10 });
    let calls = 0;
    using _ = replaceFunction("LockFileEx", (original) => (...args) => {
      calls++;
      return original(...args);
    });
    const lock = other.lock({ at: 5, length: 1 });
    await turns();
    owner.unlock({ at: 0, length: 10 });
    await lock;
    assertEquals(calls, 1);
    const closed = owner.lock({ at: 5, length: 1 });
    const ended = assertRejects(
      () => closed,
      FileClosedError,
      "lock() needs an open file",
    );
    await owner.close();
    await ended;
  },
  SEEDS,
);
