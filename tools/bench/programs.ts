import { build, type Plugin } from "esbuild";
import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { release, type } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Line, Spec } from "../../bench/measure.ts";
import { packageVersion } from "../../bench/packages.ts";
import { WORDS } from "../../bench/runtime.ts";
import type { Results, Runtime } from "../../bench/schema.ts";
import { type Host, InterruptedError } from "../../bench/session.ts";
import { npm } from "../windows/npm.ts";
import type { Run, Windows } from "../windows/mod.ts";
import { pinnedRuntime } from "../windows/runtimes.ts";

const REPOSITORY = fileURLToPath(new URL("../../", import.meta.url));
const FOLDER = join(REPOSITORY, "bench");
const PEERS = join(FOLDER, "peers");

/** Whether the compiler makes what runtimes load: MinGW-w64's makes x64 libraries on Windows for arm64, too. */
export const HAS_C: boolean = process.platform !== "win32" ||
  process.arch === "x64";

/** The programs of the bench. */
const BUNDLED = ["run", "heap"] as const;

/** No point takes so long, in ms: a process that is silent for that long has got stuck. */
const LONGEST_SILENCE = 600_000;

/** Without the collector's interference as far as the runtime allows: V8 gets a youngest space that holds all garbage. */
const HEAP_FLAGS =
  "--v8-flags=--min-semi-space-size=512,--max-semi-space-size=512";

/** How much is seen of the heap. */
const HEAP = {
  quick: { calls: 100_000, operations: 15_000 },
  full: { calls: 1_000_000, operations: 20_000 },
} as const;

/** The programs of the bench, ready to be run on Windows. */
export class Programs implements Host {
  readonly #windows: Windows;
  readonly #folder: string;
  readonly versions: Results["versions"];
  readonly host: string;
  readonly #against: string | undefined;
  #run: Run | undefined;
  #isStopped = false;

  private constructor(
    windows: Windows,
    folder: string,
    runtimes: readonly Runtime[],
    against?: string,
  ) {
    this.#windows = windows;
    this.#folder = folder;
    this.versions = versionsOf(runtimes);
    this.host = windows.native ? "" : ` on ${type()} ${release()}`;
    this.#against = against;
  }

  /**
   * Compiles the C, and installs the package that the bench compares with.
   *
   * @param folder Where files may lie.
   * @param against Another checkout that takes part.
   */
  static async prepare(
    windows: Windows,
    folder: string,
    runtimes: readonly Runtime[],
    against?: string,
  ): Promise<Programs> {
    await installPeers();
    const c = join(FOLDER, "c");
    const files = (await readdir(c)).filter((name) => name.endsWith(".c"));
    const sources = files.toSorted().map((name) => join(c, name));
    const other = join(folder, "against.js");
    await Promise.all([
      HAS_C && windows.compile(sources, join(folder, "bench.dll"), ["-shared"]),
      ...BUNDLED.map((name) =>
        bundleProgram(
          windows,
          join(FOLDER, `${name}.ts`),
          join(folder, `${name}.js`),
        )
      ),
      against &&
      bundleProgram(windows, join(resolve(against), "mod.ts"), other),
    ]);
    const url = against && urlOf(windows, other);
    return new Programs(windows, folder, runtimes, url);
  }

  /**
   * Has a process measure points, which are of one runtime.
   *
   * @throws {Error} If it fails, or is silent for long.
   */
  async measure(
    runtime: Runtime,
    spec: Omit<Spec, "folder" | "library" | "against">,
    take: (line: Line) => void,
  ): Promise<void> {
    const path = join(this.#folder, "spec.json");
    const folder = this.#windows.path(this.#folder);
    const library = this.#windows.path(join(this.#folder, "bench.dll"));
    const against = this.#against;
    const whole: Spec = {
      ...{ ...spec, folder },
      ...HAS_C && { library },
      ...against && { against },
    };
    await writeFile(path, JSON.stringify(whole));
    await this.run(
      runtime,
      "run",
      ["--spec", this.#windows.path(path)],
      (text) => take(JSON.parse(text) as Line),
    );
  }

  /** Measures what calls leave on the heap, in bytes. */
  async heap(
    runtime: Runtime,
    quick: boolean,
  ): Promise<Record<string, number>> {
    const { calls, operations } = HEAP[quick ? "quick" : "full"];
    const folder = this.#windows.path(this.#folder);
    let heap = {};
    const take = (line: string) => heap = JSON.parse(line);
    const args = [folder, String(calls), String(operations)];
    await this.run(runtime, "heap", args, take);
    return heap;
  }

  /** Runs a program of the bench to its end. */
  async run(
    runtime: Runtime,
    program: string,
    args: readonly string[],
    take: (line: string) => void,
  ): Promise<void> {
    if (this.#isStopped) throw new InterruptedError("Interrupted");
    const path = this.#windows.path(join(this.#folder, `${program}.js`));
    const flags = program === "heap" && runtime === "deno" ? [HEAP_FLAGS] : [];
    const run = await this.#windows.spawn(
      runtime,
      [...WORDS[runtime], ...flags, path, ...args],
      { cwd: FOLDER, stdout: "pipe", stderr: "pipe" },
    );
    this.#run = run;
    let said = "";
    run.process.stderr!.setEncoding("utf8").on(
      "data",
      (text: string) => said += text,
    );
    let failure: Error | undefined;
    const watchdog = setTimeout(() => {
      failure ??= new Error(`${runtime}.exe ${program} was silent for long`);
      run.kill();
    }, LONGEST_SILENCE);
    createInterface({ input: run.process.stdout! }).on("line", (line) => {
      watchdog.refresh();
      try {
        take(line);
      } catch (cause) {
        failure ??= new Error(`${runtime}.exe printed ${line}`, { cause });
      }
    });
    const { code } = await run.ended;
    clearTimeout(watchdog);
    this.#run = undefined;
    if (this.#isStopped) throw new InterruptedError("Interrupted");
    if (failure !== undefined) throw failure;
    if (code === 0) return;
    throw new Error(
      `${runtime}.exe ${program} ended with code ${code}.\n${said}`,
    );
  }

  /** Ends the program that runs. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#run?.kill();
  }
}

function versionsOf(runtimes: readonly Runtime[]): Results["versions"] {
  const versions: Record<string, string> = {};
  for (const name of runtimes) {
    versions[`${name}.exe`] = pinnedRuntime(name).version;
  }
  return Object.assign(versions, ...runtimes.map(packageVersion));
}

/**
 * Puts a program and all that it imports into one file. Opening a hundred files costs Wine, and a scanner of viruses, more than a second,
 * in each of the many processes of a run. What a module finds beside itself, by `import.meta.url`, it goes on finding where it was.
 */
async function bundleProgram(
  windows: Windows,
  source: string,
  output: string,
): Promise<void> {
  const ownUrls: Plugin = {
    name: "own URLs",
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const text = await readFile(path, "utf8");
        const url = JSON.stringify(urlOf(windows, path));
        return {
          contents: text.replaceAll("import.meta.url", url),
          loader: "ts",
        };
      });
    },
  };
  await build({
    ...{ entryPoints: [source], outfile: output, bundle: true },
    ...{ format: "esm", platform: "node", target: "es2024" },
    ...{ logLevel: "warning", plugins: [ownUrls] },
  });
}

function urlOf(windows: Windows, path: string): string {
  return `file:///${windows.path(path).replaceAll("\\", "/")}`;
}

/** Installs what `peers/package-lock.json` pins, for Windows wherever this is. */
async function installPeers(): Promise<void> {
  if (existsSync(join(PEERS, "node_modules", ".package-lock.json"))) return;
  console.error("Installing the package that the bench compares with (npm ci)");
  await npm(PEERS, "ci", "--os=win32", "--cpu=x64", "--ignore-scripts");
}
