import { spawn as start } from "node:child_process";
import { existsSync, fstatSync, realpathSync } from "node:fs";
import { constants } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { command } from "./command.ts";
import { compilers } from "./compile.ts";
import type { Progress } from "./progress.ts";
import {
  type Ended,
  type Run,
  runToEnd,
  type SpawnOptions,
  type Stream,
} from "./run.ts";
import {
  pinnedRuntime,
  type Runtime,
  runtimeProgram,
  RUNTIMES,
} from "./runtimes.ts";
import { enterSession, type Lease, leaseSession } from "./session.ts";
import type { Windows } from "./windows.ts";
import { provisionWine, SESSION_SCRIPT, type Wine } from "./wine.ts";

/** The caller's variables that a program gets without being given them: how it may print, and that nobody watches. */
const PASSED_ON = ["CI", "COLORTERM", "FORCE_COLOR", "NO_COLOR", "TERM"];

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const RELAY = fileURLToPath(new URL("relay.ts", import.meta.url));

/** Provisions Wine, a prefix and the runtimes named. */
export async function underWine(
  cache: string,
  runtimes: readonly Runtime[],
  progress: Progress,
): Promise<Windows> {
  const wine = await provisionWine(cache, progress);
  const program = (runtime: Runtime) =>
    runtimeProgram(cache, pinnedRuntime(runtime), progress);
  for (const runtime of runtimes) await program(runtime);

  const lease = (...folders: string[]) =>
    leaseSession(wine, [
      ...new Set(
        [REPOSITORY, cache, ...folders].map((path) => realpathSync(path)),
      ),
    ]);

  async function spawn(
    name: string,
    args: readonly string[] = [],
    options: SpawnOptions = {},
  ): Promise<Run> {
    const {
      cwd = process.cwd(),
      env = {},
      stdin = "ignore",
      stdout = "inherit",
      stderr = "inherit",
    } = options;
    const folder = realpathSync(cwd);
    let words = [await locate(name, folder, program), ...args];
    const streams = [usable(stdin, 0), usable(stdout, 1), usable(stderr, 2)];
    if (needsRelay(name, streams)) {
      words = [
        await program("deno"),
        "run",
        "--quiet",
        "--no-config",
        "--allow-all",
        RELAY,
        ...words,
      ];
    }
    const held = await lease(
      folder,
      ...(words[0]?.startsWith("/") ? [dirname(words[0])] : []),
    );
    const variables = Object.entries({
      ...programVariables(cache),
      ...env,
      KERNEL32_IO_RUN: held.run,
    });
    const [first = "", ...rest] = [
      ...enterSession(held),
      ...["chroot", wine.root],
      ...["/usr/bin/env", `--chdir=${folder}`, "-i", ...wineVariables(wine)],
      ...variables.map(([key, value]) => `${key}=${value}`),
      ...["wine", ...words],
    ];
    const child = start(first, rest, {
      stdio: streams.map(({ stream }) => stream),
      env: searchingSbin(),
    });
    return runOf(child, held);
  }

  return {
    native: false,
    path: windowsPath,
    program,
    spawn,
    run: (name, args, options = {}) =>
      runToEnd((spawnOptions) => spawn(name, args, spawnOptions), options),
    async session() {
      const held = await lease(process.cwd());
      return {
        smallDisk: ({ bytes }) => smallDisk(wine, held, bytes),
        [Symbol.asyncDispose]: () => held.release(),
      };
    },
    ...compilers(cache, wine.root, progress),
  };
}

/** Returns the path under which Wine shows a file of the host, there or not yet: drive Z is the root. */
function windowsPath(hostPath: string): string {
  const path = resolve(hostPath);
  const real = existsSync(path)
    ? realpathSync(path)
    : join(realpathSync(dirname(path)), basename(path));
  return `Z:${real.replaceAll("/", "\\")}`;
}

async function locate(
  name: string,
  folder: string,
  program: (runtime: Runtime) => Promise<string>,
): Promise<string> {
  const runtime = RUNTIMES.find((runtime) => runtime === name);
  if (runtime) return await program(runtime);
  const path = resolve(folder, name);
  if (existsSync(path)) return realpathSync(path);
  if (!name.includes("/") && !name.includes("\\")) return name;
  throw new Error(
    `There is no program ${JSON.stringify(name)} (looked for ${path}).`,
  );
}

function wineVariables(wine: Wine): string[] {
  return [
    "HOME=/root",
    "LC_ALL=C.UTF-8", // how Wine reads arguments and file names
    `PATH=${wine.folder}:/usr/lib/wine:/usr/bin:/bin`,
    "WINEDEBUG=-all",
    `WINEPREFIX=${wine.prefix}`,
  ];
}

function programVariables(cache: string): Record<string, string> {
  const variables: Record<string, string> = {
    DENO_DIR: `Z:${join(cache, "deno").replaceAll("/", "\\")}`,
  };
  for (const name of PASSED_ON) {
    const value = process.env[name];
    if (value !== undefined) variables[name] = value;
  }
  return variables;
}

/** chroot(8) is in a folder that a user's PATH may lack. */
function searchingSbin(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin:/sbin` };
}

/** What a standard stream will be in the program: a pipe (or a socket, as Node makes them), or something else. */
interface UsableStream {
  stream: Stream;
  isPipe: boolean;
}

function usable(stream: Stream, fd: 0 | 1 | 2): UsableStream {
  if (stream !== "inherit") return { stream, isPipe: stream === "pipe" };
  const stat = fstatSync(fd);
  const isPipe = stat.isFIFO() || stat.isSocket();
  // Some launchers hand down a directory or another odd handle, at which every runtime stumbles.
  const isFit = isPipe || stat.isFile() || stat.isCharacterDevice();
  return { stream: isFit ? "inherit" : "ignore", isPipe };
}

/**
 * Wine passes a host's pipe on as a handle that cannot be asked what a Windows pipe can. Deno and C programs do not ask; the
 * event loops of Node and, for its input, Bun do, and answer with EBADF.
 */
function needsRelay(
  name: string,
  [stdin, stdout, stderr]: UsableStream[],
): boolean {
  if (name === "bun") return stdin?.isPipe === true;
  return name === "node" &&
    (stdin?.isPipe || stdout?.isPipe || stderr?.isPipe) === true;
}

function runOf(child: ReturnType<typeof start>, held: Lease): Run {
  let killed = false;
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on(
      "error",
      (error) => held.release().then(() => reject(error), reject),
    );
    // What the program left running may hold its pipes open: it goes when the program has gone.
    child.on("exit", () => held.release());
    child.on("close", async (code, signal) => {
      await held.release();
      const ending = signal ?? (killed ? "SIGKILL" : null);
      resolve({
        code: ending ? 128 + constants.signals[ending] : code ?? 1,
        signal: ending,
      });
    });
  });
  return {
    process: child,
    ended,
    async kill() {
      killed = true;
      await held.release();
      return await ended;
    },
  };
}

async function smallDisk(
  { state, root, prefix }: Wine,
  held: Lease,
  bytes: number,
): Promise<string> {
  const [first = "", ...rest] = [
    ...enterSession(held),
    ...["sh", SESSION_SCRIPT, "disk", state, root, prefix, String(bytes)],
  ];
  const folder = (await command(first, rest)).trim();
  return `Z:${folder.replaceAll("/", "\\")}`;
}
