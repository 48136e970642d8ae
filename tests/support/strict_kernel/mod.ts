/**
 * Windows' kernel in memory: installs it under the module, and runs tests on it.
 *
 * @module
 */
import "../old_node.ts";
import { test } from "node:test";
import { useBackend } from "../../../ffi/thread.ts";
import { FakeBackend } from "../fake_backend.ts";
import { StrictKernel } from "./kernel.ts";

export { KernelViolation } from "./failure.ts";
export { StrictKernel } from "./kernel.ts";
export type { Operation } from "./operation.ts";
export type { Completion } from "./schedule.ts";

let installed: StrictKernel | undefined;

/** The strict kernel of this process; the module calls it from now on. */
export function strictKernel(): StrictKernel {
  if (installed !== undefined) return installed;
  const kernel = new StrictKernel();
  const functions = kernel.functions();
  const { VirtualAlloc, VirtualFree, SetLastError } = functions;
  const setUp = {
    VirtualAlloc,
    VirtualFree,
    SetLastError,
    // All libraries are one module.
    GetModuleHandleW: () => 1n,
  } as Record<string, NonNullable<typeof VirtualAlloc>>;
  const backend = new FakeBackend(
    functions,
    setUp,
    kernel.memory,
    (call, lastError) => kernel.callOnThread(call, lastError),
  );
  kernel.attach(backend);
  useBackend(backend);
  return installed = kernel;
}

/**
 * Runs a program on an empty drive C:. It fails if the program does what Windows leaves undefined, or leaves operations in
 * flight or handles open.
 */
export async function onStrictKernel(
  seed: number,
  run: (kernel: StrictKernel) => void | Promise<void>,
): Promise<void> {
  const kernel = strictKernel();
  kernel.reset(seed);
  const violated = new Promise<never>((_, reject) =>
    kernel.whenViolated = reject
  );
  violated.catch(() => {});
  try {
    await Promise.race([run(kernel), violated]);
  } finally {
    kernel.whenViolated = undefined;
  }
  kernel.verify();
}

/** Registers a test for each seed, as {@linkcode onStrictKernel} runs it. */
export function strictTest(
  name: string,
  run: (kernel: StrictKernel, seed: number) => void | Promise<void>,
  seeds: readonly number[] = [1],
): void {
  for (const seed of seeds) {
    test(
      seeds.length > 1 ? `${name}, seed ${seed}` : name,
      () => onStrictKernel(seed, (kernel) => run(kernel, seed)),
    );
  }
}
