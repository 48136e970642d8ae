import { build, type Plugin, transform } from "esbuild";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Entry } from "./manifest.ts";

const TARGET = "es2024";

/** The entry whose file has all the state there is, such as the frames of a thread. */
const MAIN = ".";

/** The entry that shares no state with the others, and so nothing else either: each file more takes a while to load. */
const STATELESS = "./structs";

/**
 * Bundles the entries, each into one file. The main entry's has all that it needs, since a second one takes one to three ms more to
 * find, read and parse. What others have in common with it they take from there, so that its state is there once, whichever of them
 * a program imports; a program with nothing but the raw layer reads more than it needs for that.
 */
export async function bundle(
  repository: string,
  entries: readonly Entry[],
  folder: string,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const main = entries.find(({ subpath }) => subpath === MAIN)!;
  const names = new Set(
    await bundleEntry(repository, folder, main, exportingAll(main)),
  );
  for (const entry of entries) {
    if (entry === main) continue;
    const all = exportingAll(entry);
    const own = await bundleEntry(repository, folder, entry, all);
    if (entry.subpath === STATELESS) continue;
    const shared = own.filter((name) => names.has(name));
    const rest = own.filter((name) => !names.has(name));
    const program = exporting(shared, `./${main.script}`) +
      exporting(rest, `./${entry.source}`);
    await bundleEntry(repository, folder, entry, program, [`./${main.script}`]);
  }
}

function exportingAll({ source }: Entry): string {
  return `export * from "./${source}";`;
}

function exporting(names: readonly string[], module: string): string {
  return `export { ${names.join(", ")} } from "${module}";\n`;
}

/** Bundles a program into an entry's file, and returns the names that it exports. */
async function bundleEntry(
  repository: string,
  folder: string,
  { script }: Entry,
  program: string,
  external: string[] = [],
): Promise<string[]> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: repository,
    stdin: { contents: program, resolveDir: repository, sourcefile: script },
    outfile: join(folder, script),
    bundle: true,
    write: false,
    metafile: true,
    external,
    plugins: [UNUSED],
    // Bun takes a script that says so as it is, and loads it in half the time: https://bun.com/docs/bundler#target
    banner: { js: "// @bun" },
    format: "esm",
    platform: "neutral",
    target: TARGET,
    // Text with other characters takes twice the memory in both engines, after a conversion.
    charset: "ascii",
    logLevel: "warning",
  });
  await writeFile(
    join(folder, script),
    await withoutDocs(outputFiles[0]!.text),
  );
  return Object.values(metafile.outputs)[0]!.exports;
}

/** No module does anything by being imported: of one that nothing is used of, nothing is left. */
const UNUSED: Plugin = {
  name: "unused modules",
  setup(build) {
    build.onResolve({ filter: /\.ts$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path),
      sideEffects: false,
    }));
  },
};

/** Doc comments, on lines of their own. */
const DOCS = /^ *\/\*\*(?:(?!\*\/)[^])*\*\/\n/gm;

/**
 * Leaves doc comments out, of which esbuild keeps those of members. They are a quarter of the text, which every start reads, and the
 * declarations have them for users. What bundlers read in comments, `@__PURE__`, stays.
 */
async function withoutDocs(script: string): Promise<string> {
  const less = script.replaceAll(DOCS, "");
  const code = async (script: string) =>
    (await transform(script, { minify: true })).code;
  if (await code(less) !== await code(script)) {
    throw new Error("More than comments has gone with the doc comments");
  }
  return less;
}

/** Bundles a program that imports from the package in a folder, and returns the script. */
export async function bundleProgram(
  folder: string,
  entries: readonly Entry[],
  program: string,
  minify: boolean,
): Promise<Uint8Array> {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: folder },
    alias: Object.fromEntries(
      entries.map(({ name, script }) => [name, join(folder, script)]),
    ),
    bundle: true,
    write: false,
    format: "esm",
    platform: "neutral",
    target: TARGET,
    charset: "utf8",
    minify,
    // Of an import that nothing is used of, nothing is left: that is the point.
    logOverride: { "ignored-bare-import": "silent" },
    logLevel: "warning",
  });
  return outputFiles[0]!.contents;
}
