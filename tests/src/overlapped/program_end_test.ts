// A program lives as long as operations are under way, and no longer.
// not portable

import { test } from "node:test";
import { assertEquals, assertNotEquals } from "@std/assert";
import { type ChildResult, runProgram } from "../../support/child.ts";

function run(scenario: string): ChildResult {
  const program = new URL("../../support/programs/pending.ts", import.meta.url);
  const { stdout, ...rest } = runProgram(program, ["--allow-all"], [scenario]);
  return { ...rest, stdout: stdout.trim() };
}

test("a program ends by itself when its operations have ended", () => {
  const { code, stdout, stderr } = run("done");
  assertEquals([code, stdout], [0, "done"], stderr);
});

test("a program ends by itself when its operations were cancelled", () => {
  const { code, stdout, stderr } = run("cancelled");
  assertEquals([code, stdout], [0, "stop"], stderr);
});

test("a program ends by itself while packets are owed of operations that ended in their call", () => {
  const { code, stdout, stderr } = run("owed");
  assertEquals([code, stdout], [0, "owed"], stderr);
});

test("a program that awaits a read of a pipe stays", () => {
  const { code, stdout, stderr } = run("waits");
  assertEquals([code, stdout], [0, "2,2,2"], stderr);
});

test("a program stays for later operations, too", () => {
  const { code, stdout, stderr } = run("waitsAgain");
  assertEquals([code, stdout], [0, "2,2,2"], stderr);
});

test("process.exit() ends a program with operations under way", () => {
  for (const scenario of ["exit", "exitAtOnce"]) {
    const { code, stderr } = run(scenario);
    assertEquals(code, 7, stderr);
  }
});

test("an uncaught error ends a program with operations under way", () => {
  const { code, stderr } = run("throws");
  assertNotEquals(code, 0);
  assertEquals(stderr.includes("on purpose"), true, stderr);
});
