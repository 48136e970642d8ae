import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { selectBackend } from "../../ffi/select.ts";
import { runProgram } from "../support/child.ts";
import { runtime } from "../support/runtime.ts";

const programs = new URL("../support/programs/", import.meta.url);

test("the import asks for no foreign function interface, the first call does", () => {
  const { code, stdout, stderr } = runProgram(
    new URL("import_watched.ts", programs),
  );
  assertEquals(
    [lines(stdout), code],
    [["after the import: 0", "after a call: some"], 0],
    stderr,
  );
});

test("the import needs no permission, and the first call asks for Deno's --allow-ffi", () => {
  const { code, stdout, stderr } = runProgram(
    new URL("import_only.ts", programs),
    [],
  );
  const [imported, ...calls] = lines(stdout);
  assertEquals([imported, code], ["imported object 32", 0], stderr);
  if (selectBackend().runtime === "deno") {
    const refusal = 'threw NotCapable: Requires ffi access to "kernel32.dll"';
    assertEquals(
      calls.map((line) => line.startsWith(refusal)),
      [true, true],
      stdout,
    );
  } else {
    assertEquals(calls, [`returned ${2n ** 64n - 1n}`, "returned 0"]);
  }
});

test("Deno's --allow-ffi is all that the calls need", () => {
  const { code, stdout, stderr } = runProgram(
    new URL("import_only.ts", programs),
    ["--allow-ffi"],
  );
  assertEquals([lines(stdout), code], [[
    "imported object 32",
    `returned ${2n ** 64n - 1n}`,
    "returned 0",
  ], 0], stderr);
});

test("synchronous I/O goes on when the program has given the permission back", () => {
  const { code, stdout, stderr } = runProgram(
    new URL("revoked.ts", programs),
  );
  const isRevoked = runtime === "deno";
  assertEquals([lines(stdout), code], [[
    "320 1064 0",
    "1064",
    String(isRevoked),
  ], 0], stderr);
});

function lines(text: string): string[] {
  return text.trim().split(/\r?\n/);
}
