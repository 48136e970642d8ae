// npm run build
//
// Makes the npm package in dist/npm and prints what it weighs.

import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { buildPackage } from "./build/package.ts";
import { folderSizes, programSize } from "./build/sizes.ts";

const repository = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(repository, "dist", "npm");

const { entries } = await buildPackage(repository, folder);

console.log(`${relative(process.cwd(), folder)}:`);
for (const [name, bytes] of await folderSizes(folder)) {
  console.log(`  ${kilobytes(bytes)}  ${name}`);
}
console.log("\nWhat a bundler leaves of a program:");
console.log("     plain  minified   gzipped");
const programs = [
  `export { openSync } from ${JSON.stringify(entries[0]!.name)};`,
  ...entries.map(({ name }) => `export * from ${JSON.stringify(name)};`),
];
for (const program of programs) {
  const { plain, minified, gzipped } = await programSize(
    folder,
    entries,
    program,
  );
  const sizes = [plain, minified, gzipped].map(kilobytes).join("");
  console.log(`${sizes}  ${program}`);
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`.padStart(10);
}
