import { readdir, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { gzipSync } from "node:zlib";
import { bundleProgram } from "./bundle.ts";
import type { Entry } from "./manifest.ts";

/** What a program weighs in bytes, with all that it imports. */
export interface ProgramSize {
  plain: number;
  minified: number;
  gzipped: number;
}

/** A program, and what it may weigh at most: in bytes, minified and gzipped. */
export interface WeighedProgram {
  program: string;
  limit: number;
}

/**
 * What the package may weigh in a program. The raw layer, the structures, the arithmetic of sectors and the statuses are parts of
 * which a program has no more than it imports; so are, for each other, files for blocking and for overlapped I/O.
 */
export const PROGRAMS: readonly WeighedProgram[] = [
  { program: 'import "@kernel32/io";', limit: 20 },
  { program: 'export { alignUp } from "@kernel32/io";', limit: 1_200 },
  { program: 'export { openSync } from "@kernel32/io";', limit: 25_700 },
  { program: 'export { open } from "@kernel32/io";', limit: 35_950 },
  { program: 'export * from "@kernel32/io";', limit: 56_400 },
  { program: 'export * from "@kernel32/io/raw";', limit: 11_100 },
  { program: 'export * from "@kernel32/io/structs";', limit: 7_100 },
];

/** Weighs a program that imports from the package in a folder, as a bundler leaves it. */
export async function programSize(
  folder: string,
  entries: readonly Entry[],
  program: string,
): Promise<ProgramSize> {
  const plain = await bundleProgram(folder, entries, program, false);
  const minified = await bundleProgram(folder, entries, program, true);
  return {
    plain: plain.byteLength,
    minified: minified.byteLength,
    gzipped: gzipSync(minified, { level: 9 }).byteLength,
  };
}

/** Weighs the files of the package, with all declarations as one. */
export async function folderSizes(folder: string): Promise<[string, number][]> {
  const sizes = new Map<string, number>();
  const entries = await readdir(folder, {
    recursive: true,
    withFileTypes: true,
  });
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path).split(sep)[0]!;
    sizes.set(name, (sizes.get(name) ?? 0) + (await stat(path)).size);
  }
  return [...sizes].sort(([a], [b]) => a < b ? -1 : 1);
}
