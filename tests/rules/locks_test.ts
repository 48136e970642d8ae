// portable

import { assertEquals } from "@std/assert";
import {
  GENERIC_READ,
  GENERIC_WRITE,
  type Handle,
  kernel32,
  LOCKFILE_EXCLUSIVE_LOCK,
  LOCKFILE_FAIL_IMMEDIATELY,
} from "../../src/raw.ts";
import { codeOf, read, rule, RuleOverlapped, write } from "../support/rules.ts";

// Others' tests of the same: test_LockFile in Wine's dlls/kernel32/tests/file.c; .NET's FileStream/LockUnlock.cs.

type Range = [offset: number, length: number];

/** Locks a range without waiting. Returns the code. */
function lock(
  file: Handle,
  offset: number | bigint,
  length: number,
  exclusive = true,
): number {
  const flags = LOCKFILE_FAIL_IMMEDIATELY |
    (exclusive ? LOCKFILE_EXCLUSIVE_LOCK : 0);
  return codeOf(
    kernel32.LockFileEx(
      file,
      flags,
      0,
      length,
      0,
      new RuleOverlapped(offset).address,
    ),
  );
}

function unlock(file: Handle, offset: number | bigint, length: number): number {
  return codeOf(
    kernel32.UnlockFileEx(
      file,
      0,
      length,
      0,
      new RuleOverlapped(offset).address,
    ),
  );
}

rule("exclusive locks overlap nothing, shared ones each other", (system) => {
  const one = system.open(system.file("a"));
  const two = system.open(system.file("a"));
  assertEquals(lock(one, 0, 10), 0);
  assertEquals(lock(one, 5, 10), 33);
  assertEquals(lock(two, 5, 10, false), 33);
  assertEquals(lock(two, 10, 10, false), 0);
  assertEquals(lock(one, 15, 10, false), 0);
  assertEquals(lock(one, 19, 1), 33);
});

rule("ranges that meet in any way overlap, and neighbours do not", (system) => {
  const one = system.open(system.file("a"));
  const two = system.open(system.file("a"));
  const taken: [first: Range, second: Range][] = [
    [[0, 10], [1, 2]],
    [[3, 5], [3, 5]],
    [[3, 5], [3, 4]],
    [[3, 5], [4, 5]],
    [[3, 5], [2, 6]],
    [[3, 5], [2, 4]],
    [[3, 5], [4, 6]],
    [[3, 5], [7, 1]],
  ];
  for (const [first, second] of taken) {
    assertEquals(lock(one, ...first), 0);
    assertEquals(lock(two, ...second), 33, `${first} and ${second}`);
    assertEquals(unlock(one, ...first), 0);
    assertEquals([lock(two, ...second), unlock(two, ...second)], [0, 0]);
  }
  assertEquals(lock(one, 3, 5), 0);
  const free: Range[] = [[2, 1], [8, 1], [0, 3], [8, 100]];
  for (const range of free) {
    assertEquals([lock(two, ...range), unlock(two, ...range)], [0, 0]);
  }
});

rule("handles of any access to data lock", (system) => {
  const path = system.file("a");
  system.open(path);
  for (const access of [GENERIC_READ, GENERIC_WRITE]) {
    const file = system.open(path, { access });
    assertEquals([lock(file, 0, 100), unlock(file, 0, 100)], [0, 0]);
  }
});

rule(
  "a shared lock may lie on the owner's exclusive one, which is unlocked first",
  (system) => {
    const one = system.open(system.file("a"));
    const two = system.open(system.file("a"));
    assertEquals(lock(one, 300, 100), 0);
    assertEquals(lock(one, 300, 100, false), 0);
    assertEquals(lock(two, 300, 100, false), 33);
    assertEquals(unlock(one, 300, 100), 0);
    assertEquals(lock(two, 300, 100, false), 0);
  },
);

rule("a range is unlocked as it was locked, and once", (system) => {
  const file = system.open(system.file("a"));
  const notLocked = system.differsUnderWine(
    "the code is that of a refused lock",
    33,
    158,
  );
  assertEquals(unlock(file, 0, 10), notLocked);
  assertEquals(lock(file, 0, 10), 0);
  assertEquals(unlock(file, 0, 5), notLocked);
  assertEquals(unlock(file, 0, 10), 0);
  assertEquals(unlock(file, 0, 10), notLocked);
});

rule("a range of no bytes is locked against those around it", (system) => {
  const file = system.open(system.file("a"));
  assertEquals(lock(file, 100, 0), 0);
  assertEquals(lock(file, 98, 4), 33);
  assertEquals(lock(file, 90, 10), 0);
});

rule(
  "locks may lie behind the end of the file, up to the last offset",
  (system) => {
    const file = system.open(system.file("a"));
    assertEquals(lock(file, 2n ** 62n, 10), 0);
    assertEquals(lock(file, 2n ** 62n + 9n, 1), 33);
  },
);

rule(
  "an exclusive lock keeps other handles from reading and writing",
  (system) => {
    const one = system.open(system.file("a"));
    const two = system.open(system.file("a"));
    write(one, new Uint8Array(20));
    assertEquals(lock(one, 0, 10), 0);
    const refused = system.differsUnderWine(
      "locks do not stop reads and writes of other handles",
      [0, 5],
      [33, 0],
    );
    assertEquals(read(two, new Uint8Array(5), new RuleOverlapped(0)), refused);
    assertEquals(write(two, new Uint8Array(5), new RuleOverlapped(5)), refused);
    assertEquals(read(two, new Uint8Array(5), new RuleOverlapped(10)), [0, 5]);
    assertEquals(write(one, new Uint8Array(5), new RuleOverlapped(0)), [0, 5]);
    assertEquals(read(one, new Uint8Array(5), new RuleOverlapped(0)), [0, 5]);
  },
);

rule("a shared lock keeps all from writing, its owner too", (system) => {
  const one = system.open(system.file("a"));
  const two = system.open(system.file("a"));
  write(one, new Uint8Array(20));
  assertEquals(lock(one, 0, 10, false), 0);
  const refused = system.differsUnderWine(
    "locks do not stop reads and writes",
    [0, 5],
    [33, 0],
  );
  assertEquals(write(one, new Uint8Array(5), new RuleOverlapped(0)), refused);
  assertEquals(write(two, new Uint8Array(5), new RuleOverlapped(0)), refused);
  assertEquals(read(two, new Uint8Array(5), new RuleOverlapped(0)), [0, 5]);
});

rule("locks go with their handle", (system) => {
  const one = system.open(system.file("a"));
  const two = system.open(system.file("a"));
  assertEquals(lock(one, 0, 10), 0);
  system.close(one);
  assertEquals(lock(two, 0, 10), 0);
});
