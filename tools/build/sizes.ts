import { readdir, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { gzipSync } from "node:zlib";
import { bundleAlone } from "./bundle.ts";
import type { Entry } from "./manifest.ts";

/** What one entry weighs in bytes, with all that it imports. */
export interface EntrySize {
  name: string;
  plain: number;
  minified: number;
  gzipped: number;
}

/** Weighs entries as they arrive in a program. */
export async function entrySizes(
  repository: string,
  entries: readonly Entry[],
): Promise<EntrySize[]> {
  return await Promise.all(entries.map(async (entry) => {
    const minified = await bundleAlone(repository, entry, true);
    return {
      name: entry.name,
      plain: (await bundleAlone(repository, entry, false)).byteLength,
      minified: minified.byteLength,
      gzipped: gzipSync(minified, { level: 9 }).byteLength,
    };
  }));
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
