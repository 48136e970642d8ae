// The Windows environment, driven from outside as a user drives it: `npm run win` and the modules behind it.

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
  statSync,
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
import { cacheFolder } from "../../tools/windows/cache.ts";
import { removeCache } from "../../tools/windows/clean.ts";
import { provision } from "../../tools/windows/mod.ts";
import { runtimeProgram } from "../../tools/windows/runtimes.ts";

const REPOSITORY = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const RUNTIMES = ["deno", "bun", "node"] as const;
const onWindows = process.platform === "win32";

await provision({ runtimes: RUNTIMES });

const folder = realpathSync(
  mkdtempSync(join(tmpdir(), "kernel32-io-wïndows test-")),
);
const cache = join(folder, "cache");
const otherCache = join(folder, "other cache");
after(() => rmSync(folder, { recursive: true, force: true }));

// The session that runs these tests would hide what a run leaves behind. A cache of links has all that the real one has, and
// sessions of its own.
function makeCache(cache: string): void {
  mkdirSync(cache);
  for (const name of readdirSync(cacheFolder())) {
    if (!name.startsWith("session-")) {
      symlinkSync(join(cacheFolder(), name), join(cache, name));
    }
  }
}
if (!onWindows) [cache, otherCache].forEach(makeCache);

interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Starts `npm run win` without npm. */
function win(
  args: string[],
  env: Record<string, string> = {},
): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, ["--import", "tsx", "tools/win.ts", ...args], {
    cwd: REPOSITORY,
    env: {
      ...process.env,
      INIT_CWD: folder,
      ...onWindows ? {} : { KERNEL32_IO_CACHE: cache },
      ...env,
    },
    stdio: ["pipe", "pipe", "pipe"],
  });
}

async function outcome(
  child: ChildProcessWithoutNullStreams,
  input = "",
): Promise<Outcome> {
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on(
    "data",
    (text: string) => stdout += text,
  );
  child.stderr.setEncoding("utf8").on(
    "data",
    (text: string) => stderr += text,
  );
  child.stdin.end(input);
  const [code] = await once(child, "close");
  return { code, stdout: stdout.replaceAll("\r\n", "\n"), stderr };
}

/** The words that run a script which each of the runtimes understands. */
function script(runtime: string, name: string, text: string): string[] {
  const file = join(folder, name);
  writeFileSync(file, text);
  return [
    runtime,
    ...runtime === "deno" ? ["run", "--quiet", "--allow-all"] : [],
    file,
  ];
}

/** Host processes that know of this test's folder. */
function processes(): string[] {
  return readdirSync("/proc").filter((pid) =>
    /^\d+$/.test(pid) && Number(pid) !== process.pid
  ).flatMap((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll(
        "\0",
        " ",
      );
      const environment = readFileSync(`/proc/${pid}/environ`, "utf8");
      return `${words}${environment}`.includes(folder) ? [words] : [];
    } catch {
      return []; // It has ended.
    }
  });
}

/** The folder of wineserver's socket, as the host sees it. */
function socketFolder(): string {
  const note = readdirSync(cacheFolder()).filter((name) =>
    name.startsWith("prefix-")
  ).map((name) => join(cacheFolder(), name, "wineserver")).find(existsSync);
  return note === undefined
    ? "/tmp/.wine-0"
    : join("/tmp", readFileSync(note, "utf8").trim());
}

test(
  "a session that ends takes nothing from another of the same prefix",
  { skip: onWindows },
  async () => {
    const own = { KERNEL32_IO_CACHE: otherCache };
    const pipe = String.raw`\\.\pipe\kernel32-io-session-test`;
    const server = win([
      "node",
      "-e",
      `require("node:net").createServer((socket) => socket.end("here"))` +
      `.listen(String.raw\`${pipe}\`, () => console.log("up"));` +
      `process.stdin.on("data", () => process.exit())`,
    ], own);
    await once(server.stdout, "data");
    const sockets = socketFolder();
    const { ino } = statSync(sockets);
    assertEquals((await outcome(win(["bun", "--version"]))).code, 0);
    // Whoever removes it takes away what others have mounted there.
    assertEquals(existsSync(sockets) && statSync(sockets).ino, ino);
    const client = await outcome(win([
      "node",
      "-e",
      `require("node:net").connect(String.raw\`${pipe}\`).pipe(process.stdout)`,
    ], own));
    assertEquals([client.code, client.stdout], [0, "here"], client.stderr);
    assertEquals((await outcome(server, "x")).code, 0);
  },
);

for (const runtime of RUNTIMES) {
  test(`win passes on the exit code of ${runtime}`, async () => {
    const { code, stderr } = await outcome(
      win(script(runtime, "exit.mjs", "process.exit(7)")),
    );
    assertEquals(code, 7, stderr);
  });

  test(`win gives ${runtime} the caller's folder and arguments`, async () => {
    const args = [
      "two words",
      'a "quoted" one',
      "",
      "ünïcödé 漢字",
      "back\\slash\\",
      "*",
    ];
    const words = script(
      runtime,
      "args.mjs",
      "console.log(JSON.stringify([process.cwd(), ...process.argv.slice(2)]))",
    );
    const { stdout, stderr } = await outcome(win([...words, ...args]));
    const expected = onWindows ? folder : `Z:${folder.replaceAll("/", "\\")}`;
    assertEquals(stdout && JSON.parse(stdout), [expected, ...args], stderr);
  });

  test(`win passes piped input on to ${runtime}, and both of its outputs back`, async () => {
    const words = script(
      runtime,
      "echo.mjs",
      "let text = ''; for await (const part of process.stdin) text += part; console.log(text.length, text.slice(0, 7)); console.error('error')",
    );
    const { stdout, stderr } = await outcome(
      win(words),
      "grüße, " + "x".repeat(100_000),
    );
    assertEquals(
      stdout,
      "100007 grüße, \n",
      stderr,
    );
    assertStringIncludes(stderr, "error");
  });
}

test("win passes output on as it comes", async () => {
  const child = win([
    "deno",
    "eval",
    "console.log('first'); await new Promise((r) => Deno.stdin.read(new Uint8Array(1)).then(r))",
  ]);
  const [text] = await once(child.stdout.setEncoding("utf8"), "data");
  assertEquals(text.trim(), "first");
  assertEquals(child.exitCode, null);
  const { code } = await outcome(child, "x");
  assertEquals(code, 0);
});

test("win hands down the variables of --env", async () => {
  const code = "console.log(Deno.env.get('GIVEN'), Deno.env.get('NO_COLOR'))";
  const { stdout } = await outcome(
    win(["--env", "GIVEN=a=b c", "deno", "eval", code], { NO_COLOR: "1" }),
  );
  assertEquals(stdout, "a=b c 1\n");
});

test("win keeps the rest of the caller's environment to itself under Wine", {
  skip: onWindows,
}, async () => {
  const code =
    "console.log(Deno.env.get('SECRET'), Deno.env.get('PATH').includes('/'))";
  const { stdout } = await outcome(
    win(["deno", "eval", code], { SECRET: "x" }),
  );
  assertEquals(stdout, "undefined false\n");
});

test("win refuses a program that is not there", async () => {
  const { code, stderr } = await outcome(win(["./nothing.exe"]));
  assertEquals(code, 2);
  assertStringIncludes(stderr, "./nothing.exe");
});

const SLEEP =
  "console.log('up'); await new Promise((r) => setTimeout(r, 60_000))";
// Starts a child of its own, which must go with it.
const PARENT = `new Deno.Command(Deno.execPath(), { args: ["eval", ${
  JSON.stringify(SLEEP)
}] }).spawn(); await new Promise((r) => setTimeout(r, 60_000))`;

for (const [signal, number] of [["SIGTERM", 143], ["SIGINT", 130]] as const) {
  test(
    `win ends the whole process tree on ${signal}`,
    { skip: onWindows },
    async () => {
      const child = win(["deno", "eval", PARENT]);
      await once(child.stdout, "data");
      child.kill(signal);
      const { code } = await outcome(child);
      assertEquals(code, number);
      assertEquals(processes(), []);
    },
  );
}

test("win leaves nothing behind when it is killed outright", {
  skip: onWindows,
}, async () => {
  const child = win(["deno", "eval", PARENT]);
  await once(child.stdout, "data");
  assert(processes().length > 0);
  child.kill("SIGKILL");
  const deadline = Date.now() + 10_000;
  while (processes().length > 0 && Date.now() < deadline) {
    await new Promise((r) => setTimeout(r, 50));
  }
  assertEquals(processes(), []);
});

test(
  "win leaves no processes and no mounts behind",
  { skip: onWindows },
  async () => {
    const { code } = await outcome(win(["bun", "--version"]));
    assertEquals(code, 0);
    assertEquals(processes(), []);
    const mounts = readFileSync("/proc/self/mounts", "utf8");
    for (const path of [folder, cacheFolder(), "/wine-", "/.wine-0"]) {
      assert(
        !mounts.includes(path),
        mounts,
      );
    }
  },
);

test("win lets one run go on when another that shares its session ends", async () => {
  const long = win([
    "deno",
    "eval",
    "console.log('up'); await Deno.stdin.read(new Uint8Array(1)); console.log((await new Deno.Command('cmd', { args: ['/c', 'echo', 'on'] }).output()).code)",
  ]);
  await once(long.stdout, "data");
  const short = await Promise.all([
    outcome(win(["bun", "-p", "1 + 1"])),
    outcome(win(["deno", "eval", "console.log(3)"])),
  ]);
  assertEquals(short.map(({ stdout }) => stdout), ["2\n", "3\n"]);
  assertEquals(long.exitCode, null);
  const { code, stdout } = await outcome(long, "x");
  assertEquals([code, stdout], [0, "0\n"]);
});

test("run() ends a program that takes too long, and says so", async () => {
  const windows = await provision();
  const { timedOut, code } = await windows.run("deno", ["eval", SLEEP], {
    timeout: 1500,
    stdout: "pipe",
  });
  assert(timedOut);
  assert(code !== 0);
});

test("smallDisk() makes a disk that is full after so many bytes", {
  skip: onWindows,
}, async () => {
  const windows = await provision();
  await using session = await windows.session();
  const disk = await session.smallDisk({ bytes: 1 << 20 });
  assert(disk !== undefined);
  const code =
    "Deno.writeFileSync(`${Deno.args[0]}\\\\file`, new Uint8Array(Number(Deno.args[1])))";
  const write = (bytes: number) =>
    windows.run("deno", ["eval", code, `${disk}`, String(bytes)], {
      stderr: "pipe",
    });
  assertEquals((await write(1 << 20)).code, 0);
  const { stderr } = await write((1 << 20) + 1);
  assertStringIncludes(stderr, "112"); // ERROR_DISK_FULL
});

test("compile() makes a Windows program", async () => {
  const windows = await provision();
  const source = join(folder, "answer.c");
  writeFileSync(source, `int main(void) { return ${6 * 7}; }\n`);
  await windows.compile([source], join(folder, "answer.exe"));
  const { code } = await windows.run("./answer.exe", [], { cwd: folder });
  assertEquals(code, 42);
});

test("compile() shows what the compiler says about a mistake", async () => {
  const windows = await provision();
  const source = join(folder, "mistake.c");
  writeFileSync(source, "int main(void) { return nothing; }\n");
  await assertRejects(
    () => windows.compile([source], join(folder, "mistake.exe")),
    Error,
    "nothing",
  );
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
  const pinned = {
    package: "pinned",
    version: `file:${source}`,
    program: "program.txt",
    integrity: "sha512-AAAA",
  };
  const fetch = (integrity: string) =>
    runtimeProgram(downloads, { ...pinned, integrity }, () => {});
  const error = await assertRejects(
    () => fetch("sha512-AAAA"),
    Error,
    "not the pinned one",
  );
  assertEquals(
    readdirSync(join(downloads, "runtimes"), { recursive: true }),
    [],
  );
  const [, actual] = /sha512 is (\S+),/.exec(error.message) ?? [];
  assertEquals(
    readFileSync(await fetch(`sha512-${actual}`), "utf8"),
    "genuine",
  );
});

test("removeCache() removes the cache, but not while a program runs", {
  skip: onWindows,
}, async () => {
  const child = win(["deno", "eval", SLEEP]);
  await once(child.stdout, "data");
  await assertRejects(() => removeCache(cache), Error, "running");
  assert(
    existsSync(join(cache, "prefix-debian-13")) ||
      existsSync(join(cache, "prefix-host")),
  );
  child.kill();
  await outcome(child);
  assertEquals(await removeCache(cache), true);
  assertEquals(existsSync(cache), false);
  assertEquals(existsSync(cacheFolder()), true);
});

test("removeCache() leaves a folder alone that is not a cache of the environment", async () => {
  const other = join(folder, "other");
  mkdirSync(other);
  writeFileSync(join(other, "precious"), "");
  await assertRejects(() => removeCache(other), Error, "does not look like");
  assert(existsSync(join(other, "precious")));
});
