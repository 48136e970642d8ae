import { spawn as start } from "node:child_process";
import { resolve } from "node:path";
import { command } from "./command.ts";
import { compilers, GCC } from "./compile.ts";
import { works } from "./root.ts";
import { locate, type Runtime } from "./runtimes.ts";
import { runOf, runToEnd, type Windows } from "./windows.ts";

/** Runs programs on Windows itself. */
export function onWindows(
  cache: string,
  program: (runtime: Runtime) => Promise<string>,
): Windows {
  const spawn: Windows["spawn"] = async (name, args = [], options = {}) => {
    const { cwd = process.cwd(), env, stdin, stdout, stderr } = options;
    const child = start(await locate(name, cwd, program), args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: [stdin ?? "ignore", stdout ?? "inherit", stderr ?? "inherit"],
    });
    // The tree may end by itself in the meantime.
    const words = ["/PID", String(child.pid), "/T", "/F"];
    return runOf(child, () => command("taskkill", words).catch(() => {}));
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
        serialDevice: () => Promise.resolve(undefined),
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
