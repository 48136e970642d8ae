import process from "node:process";
import type { Runtime } from "./schema.ts";

/** The runtime that this is. */
export const RUNTIME: Runtime = process.versions["bun"] !== undefined
  ? "bun"
  : process.versions["deno"] !== undefined
  ? "deno"
  : "node";
