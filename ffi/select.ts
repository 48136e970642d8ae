/**
 * Chooses the back end, on first use.
 *
 * @module
 */
import type { Architecture, Backend } from "./backend.ts";
import { type BunFfiModule, createBunBackend } from "./bun.ts";
import { createDenoBackend, type DenoModule } from "./deno.ts";

/** What this module looks for in the global scope of a runtime. */
export interface RuntimeGlobals {
  readonly Bun?: unknown;
  readonly Deno?: DenoModule;
  readonly process?: {
    readonly arch?: string;
    readonly platform?: string;
    getBuiltinModule?(name: string): unknown;
  };
}

/**
 * Chooses the back end of the runtime that the given globals belong to. Bun is
 * asked for first: compatibility layers define `Deno` in Bun, none the reverse.
 *
 * @throws {Error} If the system is not Windows or the runtime is not known.
 */
export function selectBackend(
  globals: RuntimeGlobals = globalThis as RuntimeGlobals,
): Backend {
  const { Bun, Deno } = globals;
  // Not asked for where it can be helped: for `process`, Deno would load all
  // that it has of Node.
  const process = Bun === undefined && Deno !== undefined
    ? undefined
    : globals.process;
  const bun = process?.getBuiltinModule?.("bun:ffi") as
    | BunFfiModule
    | undefined;
  const system = process?.platform ?? Deno?.build.os ?? "win32";
  if (system !== "win32" && system !== "windows") {
    throw new Error(
      "@kernel32/io calls kernel32.dll, which is part of Windows; this system " +
        `is "${system}". Structures, alignment and error tables work here, ` +
        "I/O does not.",
    );
  }
  if (bun !== undefined) {
    return createBunBackend(bun, process?.arch as Architecture);
  }
  if (Deno !== undefined) return createDenoBackend(Deno);
  throw new Error(
    "@kernel32/io found no foreign function interface: it needs Deno 2.5 or " +
      "Bun 1.3, or a later version",
  );
}
