// node --import tsx tools/arrows.ts
//
// Checks which folders import which: the table is the picture in ARCHITECTURE.md. Exit code 0 only if every import points
// to a row below its own, or to its own folder.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const repository = dirname(dirname(fileURLToPath(import.meta.url)));

/** From the top down. Folders of one row do not import each other. */
const ROWS: readonly (readonly string[])[] = [
  ["mod.ts"],
  ["src/raw.ts", "src/structs.ts", "src/diagnostics.ts"],
  ["src/pipe", "src/serial", "src/whole_file"],
  ["src/open"],
  ["src/sync", "src/overlapped"],
  ["src/streams", "src/sectors"],
  ["src/file"],
  ["src/memory"],
  ["src/structs"],
  ["src/layout"],
  ["src/errors"],
  ["src/win32"],
  ["ffi"],
];

const rowOf = new Map(
  ROWS.flatMap((rooms, row) => rooms.map((room) => [room, row] as const)),
);

/** Returns the folder that a file belongs to, as the table names it. */
function roomOf(file: string): string {
  const parts = file.split("/");
  return parts[0] === "src" ? parts.slice(0, 2).join("/") : parts[0]!;
}

const files = ["mod.ts", "src", "ffi"].flatMap((name) =>
  name.endsWith(".ts")
    ? [name]
    : readdirSync(join(repository, name), { recursive: true })
      .map((entry) => `${name}/${String(entry).replaceAll("\\", "/")}`)
      .filter((file) => file.endsWith(".ts"))
);

let failed = 0;
for (const file of files) {
  const text = readFileSync(join(repository, file), "utf8");
  for (const [, specifier] of text.matchAll(/\bfrom "(\.[^"]*)"/g)) {
    const target = relative(
      repository,
      join(repository, dirname(file), specifier!),
    ).replaceAll("\\", "/");
    const from = roomOf(file);
    const to = roomOf(target);
    if (from === to) continue;
    const row = rowOf.get(from);
    const below = rowOf.get(to);
    if (row !== undefined && below !== undefined && row < below) continue;
    failed++;
    console.log(`${file} imports ${target}: ${from} may not import ${to}`);
  }
}
console.log(`${files.length} files, ${failed} arrows that point upward`);
process.exitCode = failed === 0 ? 0 : 1;
