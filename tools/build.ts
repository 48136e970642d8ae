// npm run build
//
// Makes the npm package in dist/npm and prints what it weighs. Exit code 0 only if no program weighs more than it may.

import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { buildPackage } from "./build/package.ts";
import { folderSizes, PROGRAMS, programSize } from "./build/sizes.ts";

const repository = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(repository, "dist", "npm");

const { entries } = await buildPackage(repository, folder);

console.log(`${relative(process.cwd(), folder)}:`);
for (const [name, bytes] of await folderSizes(folder)) {
  console.log(`  ${kilobytes(bytes)}  ${name}`);
}
console.log("\nWhat a bundler leaves of a program:");
console.log("     plain  minified   gzipped     limit");
for (const { program, limit } of PROGRAMS) {
  const { plain, minified, gzipped } = await programSize(
    folder,
    entries,
    program,
  );
  const sizes = [plain, minified, gzipped, limit].map(kilobytes).join("");
  console.log(`${sizes}  ${program}`);
  if (gzipped > limit) process.exitCode = 1;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`.padStart(10);
}
