/**
 * Everything that knows a runtime or a calling convention.
 *
 * @module
 */
import type { Backend } from "./backend.ts";
import type { Functions, Prototype } from "./kernel32.ts";
import { FrameTable } from "./lasterror.ts";
import { bindFunction } from "./marshal.ts";
import { selectBackend } from "./select.ts";

let table: FrameTable | undefined;

/**
 * The frames of this JS thread, made on first use.
 *
 * @throws {Error} If the system or the runtime cannot call kernel32.
 */
export function frames(): FrameTable {
  return table ??= new FrameTable(selectBackend());
}

/** Installs a back end other than the runtime's, before the first call: the seam for tests. */
export function installBackend(backend: Backend): void {
  if (table !== undefined) throw new Error("A back end is in use already");
  table = new FrameTable(backend);
}

/** Binds one function; the system is asked for it on its first call. */
export function bind<P extends Prototype>(
  name: string,
  prototype: P,
): Functions<{ f: P }>["f"] {
  return bindFunction(name, prototype, frames) as Functions<{ f: P }>["f"];
}
