// startup.ts [MODULE]
//
// Runs on deno.exe and bun.exe: prints how long it takes, in ms, to have this module imported from a URL and its first call made, or,
// without a URL, to open kernel32.dll by hand and make the same call. A process has one start.

import { writeSync } from "node:fs";
import process from "node:process";
import { bind } from "./foreign.ts";

const STD_OUTPUT_HANDLE = 0xFFFF_FFF5;

const [module] = process.argv.slice(2);
const start = performance.now();
if (module !== undefined) {
  const { kernel32 } = await import(module) as typeof import("../mod.ts");
  kernel32.GetStdHandle(STD_OUTPUT_HANDLE);
} else {
  const { GetStdHandle } = bind<{ GetStdHandle(which: number): number }>(
    "kernel32.dll",
    { GetStdHandle: ["u32"] },
  );
  GetStdHandle(STD_OUTPUT_HANDLE);
}
writeSync(1, `${performance.now() - start}\n`);
process.exit(0);
