// The promise of the capture frame, kept while everything that spoils a last
// error read too late is going on: collections, compilations, the runtime's own
// calls of Windows.
//
// Published builds of V8 pay no heed to --gc-interval; the other flags see to it
// that the collector works all the time.
//
// v8-flags: --gc-interval=5,--stress-incremental-marking,--stress-scavenge=80,--max-semi-space-size=1

import { mkdirSync, readFileSync, statSync } from "node:fs";
import { stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import process from "node:process";
import { test } from "node:test";
import {
  assert,
  assertEquals,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import { selectBackend } from "../../ffi/select.ts";
import { getLastWin32Error, kernel32 } from "../../src/raw.ts";
import {
  type FailingCall,
  failingCalls,
  failingWrite,
} from "../support/failing_calls.ts";
import { collectGarbage, nextJob } from "../support/garbage.ts";
import { bindAll } from "../support/prototypes.ts";

const CALLS = Number(process.env["KERNEL32_IO_CALLS"] ?? 1_000_000);
const CALLS_PER_JOB = 10_000;
const NO_PATH = "C:\\no such folder\\no such file";

/** Counts wrong codes, and keeps what a failed test says about the first. */
class Tally {
  calls = 0;
  wrong = 0;
  first = "";

  check({ name, code }: FailingCall): void {
    this.calls++;
    const got = getLastWin32Error();
    if (got === code) return;
    if (this.wrong++ === 0) this.first = `${name}: ${got} instead of ${code}`;
  }

  assert(calls: number): void {
    assertEquals([this.wrong, this.first, this.calls], [0, "", calls]);
  }
}

/** Makes objects of some lifetime, for the collector to follow. */
class Churn {
  readonly #kept: unknown[] = new Array(512);

  turn(i: number): void {
    this.#kept[i & 511] = { i, text: `${i}`, bytes: [i, this.#kept[i & 63]] };
    if ((i & 63) === 0) this.#kept.fill(undefined, 0, 64);
  }
}

test(
  `getLastWin32Error() is right after each of ${
    CALLS.toLocaleString("en")
  } failing calls while garbage is collected`,
  async () => {
    const calls = failingCalls(kernel32);
    const write = failingWrite(kernel32);
    const churn = new Churn();
    const tally = new Tally();
    let collections = 0;
    for (let done = 0; done < CALLS; done += CALLS_PER_JOB) {
      const garbage = new WeakRef({ done });
      await nextJob();
      for (let i = 0; i < CALLS_PER_JOB; i++) {
        const call = (i & 127) === 127 ? write : calls[i % calls.length]!;
        call.fail();
        churn.turn(i);
        tally.check(call);
        if (i === CALLS_PER_JOB / 2) collectGarbage();
      }
      if (garbage.deref() === undefined) collections++;
    }
    tally.assert(CALLS);
    assert(collections >= CALLS / CALLS_PER_JOB * 0.9, `${collections} times`);
  },
);

test("getLastWin32Error() is right at call sites that run for the first time", () => {
  const calls = failingCalls(kernel32);
  const tally = new Tally();
  const sites = 5_000;
  for (let i = 0; i < sites; i++) {
    const call = calls[i % calls.length]!;
    const site = new Function(
      "call",
      "tally",
      `/* ${i} */ class Code${i} extends Error {}
      function check() { tally.check(call); return Code${i}; }
      call.fail();
      return check();`,
    );
    site(call, tally);
  }
  tally.assert(sites);
});

test("getLastWin32Error() is right when other work was done first", () => {
  const calls = failingCalls(kernel32);
  const tally = new Tally();
  const log: unknown[] = [];
  for (let i = 0; i < 4_000; i++) {
    const call = calls[i % calls.length]!;
    call.fail();
    log[i & 255] = { at: performance.now(), stack: new Error(call.name).stack };
    tally.check(call);
  }
  tally.assert(4_000);
});

test("getLastWin32Error() is right for functions that are called for the first time", () => {
  const tally = new Tally();
  const times = 20;
  let count = 0;
  for (let i = 0; i < times; i++) {
    const fresh = bindAll();
    for (const call of [...failingCalls(fresh), failingWrite(fresh)]) {
      call.fail();
      tally.check(call);
      count++;
    }
  }
  tally.assert(count);
});

test("getLastWin32Error() is right after the runtime's own calls of Windows", () => {
  const calls = failingCalls(kernel32);
  const tally = new Tally();
  for (let i = 0; i < 500; i++) {
    const call = calls[i % calls.length]!;
    call.fail();
    statSync(NO_PATH, { throwIfNoEntry: false });
    tally.check(call);
  }
  tally.assert(500);
});

test("getLastWin32Error() is right after an await", async () => {
  const calls = failingCalls(kernel32);
  const tally = new Tally();
  for (let i = 0; i < 500; i++) {
    const call = calls[i % calls.length]!;
    call.fail();
    await (i % 2 === 0 ? nextJob() : stat(NO_PATH).catch(() => undefined));
    tally.check(call);
  }
  tally.assert(500);
});

test("SetLastError() and GetLastError() are a pair as in C, whatever the runtime does between", async () => {
  for (const code of [5, 0, 997, 0xFFFF_FFFF]) {
    kernel32.SetLastError(code);
    statSync(NO_PATH, { throwIfNoEntry: false });
    collectGarbage();
    await nextJob();
    assertEquals(kernel32.GetLastError(), code);
    assertEquals(getLastWin32Error(), code);
  }
});

test("a call that succeeds leaves the last error alone, as in C", () => {
  kernel32.SetLastError(1234);
  kernel32.GetCurrentProcess();
  kernel32.GetSystemInfo(new Uint8Array(48));
  assertEquals(getLastWin32Error(), 1234);
});

test("the thread's own last error does not survive what the module's does", () => {
  const thread = selectBackend().bind("kernel32.dll", {
    GetLastError: 0,
    SetLastError: 1,
  });
  kernel32.SetLastError(5);
  thread.SetLastError(5n);
  statSync(NO_PATH, { throwIfNoEntry: false });
  assertThrows(() => readFileSync(NO_PATH));
  assertThrows(() => mkdirSync(tmpdir()));
  assertNotEquals(thread.GetLastError() & 0xFFFF_FFFFn, 5n);
  assertEquals(getLastWin32Error(), 5);
});
