import process from "node:process";
import type { Runtime } from "./schema.ts";

/** The runtime that this is. */
export const RUNTIME: Runtime = process.versions["bun"] === undefined
  ? "deno"
  : "bun";

/** What a runtime gets before a program of the bench. */
export const WORDS: Readonly<Record<Runtime, readonly string[]>> = {
  deno: ["run", "--quiet", "--no-check", "--no-lock", "--allow-all"],
  bun: ["run"],
};
