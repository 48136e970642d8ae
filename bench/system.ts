import { release, version } from "node:os";
import process from "node:process";
import { Deno } from "./globals.ts";
import { koffi } from "./packages.ts";
import { RUNTIME } from "./runtime.ts";

/** Names the system: "Wine 10.0" or "Windows 11 Pro 10.0.22631". */
export function systemName(): string {
  const wine = wineVersion();
  return wine === undefined ? `${version()} ${release()}` : `Wine ${wine}`;
}

const NTDLL = "ntdll.dll";
const FUNCTION = "wine_get_version";

/** What is used of `bun:ffi` for a function that returns a text. */
interface BunTexts {
  dlopen(
    library: string,
    symbols: Record<string, { args: string[]; returns: string }>,
  ): { symbols: Record<string, () => { toString(): string }> };
}

/** Asks Wine's ntdll, which has a function that Windows has not. */
function wineVersion(): string | undefined {
  try {
    if (RUNTIME === "deno") {
      const { symbols } = Deno.dlopen(NTDLL, {
        [FUNCTION]: { parameters: [], result: "pointer" },
      });
      const text = (symbols[FUNCTION] as () => object)();
      const { getCString } = Deno.UnsafePointerView;
      return getCString(text);
    }
    if (RUNTIME === "bun") {
      const ffi = process.getBuiltinModule("bun:ffi") as unknown as BunTexts;
      const { symbols } = ffi.dlopen(NTDLL, {
        [FUNCTION]: { args: [], returns: "cstring" },
      });
      return symbols[FUNCTION]!().toString();
    }
    const peer = koffi();
    if ("missing" in peer) return undefined;
    const call = peer.module.load(NTDLL).func(FUNCTION, "const char *", []);
    return (call as () => string)();
  } catch {
    return undefined; // Windows itself
  }
}
