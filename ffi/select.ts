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
  readonly Bun?: { readonly version?: string };
  readonly Deno?: DenoModule & { readonly version?: { readonly deno: string } };
  readonly process?: {
    readonly arch?: string;
    readonly platform?: string;
    getBuiltinModule?(name: string): unknown;
  };
}

/** The oldest versions that run the module, as major and minor. */
const OLDEST_DENO = [2, 5] as const;
const OLDEST_BUN = [1, 3] as const;
/** Bun for arm64 has no foreign function interface before. */
const OLDEST_BUN_ARM64 = [1, 4] as const;

/**
 * Chooses the back end of the runtime that the given globals belong to. Bun is
 * asked for first: compatibility layers define `Deno` in Bun, none the reverse.
 *
 * @throws {Error} With the code ERR_UNSUPPORTED_PLATFORM if the system is not
 * Windows, ERR_UNSUPPORTED_RUNTIME if the runtime is not known or too old.
 */
export function selectBackend(
  globals: RuntimeGlobals = globalThis as RuntimeGlobals,
): Backend {
  const { Bun, Deno } = globals;
  // In Deno, reading `process` loads the runtime's whole Node layer.
  const process = Bun === undefined && Deno !== undefined
    ? undefined
    : globals.process;
  const system = process?.platform ?? Deno?.build.os ?? "win32";
  if (system !== "win32" && system !== "windows") {
    throw codedError(
      "ERR_UNSUPPORTED_PLATFORM",
      "@kernel32/io calls kernel32.dll, which is part of Windows; this system " +
        `is "${system}". Structures, alignment and error tables work here, ` +
        "I/O does not.",
    );
  }
  const bun = process?.getBuiltinModule?.("bun:ffi") as
    | BunFfiModule
    | undefined;
  if (bun !== undefined) {
    const isArm64 = process?.arch === "arm64";
    const oldest = isArm64 ? OLDEST_BUN_ARM64 : OLDEST_BUN;
    checkVersion(isArm64 ? "Bun for arm64" : "Bun", Bun?.version, oldest);
    return createBunBackend(bun, process?.arch as Architecture);
  }
  if (Deno !== undefined) {
    checkVersion("Deno", Deno.version?.deno, OLDEST_DENO);
    return createDenoBackend(Deno);
  }
  throw unsupportedError("no foreign function interface");
}

/** Returns the name and version of the runtime: "deno 2.9.5". */
export function runtimeVersion(
  { Bun, Deno }: RuntimeGlobals = globalThis as RuntimeGlobals,
): string {
  if (Bun !== undefined) return `bun ${Bun.version}`;
  return Deno === undefined ? "unknown" : `deno ${Deno.version?.deno}`;
}

function checkVersion(
  name: string,
  version: string | undefined,
  [oldestMajor, oldestMinor]: readonly [number, number],
): void {
  if (version === undefined) return;
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > oldestMajor || major === oldestMajor && minor >= oldestMinor) {
    return;
  }
  throw unsupportedError(`${name} ${version}`);
}

function unsupportedError(found: string): Error {
  return codedError(
    "ERR_UNSUPPORTED_RUNTIME",
    "@kernel32/io needs Deno 2.5, Bun 1.3 (1.4 on arm64) or a later version: " +
      `it found ${found}`,
  );
}

function codedError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
