/** Options of a test that may take longer than the 5 seconds that `bun test` grants. */
export const LONG = { timeout: 900_000 };
