// The Windows environment, driven from outside as a user drives it: `npm run win` and the modules behind it.

import { Buffer } from "node:buffer";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { cacheFolder, removeCache } from "../../tools/windows/cache.ts";
import { provision } from "../../tools/windows/mod.ts";
import { runtimeProgram } from "../../tools/windows/runtimes.ts";
import { readUcrtbase } from "../../tools/windows/ucrtbase.ts";
import { until } from "../support/event_loop.ts";
import { removeFolder } from "../support/temp_folder.ts";
import { LONGEST_RUN } from "./runtimes.ts";

const REPOSITORY = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const RUNTIMES = ["deno", "bun", "node"] as const;
const onWindows = process.platform === "win32";

const windows = await provision({ runtimes: RUNTIMES });

const folder = realpathSync.native(
  mkdtempSync(join(tmpdir(), "kernel32-io-wïndows test-")),
);
after(() => removeFolder(folder));

// A cache of links has all that the real one has, and its name marks the processes of these tests.
const cache = onWindows ? cacheFolder() : join(folder, "cache");
if (!onWindows) {
  mkdirSync(cache);
  for (const name of readdirSync(cacheFolder())) {
    symlinkSync(join(cacheFolder(), name), join(cache, name));
  }
}

/** Starts `npm run win` without npm. */
function win(
  args: string[],
  env: Record<string, string> = {},
): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, ["--import", "tsx", "tools/win.ts", ...args], {
    cwd: REPOSITORY,
    env: { ...process.env, INIT_CWD: folder, KERNEL32_IO_CACHE: cache, ...env },
  });
}

async function outcome(
  child: ChildProcessWithoutNullStreams,
  input = "",
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text) => stdout += text);
  child.stderr.setEncoding("utf8").on("data", (text) => stderr += text);
  child.stdin.end(input);
  const [code] = await once(child, "close");
  return { code, stdout: stdout.replaceAll("\r\n", "\n"), stderr };
}

/** Host processes that know of this test's folder. */
function processes(): string[] {
  return readdirSync("/proc").filter((pid) =>
    /^\d+$/.test(pid) && Number(pid) !== process.pid
  ).flatMap((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, "utf8");
      const environment = readFileSync(`/proc/${pid}/environ`, "utf8");
      return `${words}${environment}`.includes(folder) ? [words] : [];
    } catch {
      return []; // It has ended.
    }
  });
}

/** Waits until nothing of these tests runs: what was killed outright has nothing that waits for the end of the rest. */
async function nothingRuns(): Promise<void> {
  await until(
    () => processes().length === 0,
    () => `still there: ${processes().join("; ")}`,
  );
}

const PROGRAM = `
let text = "";
for await (const chunk of process.stdin) text += chunk;
console.log(JSON.stringify([process.cwd(), text.length, text.slice(0, 7), ...process.argv.slice(2)]));
console.error("error");
process.exit(7); // With process.exitCode, one program in forty of Deno ends with 0 under Wine.
`;

for (const runtime of RUNTIMES) {
  test(`win gives ${runtime} folder, arguments and input, and passes on outputs and exit code`, async () => {
    const file = join(folder, "program.mjs");
    writeFileSync(file, PROGRAM);
    const args = ["two words", 'a "quoted" one', "", "漢字", "back\\", "*"];
    const run = runtime === "deno" ? ["run", "--quiet", "--allow-all"] : [];
    const input = "grüße, " + "x".repeat(100_000);
    const { code, stdout, stderr } = await outcome(
      win([runtime, ...run, file, ...args]),
      input,
    );
    const path = onWindows ? folder : `Z:${folder.replaceAll("/", "\\")}`;
    const expected = [path, input.length, "grüße, ", ...args];
    assertEquals(stdout && JSON.parse(stdout), expected, stderr);
    assertStringIncludes(stderr, "error");
    assertEquals(code, 7);
  });
}

test("win hands down the variables of --env and those about output, and under Wine no others", async () => {
  const code =
    "console.log(...['GIVEN', 'NO_COLOR', 'SECRET'].map((name) => Deno.env.get(name)), Deno.env.get('PATH').includes('/'))";
  const { stdout } = await outcome(
    win(["--env", "GIVEN=a=b c", "deno", "eval", code], {
      ...{ NO_COLOR: "1", SECRET: "x" },
    }),
  );
  assertStringIncludes(stdout, "a=b c 1");
  if (!onWindows) assertEquals(stdout, "a=b c 1 undefined false\n");
});

test("win refuses a program that is not there", async () => {
  const { code, stderr } = await outcome(win(["./nothing.exe"]));
  assertEquals(code, 2);
  assertStringIncludes(stderr, "./nothing.exe");
});

const SLEEP =
  "console.log('up'); await new Promise((r) => setTimeout(r, 600_000))";
// Starts a child of its own, which must go with it.
const PARENT = `new Deno.Command(Deno.execPath(), { args: ["eval", ${
  JSON.stringify(SLEEP)
}] }).spawn(); await new Promise((r) => setTimeout(r, 600_000))`;

for (
  const [signal, expected] of [
    ["SIGTERM", 143],
    ["SIGINT", 130],
    ["SIGKILL", null],
  ] as const
) {
  test(
    `win leaves no process and no mount behind after ${signal}`,
    { skip: onWindows },
    async () => {
      const child = win(["deno", "eval", PARENT]);
      await once(child.stdout, "data"); // as it comes
      assert(processes().length > 0);
      child.kill(signal);
      const { code } = await outcome(child);
      assertEquals(code, expected);
      await nothingRuns();
      const mounts = readFileSync("/proc/self/mounts", "utf8");
      for (const path of [folder, cacheFolder(), "/wine-", "/.wine-0"]) {
        assert(!mounts.includes(path), mounts);
      }
    },
  );
}

test(
  "runs at the same time take nothing from each other, nor does removeCache() from them",
  {
    skip: onWindows,
  },
  async () => {
    const code =
      "console.log('up'); await Deno.stdin.read(new Uint8Array(1)); console.log((await new Deno.Command('cmd', { args: ['/c', 'exit'] }).output()).code)";
    const long = win(["deno", "eval", code]);
    await once(long.stdout, "data");
    const short = await Promise.all([
      outcome(win(["bun", "-p", "1 + 1"])),
      outcome(win(["deno", "eval", "console.log(3)"])),
    ]);
    assertEquals(short.map(({ stdout }) => stdout), ["2\n", "3\n"]);
    await assertRejects(() => removeCache(cache), Error, "running");
    const { stdout } = await outcome(long, "x");
    assertEquals(stdout, "0\n");
    assertEquals(processes(), []);
    // Others may have sessions with the real prefix.
    for (const name of readdirSync(cache)) {
      if (name.startsWith("prefix-")) rmSync(join(cache, name));
    }
    assertEquals(await removeCache(cache), true);
    assertEquals(existsSync(cache), false);
    assert(existsSync(join(cacheFolder(), "runtimes")));
  },
);

test("removeCache() leaves a folder alone that is not a cache of the environment", async () => {
  const other = join(folder, "other");
  mkdirSync(other);
  writeFileSync(join(other, "precious"), "");
  await assertRejects(() => removeCache(other), Error, "does not look like");
  assert(existsSync(join(other, "precious")));
});

test("run() ends a program that takes too long, and says so", async () => {
  const { timedOut, code } = await windows.run("deno", ["eval", PARENT], {
    ...{ timeout: 1500, stdout: "pipe" },
  });
  assert(timedOut);
  assert(code !== 0);
});

const THREAD = `
#include <windows.h>
static DWORD WINAPI wait(void *unused) { Sleep(INFINITE); return 0; }
int main(void) {
  CreateThread(NULL, 0, wait, NULL, 0, NULL);
  ExitThread(0);
}
`;

test("run() ends a program whose first thread has ended before", async () => {
  const source = join(folder, "thread.c");
  const program = join(folder, "thread.exe");
  writeFileSync(source, THREAD);
  await windows.compile([source], program);
  const { timedOut } = await windows.run("./thread.exe", [], {
    ...{ cwd: folder, timeout: 1500, stdout: "pipe" },
  });
  assert(timedOut);
});

test("a session that ends takes its programs along, and another follows it", {
  skip: onWindows,
}, async () => {
  const session = await windows.session();
  const run = await windows.spawn("deno", ["eval", SLEEP], { stdout: "pipe" });
  await once(run.process.stdout!, "data");
  await session[Symbol.asyncDispose]();
  assert((await run.ended).code !== 0);
  const { code } = await windows.run("bun", ["--version"], { stdout: "pipe" });
  assertEquals(code, 0);
});

test("smallDisk() makes a disk that is full after so many bytes", {
  skip: onWindows,
}, async () => {
  await using session = await windows.session();
  const disk = await session.smallDisk({ bytes: 1 << 20 });
  const code =
    "for (const size of [1 << 20, (1 << 20) + 1]) Deno.writeFileSync(`${Deno.args[0]}\\\\file`, new Uint8Array(size)), console.log(size)";
  const { stdout, stderr } = await windows.run(
    "deno",
    ["eval", code, `${disk}`],
    { stdout: "pipe", stderr: "pipe" },
  );
  assertEquals(stdout.trim(), String(1 << 20));
  assertStringIncludes(stderr, "112"); // ERROR_DISK_FULL
});

test("serialDevice() plugs in a port that answers, until it is disposed of", {
  skip: onWindows,
}, async () => {
  await using session = await windows.session();
  const code = `
    const port = Deno.openSync("\\\\\\\\.\\\\" + Deno.args[0], { read: true, write: true });
    port.writeSync(new TextEncoder().encode("AT\\n"));
    const byte = new Uint8Array(1);
    for (let text = ""; !text.endsWith("\\n"); text += String.fromCharCode(byte[0])) port.readSync(byte);
    console.log("answered");`;
  const ask = (port: string) =>
    windows.run("deno", ["eval", code, port], {
      ...{ stdout: "pipe", stderr: "pipe", timeout: LONGEST_RUN },
    });
  const device = await session.serialDevice();
  const { port } = device!;
  const { stdout, stderr } = await ask(port);
  assertEquals(stdout.trim(), "answered", stderr);
  await device![Symbol.asyncDispose]();
  assertStringIncludes((await ask(port)).stderr, "os error 2");
});

test("compile() makes a Windows program, or shows what the compiler says about a mistake", async () => {
  const source = join(folder, "answer.c");
  const program = join(folder, "answer.exe");
  writeFileSync(source, `int main(void) { return ${6 * 7}; }\n`);
  await windows.compile([source], program);
  const { code } = await windows.run("./answer.exe", [], { cwd: folder });
  assertEquals(code, 42);
  writeFileSync(source, "int main(void) { return nothing; }\n");
  await assertRejects(
    () => windows.compile([source], program),
    Error,
    "nothing",
  );
});

test("readUcrtbase() refuses what is not a ucrtbase.dll of Microsoft's for x64", async () => {
  const file = join(folder, "ucrtbase.dll");
  const write = (change: (dll: Buffer) => unknown) => {
    const dll = Buffer.alloc(4096);
    dll.write("MZ");
    dll.writeUInt32LE(128, 60);
    dll.writeUInt16LE(0x8664, 132);
    change(dll);
    writeFileSync(file, dll);
  };
  write(() => {});
  assertEquals((await readUcrtbase(file)).length, 4096);
  for (
    const change of [
      (dll: Buffer) => dll.write("Wine builtin DLL", 64),
      (dll: Buffer) => dll.writeUInt16LE(0xAA64, 132),
      (dll: Buffer) => dll.writeUInt32LE(4096, 60),
      (dll: Buffer) => dll.write("#!"),
    ]
  ) {
    write(change);
    await assertRejects(() => readUcrtbase(file), Error, "not Microsoft's");
  }
});

test("runtimeProgram() refuses a package whose integrity is not the pinned one, and keeps nothing of it", async () => {
  const source = join(folder, "package");
  mkdirSync(source);
  writeFileSync(
    join(source, "package.json"),
    '{ "name": "pinned", "version": "1.0.0" }',
  );
  writeFileSync(join(source, "program.txt"), "genuine");
  const downloads = join(folder, "downloads");
  // As npm finds it from the folder that it is run in; the whole path would make the longest paths too long for Windows.
  const pinned = { package: "pinned", version: "file:../../../package" };
  const fetch = (integrity: string) =>
    runtimeProgram(
      downloads,
      { ...pinned, program: "program.txt", integrity },
    );
  const error = await assertRejects(
    () => fetch("sha512-AAAA"),
    Error,
    "not the pinned one",
  );
  assertEquals(readdirSync(join(downloads, "runtimes")), []);
  const [, actual = ""] = /integrity is (\S+),/.exec(error.message) ?? [];
  assertEquals(readFileSync(await fetch(actual), "utf8"), "genuine");
});
