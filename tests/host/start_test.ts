// The main job, `npm start`: that it copies, and that nothing but equal copies makes it end with code 0.

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  linkSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  checkPaths,
  parseRequest,
  UsageError,
} from "../../tools/start/arguments.ts";
import type { Copied, Event } from "../../tools/start/events.ts";
import { copyOn } from "../../tools/start/run.ts";
import type { Windows } from "../../tools/windows/mod.ts";
import { tempFolder } from "../support/temp_folder.ts";

const REPOSITORY = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

interface Ending {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Does what `npm start -- ARGS...` does in a folder. */
function start(folder: string, ...args: string[]): Promise<Ending> {
  return ended(begin(folder, ...args));
}

function begin(
  folder: string,
  ...args: string[]
): ChildProcessWithoutNullStreams {
  const words = ["--import", "tsx", join("tools", "start.ts"), ...args];
  const env = { ...process.env, INIT_CWD: folder };
  return spawn(process.execPath, words, { cwd: REPOSITORY, env });
}

function ended(child: ChildProcessWithoutNullStreams): Promise<Ending> {
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text) => stdout += text);
  child.stderr.setEncoding("utf8").on("data", (text) => stderr += text);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

test("npm start copies a file of an odd size in six ways, and the last copy stays", async () => {
  using folder = tempFolder();
  const bytes = randomBytes(2 ** 20 + 4097);
  writeFileSync(folder.file("quelle – 源.bin"), bytes);
  writeFileSync(folder.file("the copy.bin"), "longer than nothing");
  const { code, stdout, stderr } = await start(
    folder.path,
    "quelle – 源.bin",
    "the copy.bin",
  );
  assertEquals(code, 0, stderr);
  assert(readFileSync(folder.file("the copy.bin")).equals(bytes));
  assertEquals(readdirSync(folder.path).length, 2, "something was left behind");
  for (const runtime of ["deno.exe", "bun.exe"]) {
    assertStringIncludes(stdout, `\n${runtime} `);
  }
  assertEquals(
    stdout.match(
      /(?:buffered|write-through|overlapped, queue depth 8): 1,052,673 bytes in/g,
    )
      ?.length,
    6,
  );
  const hashes = stdout.match(/\b[0-9a-f]{64}\b/g) ?? [];
  assertEquals(hashes.length, 12);
  assertEquals(new Set(hashes).size, 1);
  assertEquals(
    stdout.match(/WriteFile failed for '.+': .+ \(ERROR_ACCESS_DENIED, 5\)/g)
      ?.length,
    2,
  );
});

test("npm start copies with the queue depth that --depth says", async () => {
  using folder = tempFolder();
  const bytes = randomBytes(5 * 2 ** 20 + 1);
  writeFileSync(folder.file("source"), bytes);
  const { code, stdout } = await start(
    folder.path,
    ...["--depth", "3", "source", "copy"],
  );
  assertEquals(code, 0);
  assertEquals(stdout.match(/overlapped, queue depth 3: /g)?.length, 2);
  assert(readFileSync(folder.file("copy")).equals(bytes));
});

test("npm start copies an empty file", async () => {
  using folder = tempFolder();
  writeFileSync(folder.file("empty"), "");
  const { code } = await start(folder.path, "empty", "copy");
  assertEquals(code, 0);
  assertEquals(readFileSync(folder.file("copy")).length, 0);
});

for (
  const [what, args, sentence] of [
    ["a source that is missing", ["nothing", "copy"], "There is no file"],
    [
      "a destination that is the source",
      ["source", "source"],
      "are the same file",
    ],
    [
      "a destination that is the source under another name",
      ["source", "link"],
      "are the same file",
    ],
    ["a folder as the source", [".", "copy"], "is not an ordinary file"],
    ["a folder as the destination", ["source", "."], "is a folder"],
    [
      "a destination in a folder that is missing",
      ["source", "no/copy"],
      "There is no folder",
    ],
    ["three paths", ["source", "copy", "another"], "not 3 files"],
    ["an unknown option", ["--fast"], "--fast"],
    ["a depth of 0", ["--depth", "0", "source", "copy"], "from 1 to 64"],
    ["a depth that is no number", ["--depth=deep", "source"], '"deep"'],
    ["a depth without its number", ["source", "--depth"], "--depth"],
  ] satisfies [string, string[], string][]
) {
  test(`npm start refuses ${what}`, () => {
    using folder = tempFolder();
    writeFileSync(folder.file("source"), "kept");
    linkSync(folder.file("source"), folder.file("link"));
    const error = assertThrows(() => {
      const { source, destination } = parseRequest(args, folder.path);
      checkPaths(source!, destination);
    }, UsageError);
    assertStringIncludes(error.message, sentence);
  });
}

test("npm start says in a sentence what it refuses, with exit code 2, and leaves all as it was", async () => {
  using folder = tempFolder();
  writeFileSync(folder.file("source"), "kept");
  const { code, stdout, stderr } = await start(
    folder.path,
    ...["source", "source"],
  );
  assertEquals([code, stdout], [2, ""]);
  assertStringIncludes(stderr, "are the same file");
  assert(!stderr.includes("    at "), "a stack is no clear sentence");
  assertEquals(readFileSync(folder.file("source"), "utf8"), "kept");
});

// On Windows itself a signal from another process ends this one on the spot.
test("npm start leaves nothing behind when it is interrupted", {
  skip: process.platform === "win32",
}, async () => {
  using folder = tempFolder();
  // As large as would take seconds, if the signal came late.
  writeFileSync(folder.file("source"), "");
  truncateSync(folder.file("source"), 2 ** 29);
  const child = begin(folder.path, "source", "copy");
  child.stdout.on("data", () => child.kill("SIGINT"));
  const { code, stderr } = await ended(child);
  assertEquals(code, 130);
  assertEquals(stderr, "");
  assertEquals(readdirSync(folder.path), ["source"]);
});

const HASH = "0".repeat(64);
const copied = (mode: Copied["mode"], other: Partial<Copied> = {}): Copied => ({
  ...{ event: "copied", mode, depth: 1, bytes: 5, seconds: 1 },
  ...{ sourceHash: HASH, copyHash: HASH, ...other },
});
const GOOD: readonly Event[] = [
  { event: "started", runtime: "fake.exe" },
  copied("buffered"),
  copied("unbuffered, write-through"),
  copied("unbuffered, overlapped", { depth: 8 }),
  { event: "refused", symbol: "ERROR_ACCESS_DENIED", message: "no" },
];

/** Has `copyOn()` listen to a program that tells the events given. */
function listenTo(events: readonly Event[], code = 0): Promise<string> {
  const text = events.map((event) => `${JSON.stringify(event)}\n`).join("");
  const script =
    "process.stdout.write(process.argv[1]); process.exitCode = Number(process.argv[2])";
  const fake = {
    path: (path: string) => path,
    spawn() {
      const child = spawn(process.execPath, ["-e", script, text, String(code)]);
      const ended = new Promise((resolve) =>
        child.on("close", (code) => resolve({ code, signal: null }))
      );
      return Promise.resolve({ process: child, ended, kill: () => ended });
    },
  } as unknown as Windows;
  const task = {
    source: "source",
    size: 5,
    copy: "copy",
    folder: ".",
    depth: 8,
  };
  return copyOn(fake, "deno", task, () => {});
}

test("copyOn() returns the hash of source and copies", async () => {
  assertEquals(await listenTo(GOOD), HASH);
});

for (
  const [what, events, sentence] of [
    [
      "copy that differs",
      GOOD.with(
        2,
        copied("unbuffered, write-through", { copyHash: "1".repeat(64) }),
      ),
      "differs",
    ],
    [
      "source that changes",
      GOOD.with(
        2,
        copied("unbuffered, write-through", {
          sourceHash: "1".repeat(64),
          copyHash: "1".repeat(64),
        }),
      ),
      "has changed",
    ],
    [
      "copy of another size",
      GOOD.with(1, copied("buffered", { bytes: 4 })),
      "has changed",
    ],
    ["copy that is not made", GOOD.toSpliced(2, 1), "2 of 3 copies"],
    ["write that is not refused", GOOD.slice(0, 4), "without write access"],
    [
      "write that is refused for another reason",
      GOOD.with(4, {
        event: "refused",
        symbol: "ERROR_INVALID_HANDLE",
        message: "no",
      }),
      "ERROR_INVALID_HANDLE",
    ],
    [
      "failure",
      GOOD.with(1, { event: "failed", message: "The disk is full" }),
      "The disk is full",
    ],
  ] satisfies [string, Event[], string][]
) {
  test(`copyOn() rejects for a ${what}`, async () => {
    await assertRejects(() => listenTo(events), Error, sentence);
  });
}

test("copyOn() rejects if the program ends with another code than 0", async () => {
  await assertRejects(() => listenTo(GOOD, 3), Error, "code 3");
});
