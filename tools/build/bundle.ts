import { build } from "esbuild";
import { join } from "node:path";
import type { Entry } from "./manifest.ts";

const TARGET = "es2024";

/**
 * Bundles the entries. What they share goes into a file that all of them import, so that its state, such as the frames of a
 * thread, is there once, whichever of them a program imports.
 */
export async function bundle(
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
    chunkNames: "shared-[hash]",
    format: "esm",
    platform: "neutral",
    target: TARGET,
    charset: "utf8",
    logLevel: "warning",
  });
}

/** Bundles one entry by itself, as a bundler does that finds it in a program, and returns the script. */
export async function bundleAlone(
  repository: string,
  { source }: Entry,
  minify: boolean,
): Promise<Uint8Array> {
  const { outputFiles } = await build({
    absWorkingDir: repository,
    entryPoints: [source],
    bundle: true,
    write: false,
    format: "esm",
    platform: "neutral",
    target: TARGET,
    charset: "utf8",
    minify,
    logLevel: "warning",
  });
  return outputFiles[0]!.contents;
}
