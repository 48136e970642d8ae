import process from "node:process";

/** Finds out how this runtime tells the size of its heap, garbage included. */
export async function heapSizeOf(): Promise<() => number> {
  if (process.versions["bun"] === undefined) {
    return () => Deno.memoryUsage().heapUsed;
  }
  const jsc: string = "bun:jsc";
  const { heapStats } = await import(jsc) as {
    heapStats(): { heapCapacity: number };
  };
  return () => heapStats().heapCapacity;
}
