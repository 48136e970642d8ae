import { build } from "esbuild";
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";

/** The tests of a repository, by where they run. Paths are relative to the repository, with slashes. */
export interface TestFiles {
  /** Run by the Windows runtimes: all but those of `tests/host`. */
  windows: string[];
  /**
   * Of these, the ones that hold on any system: they import nothing of `ffi/`, not even indirectly, or have a line
   * `// portable`, for what is tested on fakes.
   */
  portable: string[];
  /** Run on Node beside the Windows environment, which they drive: those of `tests/host`. */
  host: string[];
}

/** Finds the test files: everything under `tests/` that is named `*_test.ts`. */
export async function findTests(repository: string): Promise<TestFiles> {
  const entries = await readdir(join(repository, "tests"), {
    recursive: true,
    withFileTypes: true,
  });
  const all = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith("_test.ts"))
    .map((entry) =>
      relative(repository, join(entry.parentPath, entry.name)).replaceAll(
        "\\",
        "/",
      )
    )
    .sort();
  const isHost = (file: string) => file.startsWith("tests/host/");
  const windows = all.filter((file) => !isHost(file));
  const portable = [];
  for (const file of windows) {
    if (await isPortable(repository, file)) portable.push(file);
  }
  return { windows, portable, host: all.filter(isHost) };
}

async function isPortable(repository: string, file: string): Promise<boolean> {
  const text = await readFile(join(repository, file), "utf8");
  const said = /^\/\/ (not )?portable$/m.exec(text);
  if (said) return said[1] === undefined;
  try {
    const { metafile } = await build({
      absWorkingDir: repository,
      entryPoints: [file],
      bundle: true,
      write: false,
      metafile: true,
      platform: "node",
      format: "esm",
      logLevel: "silent",
    });
    return !Object.keys(metafile.inputs).some((input) =>
      input.startsWith("ffi/")
    );
  } catch {
    return false; // It cannot be bundled: the runtime that is to run it will say why.
  }
}

/**
 * Returns the V8 flags that a test file asks for, for Deno, in lines such as `// v8-flags: --gc-interval=5`. The file is run
 * once for each such line, and once without flags if there is none.
 */
export async function v8Flags(path: string): Promise<string[]> {
  const text = await readFile(path, "utf8");
  const lines = Array.from(
    text.matchAll(/^\/\/ v8-flags: *(\S+)/gm),
    ([, flags = ""]) => flags,
  );
  return lines.length > 0 ? lines : [""];
}
