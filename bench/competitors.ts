import type { Competitor } from "./competitor.ts";
import { bare } from "./competitors_bare.ts";
import { native } from "./competitors_native.ts";
import { raw, syncFile } from "./competitors_ours.ts";
import { fsFile, nodeFs } from "./competitors_runtime.ts";
import type { Operation, Runtime } from "./types.ts";

/** Returns who takes part in a runtime. */
export function competitorsFor(
  runtime: Runtime,
  operation: Operation,
): Competitor[] {
  const all = [native, bare, raw, syncFile];
  if (runtime === "deno" && !operation.endsWith(" at")) all.push(fsFile);
  return [...all, nodeFs];
}
