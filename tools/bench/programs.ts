import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Runtime } from "../../bench/schema.ts";
import type { Line, Spec } from "../../bench/spec.ts";
import { command } from "../windows/command.ts";
import { bundle } from "../build/bundle.ts";
import { entriesOf, readProject } from "../build/manifest.ts";
import { bundleProgram, urlOf } from "./bundle.ts";
import type { Run, Windows } from "../windows/mod.ts";

const FOLDER = fileURLToPath(new URL("../../bench", import.meta.url));
const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const PEERS = join(FOLDER, "peers");

/** The programs that many processes run. */
const BUNDLED = ["run", "startup"] as const;

const WORDS: Readonly<Record<Runtime, readonly string[]>> = {
  deno: ["run", "--quiet", "--no-check", "--no-lock", "--allow-all"],
  bun: ["run"],
  node: ["--disable-warning=ExperimentalWarning"],
};

/** No point takes so long, in ms: whoever is silent for that long has got stuck. */
const LONGEST_SILENCE = { quick: 45_000, full: 600_000 } as const;

/** Without the collector's interference as far as the runtime allows: V8 gets a youngest space that holds all garbage. */
const HEAP_FLAGS =
  "--v8-flags=--min-semi-space-size=512,--max-semi-space-size=512";

/** How much is seen of the heap. */
export interface HeapOptions {
  readonly calls: number;
  readonly operations: number;
  readonly quick: boolean;
}

/** What a start takes, in ms. */
export interface Startup {
  /** To import this module and make a call, over making the call by hand. */
  readonly module: number;
  /** To import a module in which there is nothing. */
  readonly empty: number;
}

/** The programs of the bench, ready to be run. */
export class Programs {
  readonly #windows: Windows;
  readonly #folder: string;
  /** The compiled C. */
  readonly library: string;
  /** A digest of what the programs and the C are made of. */
  readonly digest: string;
  #run: Run | undefined;

  private constructor(
    windows: Windows,
    folder: string,
    library: string,
    digest: string,
  ) {
    this.#windows = windows;
    this.#folder = folder;
    this.library = library;
    this.digest = digest;
  }

  /**
   * Compiles the C, and installs the packages that the bench compares with.
   *
   * @param folder Where files may lie.
   */
  static async prepare(windows: Windows, folder: string): Promise<Programs> {
    await installPeers();
    const files = (await readdir(FOLDER)).filter((name) => name.endsWith(".c"));
    const library = join(folder, "bench.dll");
    const sources = files.toSorted().map((name) => join(FOLDER, name));
    const bundles = BUNDLED.map((name) => join(folder, `${name}.js`));
    await Promise.all([
      windows.compile(sources, library, ["-shared"]),
      ...BUNDLED.map((name, i) =>
        bundleProgram(windows, join(FOLDER, `${name}.ts`), bundles[i]!)
      ),
    ]);
    const digest = await digestOf([...sources, ...bundles]);
    return new Programs(windows, folder, library, digest);
  }

  /** Has a runtime tell what system it runs on. */
  async system(runtime: Runtime): Promise<string> {
    let system = "";
    const spec = { points: [], quick: true, milliseconds: 1 };
    await this.measure(runtime, spec, (line) => {
      if ("system" in line) system = line.system;
    });
    return system;
  }

  /**
   * Has a process measure points, which are of one runtime.
   *
   * @throws {Error} If it ends, or is silent for long, before it has measured all of them.
   */
  async measure(
    runtime: Runtime,
    spec: Omit<Spec, "folder" | "library">,
    take: (line: Line) => void,
  ): Promise<void> {
    const path = join(this.#folder, "spec.json");
    const [folder, library] = [this.#folder, this.library].map((path) =>
      this.#windows.path(path)
    ) as [string, string];
    await writeFile(path, JSON.stringify({ ...spec, folder, library }));
    const args = ["--spec", this.#windows.path(path)];
    let answers = 0;
    const program = join(this.#folder, "run.js");
    await this.run(runtime, [], program, args, (text) => {
      const line = JSON.parse(text) as Line;
      if ("run" in line || "skipped" in line) answers++;
      take(line);
    }, LONGEST_SILENCE[spec.quick ? "quick" : "full"]);
    if (answers < spec.points.length) {
      throw new Error(`${runtime}.exe ended before it had measured all`);
    }
  }

  /** Measures what calls leave on the heap, in bytes. */
  async heap(
    runtime: Runtime,
    { calls, operations, quick }: HeapOptions,
  ): Promise<Record<string, number>> {
    const flags = runtime === "deno" ? [HEAP_FLAGS] : [];
    const folder = this.#windows.path(this.#folder);
    const args = [folder, String(calls), String(operations)];
    if (quick) args.push("quick");
    const said = await this.#text(
      ...[runtime, flags, join(FOLDER, "heap.ts"), args] as const,
    );
    return JSON.parse(said) as Record<string, number>;
  }

  /**
   * Measures what import and first call cost over opening kernel32.dll alone: this module in one file, as the npm package has it, where
   * it does not matter how long the system takes to open many. Of so many starts the shortest counts: the first ones look for what the
   * later ones find in caches.
   */
  async startup(runtime: Runtime, starts: number): Promise<Startup> {
    const folder = join(this.#folder, "package");
    await bundle(REPOSITORY, entriesOf(await readProject(REPOSITORY)), folder);
    const empty = join(folder, "empty.js");
    await writeFile(empty, "export {};\n");
    const program = join(this.#folder, "startup.js");
    const least = [Infinity, Infinity, Infinity];
    for (let i = 0; i < starts; i++) {
      const times: number[] = [];
      const take = (line: string) => void times.push(Number(line));
      for (
        const [what, path] of [
          ["import", join(folder, "mod.js")],
          ["bare", empty],
        ] as const
      ) {
        const args = [what, urlOf(this.#windows, path)];
        await this.run(runtime, [], program, args, take);
      }
      for (const [i, time] of times.entries()) {
        least[i] = Math.min(least[i]!, time);
      }
    }
    const [module, bare, nothing] = least as [number, number, number];
    return { module: module - bare, empty: nothing };
  }

  async #text(
    ...args: [Runtime, readonly string[], string, readonly string[]]
  ): Promise<string> {
    let said = "";
    await this.run(...args, (line) => said += line);
    return said;
  }

  /**
   * Runs a program to its end.
   *
   * @param program Its path.
   */
  async run(
    runtime: Runtime,
    flags: readonly string[],
    program: string,
    args: readonly string[],
    take: (line: string) => void,
    silence: number = LONGEST_SILENCE.full,
  ): Promise<void> {
    const path = this.#windows.path(program);
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
    let failure: unknown;
    const watchdog = setTimeout(() => {
      failure ??= new Error(`${runtime}.exe ${program} said nothing for long`);
      run.kill();
    }, silence);
    const lines = createInterface({ input: run.process.stdout! });
    lines.on("line", (line) => {
      watchdog.refresh();
      try {
        take(line);
      } catch (error) {
        failure ??= new Error(`${runtime}.exe printed ${line}`, {
          cause: error,
        });
      }
    });
    const { code } = await run.ended;
    clearTimeout(watchdog);
    this.#run = undefined;
    if (failure !== undefined) throw failure;
    if (code === 0) return;
    const line = [program, ...args].join(" ");
    throw new Error(
      `${runtime}.exe ${line} ended with code ${code}.\n${said}`,
    );
  }

  /** Ends the program that runs. */
  async kill(): Promise<void> {
    await this.#run?.kill();
  }
}

async function digestOf(files: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const file of files) hash.update(await readFile(file));
  return hash.digest("hex").slice(0, 16);
}

/** Installs what `peers/package-lock.json` pins, for Windows wherever this is. */
async function installPeers(): Promise<void> {
  if (existsSync(join(PEERS, "node_modules", ".package-lock.json"))) return;
  console.error(
    "Installing the packages that the bench compares with (npm ci)",
  );
  const args = ["ci", "--os=win32", "--cpu=x64", "--ignore-scripts"];
  const npm = process.env["npm_execpath"];
  const quiet = ["--no-fund", "--no-audit"];
  if (npm?.endsWith("npm-cli.js")) {
    await command(process.execPath, [npm, ...args, ...quiet], { cwd: PEERS });
  } else {
    const shell = process.platform === "win32";
    await command("npm", [...args, ...quiet], { cwd: PEERS, shell });
  }
}
