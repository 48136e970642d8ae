import process from "node:process";

/** The runtimes that tests run on. */
export type Runtime = "bun" | "deno" | "node";

/** The one that this test runs on. */
export const runtime: Runtime = process.versions["bun"] !== undefined
  ? "bun"
  : process.versions["deno"] !== undefined
  ? "deno"
  : "node";

/** Whether kernel32 can be called: Node cannot do that, on Windows either. */
export const onWindows: boolean = process.platform === "win32" &&
  runtime !== "node";
