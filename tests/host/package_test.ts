// The npm package: it is built, packed and installed into an empty project, where
// programs import it on both runtimes.

import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { manifest, readProject, webUrlOf } from "../../tools/build/manifest.ts";
import { PROGRAMS, programSize } from "../../tools/build/sizes.ts";
import { command } from "../../tools/windows/command.ts";
import { lines, runProgram, RUNTIMES } from "./both_runtimes.ts";
import { codeBlocks } from "./docs/blocks.ts";
import { packPackage, README, REPOSITORY } from "./packed_package.ts";

const { built, entries, files, project, write } = await packPackage();

test("the package holds scripts, declarations and papers, and nothing else", () => {
  const others = files.filter((file) =>
    !/^(?:(?:mod|raw|structs)\.js|types\/\w+\.d\.ts)$/.test(file) &&
    !/^(?:docs\/(?:images\/\w+\.svg|\w+\.md)|examples\/\w+\.ts)$/.test(file)
  );
  assertEquals(others.sort(), [
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "README.md",
    "SECURITY.md",
    "package.json",
  ]);
  for (const { script, types } of entries) {
    assert(files.includes(script), script);
    assert(files.includes(types), types);
  }
});

// Each file more takes a start some ms to find, read and parse.
test("the main entry is one file, and others have no more than that beside them", () => {
  const imports = Object.fromEntries(entries.map(({ subpath, script }) => {
    const text = readFileSync(join(built, script), "utf8");
    const names = text.matchAll(/^(?:import|export) [^;]*? from "([^"]+)";$/gm);
    return [subpath, [...names].map(([, name]) => name)];
  }));
  assertEquals(imports, { ".": [], "./raw": ["./mod.js"], "./structs": [] });
});

test("scripts are ASCII without doc comments", () => {
  for (const { script } of entries) {
    const text = readFileSync(join(built, script), "utf8");
    assertMatch(text, /^[\n\x20-\x7E]+$/, script);
    assert(!text.includes("/**"), script);
  }
});

// Runtimes print objects and errors with the names of their classes. Where a class names itself, a bundler gives it another name.
test("classes and functions have the names that they are exported by", async () => {
  for (const { script } of entries) {
    const path = join(built, script);
    const text = readFileSync(path, "utf8");
    assertEquals(text.match(/= class (?!extends\b)\w+/g), null, script);
    const exported = await import(pathToFileURL(path).href);
    for (const [name, value] of Object.entries(exported)) {
      if (typeof value === "function") assertEquals(value.name, name);
    }
  }
});

// Bun prints the lines around the one that threw an error.
test("scripts have a statement a line, which stack traces can show", () => {
  for (const { script } of entries) {
    const lines = readFileSync(join(built, script), "utf8").split("\n");
    assertEquals(lines.filter((line) => line.length > 320), [], script);
    const several = lines.filter((line) => /^ *[^/"'`]*;.*;$/.test(line))
      .filter((line) => !/\b(?:for \(|get |set )/.test(line));
    assertEquals(several, [], script);
  }
});

test("the package's manifest says what deno.json says", () => {
  const read = (path: string) => JSON.parse(readFileSync(path, "utf8"));
  const source = read(join(REPOSITORY, "deno.json"));
  const made = read(join(built, "package.json"));
  for (const name of ["name", "version", "license"]) {
    assertEquals(made[name], source[name]);
  }
  assertEquals(made.sideEffects, false);
  assertEquals(made.os, undefined);
  assertEquals(made.dependencies, undefined);
  assertEquals(
    Object.keys(made.exports).filter((name) => name !== "./package.json"),
    Object.keys(source.exports),
  );
});

test("a package from a published repository says where that is", async () => {
  const project = await readProject(REPOSITORY);
  const url = webUrlOf("git@github.com:owner/name.git");
  const made = manifest({ ...project, url }, entries);
  assertEquals(made.homepage, "https://github.com/owner/name#readme");
  assertEquals(made.repository, {
    type: "git",
    url: "git+https://github.com/owner/name.git",
  });
  assertEquals(made.bugs, { url: "https://github.com/owner/name/issues" });
  for (
    const address of [
      "https://github.com/owner/name.git",
      "git+https://github.com/owner/name.git",
      "ssh://git@github.com/owner/name",
      "github:owner/name",
    ]
  ) assertEquals(webUrlOf(address), url);
  assertEquals(webUrlOf("/srv/git/name"), undefined);
  const unpublished = manifest({ ...project, url: undefined }, entries);
  assertEquals("repository" in unpublished, false);
});

test("README.md and the manifest name the same versions of the runtimes", () => {
  const { engines } = JSON.parse(
    readFileSync(join(built, "package.json"), "utf8"),
  );
  const versions = (name: string) =>
    Array.from(
      README.matchAll(new RegExp(`${name} ([\\d.]+) or later`, "g")),
      ([, version]) => version!,
    );
  assertEquals(engines.deno, `>=${versions("Deno")[0]}.0`);
  assertEquals(engines.bun, `>=${versions("Bun")[0]}.0`);
  assertEquals(engines.node, `>=${versions("Node")[0]}`);
});

for (const { program, limit } of PROGRAMS) {
  test(`a program has no more than ${limit} bytes for ${program}`, async () => {
    const { gzipped } = await programSize(built, entries, program);
    assert(gzipped <= limit, `it has ${gzipped}`);
  });
}

const [first] = codeBlocks("README.md", README);
write("first.ts", first!.code);

write(
  "shared.ts",
  `
import * as io from "@kernel32/io";
import * as raw from "@kernel32/io/raw";
import { OVERLAPPED } from "@kernel32/io/structs";

console.log(io.kernel32 === raw.kernel32);
raw.kernel32.SetLastError(4711);
console.log(io.getLastWin32Error(), raw.getLastWin32Error());
io.kernel32.CloseHandle(io.toHandle(0x7FFF0000));
console.log(raw.getLastWin32Error(), io.Win32Error.last("CloseHandle").win32);
console.log(OVERLAPPED.size, raw.lastErrorCapture());
`,
);

for (const runtime of RUNTIMES) {
  test(`the README's first program runs from the package on ${runtime}.exe`, async () => {
    const { code, stdout, stderr } = await runProgram(runtime, ["first.ts"], {
      cwd: project,
    });
    assertEquals(code, 0, stdout + stderr);
    assertEquals(lines(stdout), ["hello.txt has 21 bytes"]);
    const written = readFileSync(join(project, "hello.txt"), "utf8");
    assertEquals(written, "Hello from WriteFile\n");
    rmSync(join(project, "hello.txt"));
  });

  test(`the subpaths share one state on ${runtime}.exe`, async () => {
    const { code, stdout, stderr } = await runProgram(runtime, ["shared.ts"], {
      cwd: project,
    });
    assertEquals(code, 0, stdout + stderr);
    assertEquals(lines(stdout), [
      "true",
      "4711 4711",
      "6 6",
      "32 same-frame",
    ]);
  });
}

test("structures and error tables work without kernel32, on Node", async () => {
  write(
    "portable.mjs",
    `
import { openSync, symbolOf } from "@kernel32/io";
import { struct } from "@kernel32/io/structs";
import { kernel32 } from "@kernel32/io/raw";

console.log(symbolOf(112), struct({ a: "u8", b: "u64" }).size, typeof kernel32);
try {
  openSync("nothing");
} catch (error) {
  console.log(error.message);
}
`,
  );
  const words = [join(project, "portable.mjs")];
  const [tables, refusal] = lines(await command(process.execPath, words));
  assertEquals(tables, "ERROR_DISK_FULL 16 object");
  assertMatch(refusal!, /foreign function interface|kernel32/);
});
