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
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import type { Entry } from "./manifest.ts";

/**
 * `Disposable` is in no edition of the standard library yet: the declarations bring what they need, so that a consumer's
 * settings need not.
 */
const LIBRARY = '/// <reference lib="esnext.disposable" />\n';

/** Types of the web's that the module's own types name, with their parameters. */
const WEB_TYPES: Readonly<Record<string, string>> = {
  AbortSignal: "",
  ReadableStream: "<R = any>",
  WritableStream: "<W = any>",
};

/** The declaration of these, empty so that it adds nothing to a full one. */
const WEB =
  "// So that nobody needs the DOM's or a runtime's types for the names.\n" +
  Object.entries(WEB_TYPES).map(([name, parameters]) =>
    `interface ${name}${parameters} {}\n`
  ).join("");

/**
 * Writes the declarations of the entries and of all that they import. The sources are checked without a runtime's types, and what
 * comes out needs nothing but those of the language.
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
      types: [],
    },
    include: [],
    files: entries.map(({ source }) => join(repository, source)),
  });
  const files = await readdir(folder, { recursive: true });
  for (const file of files.filter((name) => name.endsWith(".d.ts"))) {
    const path = join(folder, file);
    const text = importingScripts(await readFile(path, "utf8"));
    const web = relative(dirname(path), join(folder, "web.d.ts"));
    await writeFile(path, references(text, web.replaceAll("\\", "/")) + text);
  }
  await writeFile(join(folder, "web.d.ts"), WEB);
}

/** The references to what is declared elsewhere that a file of declarations needs. */
function references(declarations: string, web: string): string {
  const code = declarations.replaceAll(/\/\*[^]*?\*\//g, "");
  const names = (name: string) => new RegExp(`\\b${name}\\b`).test(code);
  return (names("Disposable") || names("AsyncDisposable") ? LIBRARY : "") +
    (Object.keys(WEB_TYPES).some(names)
      ? `/// <reference path="${web}" />\n`
      : "");
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
