// The packages that the bench compares with. They are in bench/peers, if `npm ci` was run there.

import { createRequire } from "node:module";
import { SkippedError } from "./experiment.ts";
import type { Runtime } from "./schema.ts";

const INSTALL = "run `npm ci` in bench/peers";
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

/** What is used of @bun-win32/kernel32. */
export interface BunKernel32 {
  readonly ReadFile: BunTransfer;
  readonly WriteFile: BunTransfer;
}

type BunTransfer = (
  file: bigint,
  bytes: unknown,
  length: number,
  done: unknown,
  overlapped: unknown,
) => number;

/** A package, or why it is not there. */
type Peer<Module> = { module: Module } | { missing: string };

/** Loads koffi, which calls C from Node. */
export function koffi(): Peer<Koffi> {
  return load("koffi", (loaded) => loaded as Koffi);
}

/**
 * Loads koffi for what can't be done without.
 *
 * @throws {SkippedError} If it is not installed.
 */
export function installedKoffi(): Koffi {
  const peer = koffi();
  if ("missing" in peer) throw new SkippedError(peer.missing);
  return peer.module;
}

/** Loads the package that binds kernel32 for Bun. */
export function bunKernel32(): Peer<BunKernel32> {
  return load(
    "@bun-win32/kernel32",
    (loaded) => (loaded as { default: BunKernel32 }).default,
  );
}

/** Tells a package's version. */
export function packageVersion(name: string): string | undefined {
  try {
    return (require(`./node_modules/${name}/package.json`) as {
      version: string;
    }).version;
  } catch {
    return undefined;
  }
}

function load<Module>(
  name: string,
  pick: (loaded: unknown) => Module,
): Peer<Module> {
  try {
    return { module: pick(require(name)) };
  } catch (error) {
    const { message } = error as Error;
    return message.includes(name)
      ? { missing: `${name} is not installed: ${INSTALL}` }
      : { missing: `${name} cannot be loaded: ${message}` };
  }
}
