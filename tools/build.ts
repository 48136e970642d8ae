// npm run build
//
// Makes the npm package in dist/npm and prints what it weighs.

import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { buildPackage } from "./build/package.ts";
import { entrySizes, folderSizes } from "./build/sizes.ts";

const repository = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(repository, "dist", "npm");

const { entries } = await buildPackage(repository, folder);

console.log(`${relative(process.cwd(), folder)}:`);
for (const [name, bytes] of await folderSizes(folder)) {
  console.log(`  ${kilobytes(bytes)}  ${name}`);
}
console.log("\nAs a bundler leaves them, with all that they import:");
console.log("     plain  minified   gzipped");
for (const entry of await entrySizes(repository, entries)) {
  const sizes = [entry.plain, entry.minified, entry.gzipped];
  console.log(`${sizes.map(kilobytes).join("")}  ${entry.name}`);
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`.padStart(10);
}
