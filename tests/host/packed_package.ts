// The npm package, built, packed and installed into an empty project.

import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { Entry } from "../../tools/build/manifest.ts";
import { buildPackage } from "../../tools/build/package.ts";
import { npm } from "../../tools/windows/npm.ts";
import { removeFolder } from "../support/temp_folder.ts";

/** The repository's folder. */
export const REPOSITORY: string = dirname(
  dirname(dirname(fileURLToPath(import.meta.url))),
);

/** README.md. */
export const README: string = readFileSync(
  join(REPOSITORY, "README.md"),
  "utf8",
);

/** npm asks nothing and says nothing of other matters. */
const QUIET = ["--no-audit", "--no-fund"];

/** A package, and a project that has it. */
export interface PackedPackage {
  /** The folder that the package was built in. */
  readonly built: string;
  readonly entries: readonly Entry[];
  /** What `npm pack` packed. */
  readonly files: readonly string[];
  /** The folder of the project. */
  readonly project: string;
  /** Writes a file of the project. */
  write(name: string, text: string): void;
}

/** Builds, packs and installs the package. Its folders are deleted when the process ends. */
export async function packPackage(): Promise<PackedPackage> {
  const folder = mkdtempSync(join(tmpdir(), "kernel32-io-package-"));
  process.on("exit", () => removeFolder(folder));
  const built = join(folder, "built");
  const { entries } = await buildPackage(REPOSITORY, built);
  const [packed] = JSON.parse(await npm(built, "pack", "--json", ...QUIET));
  const files = packed.files.map(({ path }: { path: string }) => path);
  const project = join(folder, "project");
  mkdirSync(project);
  const write = (name: string, text: string) =>
    writeFileSync(join(project, name), text);
  write("package.json", '{ "type": "module" }');
  const archive = join(built, packed.filename);
  await npm(project, "install", "--offline", archive, ...QUIET);
  return { built, entries, files, project, write };
}
