import { spawn as start } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { command } from "./command.ts";
import { nativeCompilers } from "./compile.ts";
import type { Progress } from "./progress.ts";
import { type Ended, type Run, runToEnd, type SpawnOptions } from "./run.ts";
import {
  pinnedRuntime,
  type Runtime,
  runtimeProgram,
  RUNTIMES,
} from "./runtimes.ts";
import type { Windows } from "./windows.ts";

/** Provisions the runtimes named on Windows itself. */
export async function onWindows(
  cache: string,
  runtimes: readonly Runtime[],
  progress: Progress,
): Promise<Windows> {
  const program = (runtime: Runtime) =>
    runtimeProgram(cache, pinnedRuntime(runtime), progress);
  for (const runtime of runtimes) await program(runtime);

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
    const runtime = RUNTIMES.find((runtime) => runtime === name);
    const path = resolve(cwd, name);
    const file = runtime
      ? await program(runtime)
      : existsSync(path)
      ? path
      : name;
    const child = start(file, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: [stdin, stdout, stderr],
    });
    const ended = new Promise<Ended>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => resolve({ code: code ?? 1, signal }));
    });
    return {
      process: child,
      ended,
      async kill() {
        // The tree may end by itself in the meantime.
        await command("taskkill", ["/PID", String(child.pid), "/T", "/F"])
          .catch(() => {});
        return await ended;
      },
    };
  }

  return {
    native: true,
    path: (hostPath) => resolve(hostPath),
    program,
    spawn,
    run: (name, args, options = {}) =>
      runToEnd((spawnOptions) => spawn(name, args, spawnOptions), options),
    session: () =>
      Promise.resolve({
        smallDisk: () => Promise.resolve(undefined),
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }),
    ...nativeCompilers(cache, progress),
  };
}
