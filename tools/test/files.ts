import { readdir, readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";

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
  const modules = new Set([join(repository, file)]);
  for (const path of modules) {
    if (path.startsWith(join(repository, "ffi"))) return false;
    for (const next of await imports(path)) modules.add(next);
  }
  return true;
}

const known = new Map<string, string[]>();

/** Returns the modules that a module imports by their paths. Types do not count. */
async function imports(path: string): Promise<string[]> {
  const before = known.get(path);
  if (before) return before;
  // The runtime that is to run the test will say that a file is missing.
  const text = await readFile(path, "utf8").catch(() => "");
  const found = text.matchAll(
    /^(?:im|ex)port (?!type\b)(?:[^;]*? from )?"(\.[^"]+)"|\bimport\("(\.[^"]+)"\)/gm,
  );
  const paths = Array.from(
    found,
    ([, first, second]) => join(dirname(path), first ?? second ?? ""),
  );
  known.set(path, paths);
  return paths;
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

/**
 * Returns whether a test file is to be run with a serial port, as a line `// serial port` says. Where one can be made, its
 * name is in the environment as KERNEL32_IO_SERIAL_PORT, and at its other end is a device of its own for each run,
 * `tools/windows/serial_device.pl`; on Windows, the name may stand there already.
 */
export async function wantsSerialPort(path: string): Promise<boolean> {
  return /^\/\/ serial port$/m.test(await readFile(path, "utf8"));
}
