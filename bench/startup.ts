// startup.ts WAY [MODULE]
//
// Runs on deno.exe and bun.exe, in a process of its own: measures how long it takes until the first call into kernel32 has
// returned, and prints { "ms": … } as JSON. WAY is "bare", the runtime's own foreign function interface and nothing else, or
// "module", this module: MODULE, if it is not the source.

import { writeSync } from "node:fs";
import process from "node:process";
import { bind } from "./foreign.ts";

const STD_OUTPUT_HANDLE = -11;

/** The call, with all that it needs. */
const WAYS: Readonly<Record<string, () => unknown>> = {
  bare() {
    const { GetStdHandle } = bind<{ GetStdHandle(id: number): number }>(
      "kernel32.dll",
      { GetStdHandle: ["i32"] },
    );
    return GetStdHandle(STD_OUTPUT_HANDLE);
  },
  async module() {
    const name = process.argv[3] ?? "../mod.ts";
    const { kernel32 }: typeof import("../mod.ts") = await import(name);
    return kernel32.GetStdHandle(STD_OUTPUT_HANDLE);
  },
};

const way = WAYS[process.argv[2] ?? ""];
if (way === undefined) throw new Error("WAY is bare or module");
const start = performance.now();
const handle = await way();
const ms = performance.now() - start;
if (!handle) throw new Error("There is no standard output");
writeSync(1, JSON.stringify({ ms }));
