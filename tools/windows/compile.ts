import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import {
  copyFile,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
} from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { command } from "./command.ts";
import { isolated } from "./isolation.ts";
import type { Progress } from "./progress.ts";
import { installInRoot, works } from "./root.ts";

/** Compiles C for the tests and benches. Outputs are cached by the content of what goes in. */
export interface Compilers {
  /**
   * Compiles C to a Windows program for x64 (on Windows itself: for what its `gcc` makes).
   *
   * @param sources Files of the host. What they `#include` from beside them counts for the cache if it is named in `options.includes`.
   * @param output The program's path on the host.
   * @param flags For gcc, after `-O2`.
   */
  compile(
    sources: readonly string[],
    output: string,
    flags?: readonly string[],
  ): Promise<void>;
  /** Compiles C (and assembly) to a static Linux program for arm64. Not on Windows. */
  compileArm64Linux(
    sources: readonly string[],
    output: string,
    flags?: readonly string[],
  ): Promise<void>;
  /** Runs a program of {@link compileArm64Linux} under qemu and returns what it printed. Not on Windows. */
  runArm64Linux(program: string, args?: readonly string[]): Promise<string>;
}

interface Toolchain {
  compiler: string;
  packages: readonly string[];
  flags: readonly string[];
}

const WINDOWS_X64: Toolchain = {
  compiler: "x86_64-w64-mingw32-gcc",
  packages: ["gcc-mingw-w64-x86-64-win32"],
  flags: ["-O2"],
};

const LINUX_ARM64: Toolchain = {
  compiler: "aarch64-linux-gnu-gcc",
  packages: ["gcc-aarch64-linux-gnu", "libc6-dev-arm64-cross"],
  flags: ["-O2", "-static"],
};

/** Makes the compilers of a Linux host: in its Debian root, or, where its own Wine serves (`root` is `/`), its own. */
export function compilers(
  cache: string,
  root: string,
  progress: Progress,
): Compilers {
  const host = root === "/";

  async function ensure(
    program: string,
    packages: readonly string[],
  ): Promise<void> {
    if (!host) return await installInRoot(cache, packages, progress);
    if (await works(program, "--version")) return;
    throw new Error(
      `${program} is missing. On Debian, \`apt-get install ${
        packages.join(" ")
      }\` brings it.`,
    );
  }

  /** Runs a program of the root, with the folders given visible at their own paths in it. */
  async function inRoot(
    folders: readonly string[],
    words: readonly string[],
  ): Promise<string> {
    const [first = "", ...rest] = words;
    if (host) return await command(first, rest);
    const script = `root=$1 count=$2; shift 2
      mount -t tmpfs tmpfs "$root/tmp" || exit # what is mounted below it needs no folder that stays
      while [ "$count" -gt 0 ]; do
        mkdir -p "$root$1" && mount --bind "$1" "$root$1" || exit
        shift; count=$((count - 1))
      done
      exec chroot "$root" /usr/bin/env -i LC_ALL=C.UTF-8 PATH=/usr/bin:/bin "$@"`;
    const count = String(folders.length);
    return await isolated(
      ["sh", "-c", script, "root", root, count, ...folders, ...words],
    );
  }

  async function compile(
    { compiler, packages, flags: fixed }: Toolchain,
    sources: readonly string[],
    output: string,
    flags: readonly string[],
  ): Promise<void> {
    const files = sources.map((source) => resolve(source));
    await cached(
      cache,
      compiler,
      files,
      flags,
      resolve(output),
      async (target) => {
        await ensure(compiler, packages);
        progress(`Compiling ${files.map((file) => basename(file)).join(", ")}`);
        const folders = [
          ...new Set([...files, target].map((file) => dirname(file))),
        ];
        await inRoot(folders, [
          compiler,
          ...fixed,
          "-o",
          target,
          ...files,
          ...flags,
        ]);
      },
    );
  }

  return {
    compile: (sources, output, flags = []) =>
      compile(WINDOWS_X64, sources, output, flags),
    compileArm64Linux: (sources, output, flags = []) =>
      compile(LINUX_ARM64, sources, output, flags),
    async runArm64Linux(program, args = []) {
      const path = resolve(program);
      await ensure("qemu-aarch64", ["qemu-user"]);
      return await inRoot([dirname(path)], ["qemu-aarch64", path, ...args]);
    },
  };
}

/** Makes the compilers of Windows: the `gcc` in its PATH. */
export function nativeCompilers(cache: string, progress: Progress): Compilers {
  const notHere = () =>
    Promise.reject(
      new Error("arm64 Linux programs are compiled and run on Linux only."),
    );
  return {
    async compile(sources, output, flags = []) {
      const files = sources.map((source) => resolve(source));
      await cached(
        cache,
        "gcc",
        files,
        flags,
        resolve(output),
        async (target) => {
          if (!await works("gcc", "--version")) {
            throw new Error(
              "gcc is missing. Install MinGW-w64 (as in MSYS2 or WinLibs) and put its bin folder into PATH.",
            );
          }
          progress(
            `Compiling ${files.map((file) => basename(file)).join(", ")}`,
          );
          await command("gcc", ["-O2", "-o", target, ...files, ...flags]);
        },
      );
    },
    compileArm64Linux: notHere,
    runArm64Linux: notHere,
  };
}

/** Copies the output of an earlier equal compilation, or makes it and keeps it. */
async function cached(
  cache: string,
  compiler: string,
  files: readonly string[],
  flags: readonly string[],
  output: string,
  make: (target: string) => Promise<void>,
): Promise<void> {
  const hash = createHash("sha256").update(JSON.stringify([compiler, flags]));
  for (const file of files) {
    const content = await readFile(file);
    hash.update(`${basename(file)} ${content.length}\n`).update(content);
  }
  const folder = join(cache, "compiled");
  const kept = join(folder, hash.digest("hex"));
  if (!existsSync(kept)) {
    await mkdir(folder, { recursive: true });
    const temporary = await mkdtemp(`${kept}.`);
    try {
      const target = join(temporary, "program.exe");
      await make(target);
      await rename(target, kept);
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  }
  await mkdir(dirname(output), { recursive: true });
  await copyFile(kept, output);
}
