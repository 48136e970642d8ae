import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Case, HeapGrowth, Round, Runtime } from "../../bench/types.ts";
import type {
  OverlappedCase,
  OverlappedRun,
} from "../../bench/overlapped_types.ts";
import type { Windows } from "../windows/mod.ts";

const FOLDER = fileURLToPath(new URL("../../bench/", import.meta.url));

/** Without the collector's interference as far as the runtime allows: V8 gets a youngest space that holds all garbage. */
const HEAP_FLAGS =
  "--v8-flags=--min-semi-space-size=512,--max-semi-space-size=512";

/** The programs of the bench, ready to be run. */
export class Bench {
  readonly #windows: Windows;
  readonly #folder: string;
  readonly #library: string;
  readonly #overlappedLibrary: string;

  private constructor(
    windows: Windows,
    folder: string,
    library: string,
    overlappedLibrary: string,
  ) {
    this.#overlappedLibrary = overlappedLibrary;
    this.#windows = windows;
    this.#folder = folder;
    this.#library = library;
  }

  /**
   * Compiles what is to be compiled.
   *
   * @param folder Where the file of the transfers may lie.
   */
  static async prepare(windows: Windows, folder: string): Promise<Bench> {
    const compile = async (name: string) => {
      const library = join(folder, `${name}.dll`);
      const source = join(FOLDER, `${name}.c`);
      await windows.compile([source], library, ["-shared"]);
      return library;
    };
    return new Bench(
      windows,
      folder,
      await compile("native"),
      await compile("overlapped"),
    );
  }

  /** Measures a case in a process of its own. */
  async rounds(
    { runtime, operation, bytes }: Case,
    seconds: number,
  ): Promise<Round[]> {
    const args = [operation, String(bytes), String(seconds)];
    const paths = [this.#folder, this.#library].map((path) =>
      this.#windows.path(path)
    );
    const said = await this.#run(runtime, [], "program.ts", [
      ...args,
      ...paths,
    ]);
    return JSON.parse(said) as Round[];
  }

  /** Measures what calls leave on the heap. */
  async heap(runtime: Runtime): Promise<HeapGrowth> {
    const flags = runtime === "deno" ? [HEAP_FLAGS] : [];
    return JSON.parse(await this.#run(runtime, flags, "heap.ts", []));
  }

  /** Measures overlapped operations in a process of their own. */
  async overlapped(
    { runtime, operation, bytes, depth }: OverlappedCase,
    seconds: number,
  ): Promise<OverlappedRun> {
    const paths = [this.#folder, this.#overlappedLibrary].map((path) =>
      this.#windows.path(path)
    );
    const numbers = [bytes, depth, seconds].map(String);
    const args = [operation, ...numbers, ...paths];
    return JSON.parse(await this.#run(runtime, [], "overlapped.ts", args));
  }

  /** Measures what overlapped operations leave on Deno's heap. */
  async overlappedHeap(): Promise<HeapGrowth> {
    const args = [this.#windows.path(this.#folder)];
    return JSON.parse(
      await this.#run("deno", [HEAP_FLAGS], "overlapped_heap.ts", args),
    );
  }

  async #run(
    runtime: Runtime,
    flags: readonly string[],
    program: string,
    args: readonly string[],
  ): Promise<string> {
    const words = runtime === "deno"
      ? ["run", "--quiet", "--no-check", "--no-lock", "--allow-all", ...flags]
      : ["run"];
    const path = this.#windows.path(join(FOLDER, program));
    const { code, stdout, stderr } = await this.#windows.run(
      runtime,
      [...words, path, ...args],
      { cwd: FOLDER, stdout: "pipe", stderr: "pipe" },
    );
    if (code === 0) return stdout;
    const line = [program, ...args].join(" ");
    throw new Error(
      `${runtime}.exe ${line} ended with code ${code}.\n${stderr}`,
    );
  }
}
