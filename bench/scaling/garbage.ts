import { Bun } from "../globals.ts";
import { RUNTIME } from "../runtime.ts";

type Collect = () => void;

let collect: Collect | undefined;

/** Collects garbage, so that what one way has left is not taken for another's. */
export async function collectGarbage(): Promise<void> {
  collect ??= await collector();
  collect();
}

async function collector(): Promise<Collect> {
  if (RUNTIME === "bun") return () => Bun.gc(true);
  const { setFlagsFromString } = await import("node:v8");
  const { runInNewContext } = await import("node:vm");
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as Collect;
}
