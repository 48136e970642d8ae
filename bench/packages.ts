// The packages that the bench compares with. They are in bench/peers, if `npm ci` was run there.

import { createRequire } from "node:module";
import { SkippedError } from "./experiment.ts";
import type { Runtime } from "./schema.ts";
import type { Calls } from "./ways/calls.ts";

const require = createRequire(new URL("peers/", import.meta.url));

/** The package that is measured on each runtime. */
export const PACKAGES: Readonly<Record<Runtime, string | undefined>> = {
  deno: undefined,
  bun: "@bun-win32/kernel32",
  node: "koffi",
};

/** What is used of koffi. */
export interface Koffi {
  load(library: string): {
    func(name: string, result: string, parameters: string[]): unknown;
  };
  address(bytes: Uint8Array): bigint;
}

/** Returns why a package is not there. */
export function missing(name: string): string | undefined {
  try {
    require(name);
    return undefined;
  } catch (error) {
    const { message } = error as Error;
    return message.includes(name)
      ? `${name} is not installed: run \`npm ci\` in bench/peers`
      : `${name} cannot be loaded: ${message}`;
  }
}

/**
 * Loads koffi, which calls C from Node.
 *
 * @throws {SkippedError} If it is not installed.
 */
export function koffi(): Koffi {
  const why = missing("koffi");
  if (why !== undefined) throw new SkippedError(why);
  return require("koffi") as Koffi;
}

/** Loads the package that binds kernel32 for Bun. */
export function bunKernel32(): Calls["next"] {
  const loaded = require("@bun-win32/kernel32") as { default: Calls["next"] };
  return loaded.default;
}

/** Returns a package's version, where it is installed. */
export function packageVersion(name: string): string | undefined {
  try {
    const path = `./node_modules/${name}/package.json`;
    return (require(path) as { version: string }).version;
  } catch {
    return undefined;
  }
}
