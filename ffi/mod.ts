/**
 * Everything that knows a runtime or a calling convention.
 *
 * @module
 */
import { type Kernel32, type Prototype, prototypes } from "./kernel32.ts";
import { FrameTable } from "./lasterror.ts";
import { bindFunction, type BoundFunction } from "./marshal.ts";
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

/** Binds all prototypes; the system is asked for each on its first call. */
export function bindKernel32(): Kernel32 {
  const functions: Record<string, BoundFunction> = {};
  const all: Readonly<Record<string, Prototype>> = prototypes;
  for (const name in all) {
    functions[name] = bindFunction(name, all[name]!, frames);
  }
  for (const name of ["ReadFile", "WriteFile"] satisfies BufferTransferName[]) {
    functions[name] = bindTransfer(name, functions[name]!, frames);
  }
  return Object.freeze(functions) as unknown as Kernel32;
}
