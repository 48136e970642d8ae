import { spawn as start } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Cache } from "./cache.ts";
import { command } from "./command.ts";
import { compilers, GCC } from "./compile.ts";
import { works } from "./root.ts";
import { isRuntime, type Runtime } from "./runtimes.ts";
import { type Ended, type Run, runToEnd, type Windows } from "./windows.ts";

/** Runs programs on Windows itself. */
export function onWindows(
  cache: Cache,
  program: (runtime: Runtime) => Promise<string>,
): Windows {
  const spawn: Windows["spawn"] = async (name, args = [], options = {}) => {
    const { cwd = process.cwd(), env, stdin, stdout, stderr } = options;
    const path = resolve(cwd, name);
    const file = isRuntime(name)
      ? await program(name)
      : existsSync(path)
      ? path
      : name;
    const child = start(file, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: [stdin ?? "ignore", stdout ?? "inherit", stderr ?? "inherit"],
    });
    const ended = new Promise<Ended>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => resolve({ code: code ?? 1, signal }));
    });
    const kill = async () => {
      // The tree may end by itself in the meantime.
      const words = ["/PID", String(child.pid), "/T", "/F"];
      await command("taskkill", words).catch(() => {});
      return await ended;
    };
    return { process: child, ended, kill } satisfies Run;
  };

  return {
    native: true,
    path: (hostPath) => resolve(hostPath),
    program,
    spawn,
    run: (name, args, options) => runToEnd(spawn, name, args, options),
    session: () =>
      Promise.resolve({
        smallDisk: () => Promise.resolve(undefined),
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }),
    ...compilers(cache, GCC, async (tool, args) => {
      if (tool !== GCC) {
        throw new Error("arm64 Linux programs are compiled and run on Linux.");
      }
      if (await works("gcc")) return await command("gcc", args);
      throw new Error(
        "gcc is missing. Install MinGW-w64 (as in MSYS2 or WinLibs) and put its bin folder into PATH.",
      );
    }),
  };
}
