// Calls on other threads have a Worker in Bun: it is found from the npm package,
// in a bundle, and in an executable. Classes keep their names in bundles, and
// errors also in those that a bundler has made as short as it can.

import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { assertEquals } from "@std/assert";
import { bundleProgram } from "../../tools/build/bundle.ts";
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
const { entries } = await buildPackage(REPOSITORY, installed);
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

const names = String.raw`
import { AlignedBuffer, connectPipe, listenPipe, open, openSync } from "@kernel32/io";

const path = "file.tmp";
const options = { read: true, write: true, create: true, deleteOnClose: true };
const file = openSync(path, options);
await using overlapped = await open("other.tmp", options);
const name = "\\\\.\\pipe\\kernel32-io-" + crypto.randomUUID();
await using listener = listenPipe(name);
await using connection = await connectPipe(name);
using buffer = new AlignedBuffer(4096);
const objects = [file, overlapped, listener, connection, buffer];
console.log(...objects.map((object) => object.constructor.name));
for (const object of objects) console.log(object);
file.close();
const calls = [
  () => openSync("C:\\no\\such"),
  () => file.read(buffer.bytes),
  () => overlapped.readExactly(buffer.bytes),
];
for (const call of calls) {
  try {
    await call();
  } catch (error) {
    console.log(error.name, error.stack.split(":")[0]);
  }
}
`;

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

const classes = [
  "SyncFile",
  "OverlappedFile",
  "PipeListener",
  "PipeConnection",
  "AlignedBuffer",
];
const errors = ["Win32Error", "FileClosedError", "UnexpectedEndOfFileError"];

for (const minify of [false, true]) {
  const file = join(folder, `names${minify ? ".min" : ""}.js`);
  writeFileSync(file, await bundleProgram(installed, entries, names, minify));
  for (const runtime of RUNTIMES) {
    const how = minify ? "minified " : "";
    test(`a ${how}bundle by esbuild has the names of errors on ${runtime}.exe`, async () => {
      const { code, stdout, stderr } = await runProgram(runtime, [file], {
        cwd: folder,
      });
      const printed = lines(stdout);
      assertEquals([code, printed.slice(-errors.length)], [
        0,
        errors.map((name) => `${name} ${name}`),
      ], stderr);
      if (minify) return;
      assertEquals(printed[0], classes.join(" "));
      const headings = printed.filter((line) => /^\w+ \{/.test(line));
      assertEquals(headings.map((line) => line.split(" ")[0]), classes);
    });
  }
}
