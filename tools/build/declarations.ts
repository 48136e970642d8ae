import { execFile } from "node:child_process";
import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { rolldown } from "rolldown";
import { dts } from "rolldown-plugin-dts";
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

/** The file that declares these. */
const WEB_FILE = "web.d.ts";

/** The declaration of these, empty so that it adds nothing to a full one. */
const WEB =
  "// So that no program needs the DOM's or a runtime's types for the names.\n" +
  Object.entries(WEB_TYPES).map(([name, parameters]) =>
    `interface ${name}${parameters} {}\n`
  ).join("");

/**
 * Writes the declarations of the entries: of each a file beside its script's name, and one of what they share. They declare what
 * can be imported and the types that it names, and nothing else. The sources are checked without a runtime's types, and what comes
 * out needs nothing but those of the language.
 */
export async function emitDeclarations(
  repository: string,
  entries: readonly Entry[],
  folder: string,
): Promise<void> {
  const single = join(folder, "of each source");
  await compile(repository, {
    extends: join(repository, "tsconfig.json"),
    compilerOptions: {
      noEmit: false,
      emitDeclarationOnly: true,
      // What only the module itself constructs or calls.
      stripInternal: true,
      rootDir: repository,
      outDir: single,
      types: [],
    },
    include: [],
    files: entries.map(({ source }) => join(repository, source)),
  });
  for (const [name, text] of await bundle(entries, single)) {
    await writeFile(join(folder, name), references(text) + text);
  }
  await rm(single, { recursive: true });
  await writeFile(join(folder, WEB_FILE), WEB);
}

/** Bundles declarations, and returns the texts of the files by their names. */
async function bundle(
  entries: readonly Entry[],
  folder: string,
): Promise<[name: string, text: string][]> {
  const bundle = await rolldown({
    input: Object.fromEntries(entries.map(({ source, script }) => [
      script.replace(/\.js$/, ""),
      join(folder, source.replace(/\.ts$/, ".d.ts")),
    ])),
    plugins: [dts({ dtsInput: true, tsconfig: false })],
    experimental: { attachDebugInfo: "none" },
  });
  const { output } = await bundle.generate({
    chunkFileNames: (chunk) =>
      chunk.name.startsWith("rolldown") ? "[name].d.ts" : "shared.d.ts",
  });
  await bundle.close();
  const texts = output.flatMap((file): [string, string][] =>
    file.type === "chunk" ? [[file.fileName, file.code]] : []
  );
  // The bundler's own helpers are no types, and nothing imports them.
  return texts.filter(([name]) =>
    name === "shared.d.ts" ||
    entries.some(({ types }) => types.endsWith(`/${name}`))
  );
}

/** The references to what is declared elsewhere that a file of declarations needs. */
function references(declarations: string): string {
  const code = declarations.replaceAll(/\/\*[^]*?\*\//g, "");
  const names = (name: string) => new RegExp(`\\b${name}\\b`).test(code);
  return (names("Disposable") || names("AsyncDisposable") ? LIBRARY : "") +
    (Object.keys(WEB_TYPES).some(names)
      ? `/// <reference path="${WEB_FILE}" />\n`
      : "");
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
