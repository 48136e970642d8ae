/**
 * Everything that knows a runtime or a calling convention.
 *
 * @module
 */
import type { Functions, Kernel32, Prototype } from "./kernel32.ts";
import { FrameTable } from "./lasterror.ts";
import { bindFunction, type BoundFunction } from "./marshal.ts";
import * as prototypes from "./prototypes.ts";
import { selectBackend } from "./select.ts";
import { bindTransfer, type BufferTransferName } from "./transfer.ts";

let table: FrameTable | undefined;

/**
 * The frames of this JS thread, made on first use.
 *
 * @throws {Error} If the system or the runtime cannot call kernel32.
 */
export function frames(): FrameTable {
  return table ??= new FrameTable(selectBackend());
}

/** Binds one function; the system is asked for it on its first call. */
export function bind<P extends Prototype>(
  name: string,
  prototype: P,
): Functions<{ f: P }>["f"] {
  return bindFunction(name, prototype, frames) as Functions<{ f: P }>["f"];
}

/** Binds all functions; the system is asked for each on its first call. */
export function bindKernel32(): Kernel32 {
  const functions: Record<string, BoundFunction> = {};
  for (const [name, prototype] of Object.entries(prototypes)) {
    functions[name] = bindFunction(name, prototype, frames);
  }
  for (const name of ["ReadFile", "WriteFile"] satisfies BufferTransferName[]) {
    functions[name] = bindTransfer(name, functions[name]!, frames);
  }
  return Object.freeze(functions) as unknown as Kernel32;
}
