import type { Case, Operation, Runtime } from "../../bench/types.ts";

export const RUNTIMES: readonly Runtime[] = ["deno", "bun"];

const SIZES: Record<Operation, readonly number[]> = {
  "write": [0, 16, 4096, 65_536, 1_048_576],
  "read": [0, 16, 4096, 65_536, 1_048_576],
  "write at": [16, 4096, 65_536, 1_048_576],
  "read at": [16, 4096, 65_536, 1_048_576],
};

export const OPERATIONS = Object.keys(SIZES) as readonly Operation[];

/** Every case of the runtimes and operations given. */
export function casesOf(
  runtimes: readonly Runtime[],
  operations: readonly Operation[],
): Case[] {
  return runtimes.flatMap((runtime) =>
    operations.flatMap((operation) =>
      SIZES[operation].map((bytes) => ({ runtime, operation, bytes }))
    )
  );
}

/** Names a length as one says it. */
export function sizeName(bytes: number): string {
  if (bytes >= 2 ** 20) return `${bytes / 2 ** 20} MiB`;
  return bytes >= 1024 ? `${bytes / 1024} KiB` : `${bytes} B`;
}
