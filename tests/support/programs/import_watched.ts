// Counts how often the runtime's foreign function interface is asked for: after
// the import, and after the first call.

import process from "node:process";

let asked = 0;
const { getBuiltinModule } = process;
process.getBuiltinModule = (name: string) => {
  if (name === "bun:ffi") asked++;
  return getBuiltinModule.call(process, name);
};
const { Deno } = globalThis as { Deno?: { dlopen: unknown } };
if (Deno !== undefined) {
  const { dlopen } = Deno as { dlopen: (...args: unknown[]) => unknown };
  Deno.dlopen = (...args: unknown[]) => {
    asked++;
    return dlopen(...args);
  };
}

const { kernel32 } = await import("../../../src/raw.ts");
await import("../../../mod.ts");
console.log(`after the import: ${asked}`);
kernel32.GetCurrentProcess();
console.log(`after a call: ${asked > 0 ? "some" : asked}`);
