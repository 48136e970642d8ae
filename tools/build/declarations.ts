import { execFile } from "node:child_process";
import {
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Entry } from "./manifest.ts";

/**
 * `Disposable` is in no edition of the standard library yet: the declarations bring what they need, so that a consumer's
 * settings need not.
 */
const LIBRARY = '/// <reference lib="esnext.disposable" />\n';

/**
 * Writes the declarations of the entries and of all that they import. The sources are checked against ECMAScript alone, without a
 * runtime's types, so that what comes out needs none.
 */
export async function emitDeclarations(
  repository: string,
  entries: readonly Entry[],
  folder: string,
): Promise<void> {
  await compile(repository, {
    extends: join(repository, "tsconfig.json"),
    compilerOptions: {
      noEmit: false,
      emitDeclarationOnly: true,
      rootDir: repository,
      outDir: folder,
      lib: ["es2024", "esnext.disposable"],
      types: [],
      skipLibCheck: false,
    },
    include: [],
    files: entries.map(({ source }) => join(repository, source)),
  });
  for (const file of await readdir(folder, { recursive: true })) {
    if (!file.endsWith(".d.ts")) continue;
    const path = join(folder, file);
    const text = importingScripts(await readFile(path, "utf8"));
    await writeFile(path, /\bDisposable\b/.test(text) ? LIBRARY + text : text);
  }
}

/** Names modules as the package has them: older compilers do not find "./open.d.ts" behind "./open.ts". */
function importingScripts(declarations: string): string {
  return declarations.replaceAll(
    /(\bfrom |\bimport\(|\bimport )("\.{1,2}\/[^"]*)\.ts"/g,
    '$1$2.js"',
  );
}

async function compile(repository: string, config: unknown): Promise<void> {
  const folder = await mkdtemp(join(await realpath(tmpdir()), "kernel32-io-"));
  try {
    const path = join(folder, "tsconfig.json");
    await writeFile(path, JSON.stringify(config));
    const tsc = join(repository, "node_modules", "typescript", "bin", "tsc");
    await promisify(execFile)(process.execPath, [tsc, "-p", path]);
  } catch (cause) {
    const { stdout } = cause as { stdout?: string };
    throw new Error(`The declarations could not be made.\n${stdout ?? ""}`, {
      cause,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
