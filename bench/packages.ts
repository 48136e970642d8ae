// The package that the bench compares with. It is in bench/peers, if `npm ci` was run there.

import { createRequire } from "node:module";
import type { Runtime } from "./schema.ts";
import type { Calls } from "./ways/calls.ts";

const require = createRequire(new URL("peers/", import.meta.url));

/** The package that binds kernel32 for Bun. */
export const PACKAGE = "@bun-win32/kernel32";

/** Returns why the package is not there. */
export function missing(): string | undefined {
  try {
    require(PACKAGE);
    return undefined;
  } catch (error) {
    const { message } = error as Error;
    return message.includes(PACKAGE)
      ? `${PACKAGE} is not installed: run \`npm ci\` in bench/peers`
      : `${PACKAGE} cannot be loaded: ${message}`;
  }
}

/** Loads the package. */
export function bunKernel32(): Calls["next"] {
  return (require(PACKAGE) as { default: Calls["next"] }).default;
}

/** Returns the version of the package by its name, if a runtime has it and it is installed. */
export function packageVersion(runtime: Runtime): Record<string, string> {
  if (runtime !== "bun") return {};
  try {
    const path = `./node_modules/${PACKAGE}/package.json`;
    return { [PACKAGE]: (require(path) as { version: string }).version };
  } catch {
    return {};
  }
}
