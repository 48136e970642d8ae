import process from "node:process";

/** The seed that a test begins with: KERNEL32_IO_SEED, which repeats a failure, or one of its own. */
export const SEED: number = Number(
  process.env["KERNEL32_IO_SEED"] ?? Date.now() % 2 ** 31,
);
