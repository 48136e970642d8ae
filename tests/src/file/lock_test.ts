// portable

import { test } from "node:test";
import process from "node:process";
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type LockOptions,
  openSync,
  type SyncFile,
  Win32Error,
} from "../../../mod.ts";
import { lockArguments } from "../../../src/file/lock.ts";
import { runProgram } from "../../support/child.ts";
import { locksAreEnforced } from "../../support/enforcement.ts";
import { assertNoHandleLeft } from "../../support/handles.ts";
import { pipe } from "../../support/pipes.ts";
import { kernelFolder, OF_WINDOWS } from "../../support/windows_or_strict.ts";

const skip = !locksAreEnforced();

/** Opens the same new file twice. */
function onTwo(
  run: (owner: SyncFile, other: SyncFile, path: string) => void,
  options: { unbuffered?: boolean } = {},
): void {
  using folder = kernelFolder();
  const path = folder.file("a");
  const both = { read: true, write: true, ...options };
  using owner = openSync(path, { ...both, create: true });
  using other = openSync(path, both);
  owner.write(Uint8Array.from({ length: 100 }, (_, i) => i));
  run(owner, other, path);
}

function canLock(file: SyncFile, range: LockOptions): boolean {
  try {
    file.lock({ ...range, wait: false });
  } catch (error) {
    const { symbol, code, syscall } = error as Win32Error;
    assertEquals(symbol, "ERROR_LOCK_VIOLATION");
    assertEquals(code, "EBUSY");
    assertEquals(syscall, "LockFileEx");
    return false;
  }
  file.unlock(range);
  return true;
}

test("lock() keeps a range from being locked through another handle", () => {
  onTwo((owner, other) => {
    owner.lock({ at: 10, length: 5 });
    assert(!canLock(other, { at: 10, length: 5 }));
    assert(!canLock(other, { at: 14, length: 1 }));
    assert(!canLock(other, { at: 0, length: 11, exclusive: false }));
    assert(!canLock(other, {}));
    assert(canLock(other, { at: 0, length: 10 }));
    assert(canLock(other, { at: 15, length: 85n }));
    owner.unlock({ at: 10, length: 5 });
    assert(canLock(other, { at: 10, length: 5 }));
  });
});

test("lock() without a range locks all of the file, and what it will grow by", () => {
  onTwo((owner, other) => {
    owner.lock();
    for (const at of [0, 99, 100, 2 ** 40]) {
      assert(!canLock(other, { at, length: 1 }), `${at}`);
    }
    owner.unlock();
    assert(canLock(other, {}));
  });
});

test("lock() shares a range that nobody is to write", () => {
  onTwo((owner, other) => {
    owner.lock({ at: 0, length: 10, exclusive: false });
    assert(canLock(other, { at: 5, length: 10, exclusive: false }));
    assert(!canLock(other, { at: 5, length: 10 }));
    assert(canLock(other, { at: 10, length: 10 }));
  });
});

test("lock() takes ranges beyond the end and beyond 4 GiB", () => {
  onTwo((owner, other) => {
    const at = 2 ** 32 + 7;
    owner.lock({ at, length: 2n ** 33n });
    assertEquals(owner.size(), 100);
    assert(!canLock(other, { at: BigInt(at) + 2n ** 33n - 1n, length: 1 }));
    assert(canLock(other, { at: BigInt(at) + 2n ** 33n, length: 1 }));
    // The same offset without its upper half.
    assert(canLock(other, { at: 7, length: 1 }));
    owner.unlock({ at, length: 2 ** 33 });
  });
});

test("unlock() fails for a range that was not locked as one", () => {
  onTwo((owner, other) => {
    owner.lock({ at: 10, length: 5 });
    for (
      const [file, range] of [
        [owner, { at: 10, length: 4 }],
        [owner, { at: 11, length: 5 }],
        [owner, {}],
        [other, { at: 10, length: 5 }],
      ] as const
    ) {
      const error = assertThrows(() => file.unlock(range), Win32Error);
      assertEquals(error.syscall, "UnlockFileEx");
    }
    owner.unlock({ at: 10, length: 5 });
  });
});

test("tryLock() says whether it locked the range", () => {
  onTwo((owner, other) => {
    assertEquals(owner.tryLock({ at: 10, length: 5 }), true);
    assertEquals(other.tryLock({ at: 14, length: 5 }), false);
    assertEquals(other.tryLock({ at: 14, length: 5, exclusive: false }), false);
    assertEquals(other.tryLock(), false);
    assertEquals(other.tryLock({ at: 15, length: 5 }), true);
    owner.unlock({ at: 10, length: 5 });
    assertEquals(other.tryLock({ at: 10, length: 5, exclusive: false }), true);
    assertEquals(owner.tryLock({ at: 10, length: 5, exclusive: false }), true);
    assertEquals(owner.tryLock({ at: 10, length: 5 }), false);
  });
});

test("lock() and tryLock() take Deno's boolean for exclusive, of the whole file", () => {
  onTwo((owner, other) => {
    owner.lock(false);
    assertEquals(other.tryLock(true), false);
    assertEquals(other.tryLock(false), true);
    owner.unlock();
    other.unlock();
    owner.lock(true);
    assertEquals(other.tryLock(false), false);
    owner.unlock();
    assertEquals(other.tryLock(true), true);
  });
});

test("tryLock() refuses to wait, and fails where a lock cannot be tried", () => {
  using folder = kernelFolder();
  const path = folder.file("a");
  using file = openSync(path, { write: true, create: true });
  const wait = { wait: true } as LockOptions;
  assertThrows(() => file.tryLock(wait), TypeError, "tryLock() never waits");
  for (const method of ["lock", "tryLock", "unlock"] as const) {
    assertThrows(
      () => file[method]({ offset: 1 } as LockOptions),
      TypeError,
      `"offset" is no option of ${method}()`,
    );
  }
  assertThrows(
    () => file.tryLock({ exclusive: "no" as unknown as boolean }),
    TypeError,
    "exclusive must be true or false",
  );
  assertEquals(file.tryLock({ ...wait, wait: false } as LockOptions), true);
  using ends = pipe();
  const error = assertThrows(() => ends.client.tryLock(), Win32Error);
  assertEquals(error.syscall, "LockFileEx");
});

test("close() gives up all locks", () => {
  onTwo((owner, other) => {
    owner.lock({ at: 0, length: 10 });
    owner.lock({ at: 50, length: 10 });
    owner.close();
    assert(canLock(other, {}));
  });
});

test("lock() holds against another process", OF_WINDOWS, () => {
  onTwo((owner, _, path) => {
    owner.lock({ at: 10, length: 5 });
    owner.lock({ at: 20, length: 5, exclusive: false });
    process.env["KERNEL32_IO_FILE"] = path;
    process.env["KERNEL32_IO_RANGES"] = JSON.stringify([
      { at: 12, length: 1 },
      { at: 0, length: 10 },
      { at: 22, length: 1, exclusive: false },
      { at: 23, length: 1 },
    ]);
    const program = new URL(
      "../../support/programs/lock_probe.ts",
      import.meta.url,
    );
    const { stdout, stderr } = runProgram(program);
    delete process.env["KERNEL32_IO_FILE"];
    delete process.env["KERNEL32_IO_RANGES"];
    assertEquals(
      stdout.trim(),
      JSON.stringify([
        "ERROR_LOCK_VIOLATION",
        "locked",
        "locked",
        "ERROR_LOCK_VIOLATION",
      ]),
      stderr,
    );
  });
});

test("a lock that cannot be had leaves no handle behind", () => {
  onTwo((owner, _, path) => {
    owner.lock({ at: 0, length: 10 });
    assertNoHandleLeft(() => {
      using file = openSync(path, { read: true, write: true });
      assert(!canLock(file, { at: 0, length: 1 }));
    });
  });
});

test(
  "read() and write() of a range that others have locked fail",
  { skip },
  () => {
    for (const unbuffered of [false, true]) {
      onTwo((owner, other) => {
        owner.lock({ at: 10, length: 5 });
        for (
          const transfer of [
            () => other.read(new Uint8Array(100), { at: 0 }),
            () => other.write(new Uint8Array(1), { at: 14 }),
          ]
        ) {
          const error = assertThrows(transfer, Win32Error);
          assertEquals(error.symbol, "ERROR_LOCK_VIOLATION");
          assertEquals(error.bytesTransferred, 0);
        }
      }, { unbuffered });
    }
  },
);

test("read() and write() beside a range that others have locked go on", () => {
  onTwo((owner, other) => {
    owner.lock({ at: 10, length: 5 });
    assertEquals(other.read(new Uint8Array(10), { at: 0 }), 10);
    assertEquals(other.write(new Uint8Array(10), { at: 15 }), 10);
    assertEquals(owner.read(new Uint8Array(5), { at: 10 }), 5);
    assertEquals(owner.write(new Uint8Array(5), { at: 10 }), 5);
  });
});

test("write() of a range that is locked for reading fails, for its owner too", {
  skip,
}, () => {
  onTwo((owner, other) => {
    owner.lock({ at: 10, length: 5, exclusive: false });
    for (const file of [owner, other]) {
      assertEquals(file.read(new Uint8Array(5), { at: 10 }), 5);
      assertThrows(
        () => file.write(new Uint8Array(5), { at: 10 }),
        Win32Error,
        "ERROR_LOCK_VIOLATION",
      );
    }
  });
});

test("lockArguments() locks all of a file exclusively and waits, unless told otherwise", () => {
  const [EXCLUSIVE, FAIL_IMMEDIATELY] = [2, 1];
  const all = { at: 0, low: 0xFFFF_FFFF, high: 0x7FFF_FFFF, signal: undefined };
  assertEquals(lockArguments({}), { ...all, flags: EXCLUSIVE });
  assertEquals(lockArguments(true), { ...all, flags: EXCLUSIVE });
  assertEquals(lockArguments(false), { ...all, flags: 0 });
  const flags = EXCLUSIVE | FAIL_IMMEDIATELY;
  assertEquals(lockArguments({ wait: false }), { ...all, flags });
  assertEquals(lockArguments({}, "tryLock"), { ...all, flags });
  const range = { at: 5n, length: 2n ** 32n + 7n, exclusive: false };
  const expected = { at: 5n, low: 7, high: 1, signal: undefined, flags: 0 };
  assertEquals(lockArguments(range), expected);
});
