import { build } from "esbuild";
import { join } from "node:path";
import type { Entry } from "./manifest.ts";

const TARGET = "es2024";

/** The entry that shares no state with the others, and so nothing else either: each file more takes a while to load. */
const STATELESS = "./structs";

/**
 * Bundles the entries. What they share goes into a file that all of them import, so that its state, such as the frames of a
 * thread, is there once, whichever of them a program imports.
 */
export async function bundle(
  repository: string,
  entries: readonly Entry[],
  folder: string,
): Promise<void> {
  const alone = (entry: Entry) => entry.subpath === STATELESS;
  await bundleTogether(repository, entries.filter(alone), folder);
  await bundleTogether(
    repository,
    entries.filter((entry) => !alone(entry)),
    folder,
  );
}

async function bundleTogether(
  repository: string,
  entries: readonly Entry[],
  folder: string,
): Promise<void> {
  await build({
    absWorkingDir: repository,
    entryPoints: entries.map(({ source, script }) => ({
      in: join(repository, source),
      out: script.replace(/\.js$/, ""),
    })),
    outdir: folder,
    bundle: true,
    splitting: true,
    // Folds constants, which a program's bundler would otherwise keep: to it, sums and powers may have effects.
    minifySyntax: true,
    // Bun takes a script that says so as it is, and loads it in half the time: https://bun.com/docs/bundler#target
    banner: { js: "// @bun" },
    chunkNames: "shared-[hash]",
    format: "esm",
    platform: "neutral",
    target: TARGET,
    charset: "utf8",
    logLevel: "warning",
  });
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
