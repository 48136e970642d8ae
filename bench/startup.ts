// startup.ts import MODULE
// startup.ts bare MODULE
//
// Runs on deno.exe and bun.exe. Prints how long it takes, in ms, to have this module imported from a URL and its first call made; or else,
// in two lines, to open kernel32.dll by hand and make the same call, and then to import a module from a URL in which there is nothing.
// A process has one start.

import { writeSync } from "node:fs";
import process from "node:process";
import { bind } from "./foreign.ts";

const STD_OUTPUT_HANDLE = 0xFFFF_FFF5;

const [what, url = ""] = process.argv.slice(2);
if (what === "import") {
  await time(async () => {
    const { kernel32 } = await import(url) as typeof import("../mod.ts");
    kernel32.GetStdHandle(STD_OUTPUT_HANDLE);
  });
} else {
  await time(() => {
    const { GetStdHandle } = bind<{ GetStdHandle(which: number): number }>(
      "kernel32.dll",
      { GetStdHandle: ["u32"] },
    );
    GetStdHandle(STD_OUTPUT_HANDLE);
  });
  await time(() => import(url));
}
process.exit(0);

async function time(work: () => unknown): Promise<void> {
  const start = performance.now();
  await work();
  writeSync(1, `${performance.now() - start}\n`);
}
