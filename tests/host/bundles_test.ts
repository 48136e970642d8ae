// Calls on other threads have a Worker in Bun: it is found from the npm package,
// in a bundle, and in an executable.

import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { assertEquals } from "@std/assert";
import { buildPackage } from "../../tools/build/package.ts";
import { command } from "../../tools/windows/command.ts";
import { removeFolder } from "../support/temp_folder.ts";
import {
  lines,
  LONGEST_RUN,
  REPOSITORY,
  runProgram,
  RUNTIMES,
  windows,
} from "./both_runtimes.ts";

const folder = mkdtempSync(join(tmpdir(), "kernel32-io-bundles-"));
after(() => removeFolder(folder));

const project = join(folder, "project");
const installed = join(project, "node_modules", "@kernel32", "io");
mkdirSync(installed, { recursive: true });
await buildPackage(REPOSITORY, installed);
writeFileSync(join(project, "package.json"), '{ "type": "module" }');
writeFileSync(
  join(project, "program.ts"),
  `
import { fromHandle, kernel32, open } from "@kernel32/io";

const PIPE_ACCESS_DUPLEX = 3, FILE_FLAG_OVERLAPPED = 0x40000000;
const name = "\\\\\\\\.\\\\pipe\\\\kernel32-io-" + crypto.randomUUID();
const handle = kernel32.CreateNamedPipeW(
  name,
  PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED,
  0,
  1,
  4096,
  4096,
  0,
  null,
);
await using server = fromHandle(handle, { path: name });
await using client = await open(name, { read: true, write: true });
// Two calls on other threads at once: the wait for the read, and the flush.
const read = server.read(new Uint8Array(10));
setTimeout(() => client.write(new Uint8Array(5)), 50);
console.log(await read);
await client.flush();
console.log("flushed");
`,
);

/** Bundles the program with Bun, into a folder without anything else. */
async function bundle(name: string, ...options: string[]): Promise<string> {
  const out = join(folder, name);
  mkdirSync(out);
  const file = join(out, name);
  const bun = join(REPOSITORY, "node_modules", "bun", "bin", "bun.exe");
  await command(bun, ["build", ...options, "program.ts", `--outfile=${file}`], {
    cwd: project,
  });
  return file;
}

const expected = ["5", "flushed"];

for (const runtime of RUNTIMES) {
  test(`a program awaits operations with the npm package on ${runtime}.exe`, async () => {
    const { code, stdout, stderr } = await runProgram(runtime, ["program.ts"], {
      cwd: project,
    });
    assertEquals([code, lines(stdout)], [0, expected], stderr);
  });
}

for (const options of [["--target=bun"], ["--target=bun", "--minify"]]) {
  test(`a bundle by bun build ${options.join(" ")} awaits operations`, async () => {
    const file = await bundle(`${options.length}.js`, ...options);
    const { code, stdout, stderr } = await runProgram("bun", [file]);
    assertEquals([code, lines(stdout)], [0, expected], stderr);
  });
}

test("an executable by bun build --compile awaits operations", async () => {
  const forWindows = windows.native ? [] : [
    "--target=bun-windows-x64",
    `--compile-executable-path=${await windows.program("bun")}`,
  ];
  const file = await bundle("program.exe", "--compile", ...forWindows);
  const { code, stdout, stderr } = await windows.run(file, [], {
    stdout: "pipe",
    stderr: "pipe",
    timeout: LONGEST_RUN,
  });
  assertEquals([code, lines(stdout)], [0, expected], stderr);
});
