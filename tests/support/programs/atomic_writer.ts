// Replaces a file again and again, until it is killed: atomic_writer.ts PATH LENGTH [count]. It prints a line for the first time,
// with "count" one for each.

import process from "node:process";
import { writeFileAtomic } from "../../../mod.ts";

const [path, length, mode] = process.argv.slice(2);
for (let i = 0;; i++) {
  const bytes = new Uint8Array(Number(length)).fill(i % 251 + 1);
  await writeFileAtomic(path!, bytes);
  if (i === 0 || mode === "count") console.log(i);
}
