import { spawn as start } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, fstatSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { command } from "./command.ts";
import { compilers, MINGW } from "./compile.ts";
import { installInRoot, works } from "./root.ts";
import { type Arch, locate, type Runtime } from "./runtimes.ts";
import { runOf, runToEnd, type Stream, type Windows } from "./windows.ts";
import { provisionWine, type Session, startSession } from "./wine.ts";

/** The caller's variables that a program gets without being given them: how it may print, and whether a CI service runs it. */
const PASSED_ON = ["CI", "COLORTERM", "FORCE_COLOR", "NO_COLOR", "TERM"];

const RELAY = fileURLToPath(new URL("relay.ts", import.meta.url));
const DEVICE = fileURLToPath(new URL("serial_device.pl", import.meta.url));

/** Provisions Wine and a prefix. The session starts with the first program. */
export async function underWine(
  cache: string,
  arch: Arch,
  program: (runtime: Runtime) => Promise<string>,
  ucrtbase?: Uint8Array,
): Promise<Windows> {
  const wine = await provisionWine(cache, arch, ucrtbase);
  let current: Promise<Session> | undefined;
  const session = () => current ??= startSession(wine);

  const spawn: Windows["spawn"] = async (name, args = [], options = {}) => {
    const folder = realpathSync(options.cwd ?? process.cwd());
    const words = [await locate(name, folder, program), ...args];
    const streams = [
      usable(options.stdin ?? "ignore", 0),
      usable(options.stdout ?? "inherit", 1),
      usable(options.stderr ?? "inherit", 2),
    ];
    if (needsRelay(name, streams)) {
      const deno = [await program("deno"), "run", "--quiet", "--no-config"];
      words.unshift(...deno, "--allow-all", RELAY);
    }
    const { call } = await session();
    const run = randomUUID();
    const variables = Object.entries({
      DENO_DIR: windowsPath(
        join(cache, arch === "x64" ? "deno" : "deno-arm64"),
      ),
      ...Object.fromEntries(PASSED_ON.map((name) => [name, process.env[name]])),
      WINEDLLOVERRIDES: ucrtbase && "ucrtbase=n", // or the program does not start
      ...options.env,
      KERNEL32_IO_RUN: run,
    }).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}=${value}`]
    );
    const child = start(
      ...call("run", folder, ...variables, "wine", ...words),
      {
        stdio: streams.map(({ stream }) => stream),
        env: { ...process.env, KERNEL32_IO_RUN: run },
      },
    );
    // Where the session has ended, nothing of the run is left.
    const killRest = () => command(...call("kill", run)).catch(() => {});
    return runOf(child, killRest, killRest);
  };

  return {
    native: false,
    path: windowsPath,
    program,
    spawn,
    run: (name, args, options) => runToEnd(spawn, name, args, options),
    async session() {
      const { call, end } = await session();
      return {
        async smallDisk({ bytes }) {
          const folder = await command(...call("disk", String(bytes)));
          return `Z:${folder.trim().replaceAll("/", "\\")}`;
        },
        async serialDevice() {
          const device = start(...call("serial", DEVICE), {
            stdio: ["pipe", "pipe", "inherit"],
          });
          const ended = once(device, "exit");
          const name = once(device.stdout.setEncoding("utf8"), "data");
          const [port] = await Promise.race([name, ended]) as [string | number];
          if (typeof port !== "string") {
            throw new Error("The serial device could not be started.");
          }
          return {
            port: port.trim(),
            async [Symbol.asyncDispose]() {
              device.stdin.end();
              await ended;
            },
          };
        },
        async [Symbol.asyncDispose]() {
          current = undefined;
          await end();
        },
      };
    },
    ...compilers(cache, MINGW, async (tool, args) => {
      if (wine.root !== "/") {
        await installInRoot(cache, tool.packages);
      } else if (!await works(tool.program)) {
        throw new Error(
          `${tool.program} is missing. On Debian, \`apt-get install ${
            tool.packages.join(" ")
          }\` brings it.`,
        );
      }
      const { call } = await session();
      return await command(...call("run", "/", tool.program, ...args));
    }),
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
function needsRelay(name: string, streams: readonly UsableStream[]): boolean {
  if (name === "bun") return streams[0]?.isPipe === true;
  return name === "node" && streams.some(({ isPipe }) => isPipe);
}
