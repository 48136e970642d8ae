// Replaces a file again and again, until it is killed: atomic_writer.ts PATH LENGTH. It prints a number for each time.

import process from "node:process";
import { writeFileAtomic } from "../../../mod.ts";

const [path, length] = process.argv.slice(2);
for (let i = 0;; i++) {
  const bytes = new Uint8Array(Number(length)).fill(i % 251 + 1);
  await writeFileAtomic(path!, bytes);
  console.log(i);
}
