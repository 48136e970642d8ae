// portable

import { test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import type { BunFfiModule } from "../../ffi/bun.ts";
import type { DenoModule } from "../../ffi/deno.ts";
import {
  type RuntimeGlobals,
  runtimeVersion,
  selectBackend,
} from "../../ffi/select.ts";
import { kernel32 } from "../../src/raw.ts";
import { onWindows } from "../support/runtime.ts";

/** Nothing of a runtime's module is to be touched by the selection. */
function untouchable(): never {
  throw new Error("The selection loads nothing");
}

const bunFfi: BunFfiModule = {
  dlopen: untouchable,
  linkSymbols: untouchable,
  ptr: untouchable,
  toArrayBuffer: untouchable,
};

const Deno: DenoModule = {
  build: { arch: "x86_64", os: "windows" },
  dlopen: untouchable,
  UnsafeFnPointer: class {
    call = untouchable;
  },
  UnsafePointer: {
    create: untouchable,
    of: untouchable,
    value: untouchable,
  },
  UnsafePointerView: { getArrayBuffer: untouchable },
};

const inDeno = {
  Deno,
  process: {
    arch: "x64",
    platform: "win32",
    getBuiltinModule: () => undefined,
  },
} satisfies RuntimeGlobals;

const inBun = {
  Bun: {},
  process: {
    arch: "x64",
    platform: "win32",
    getBuiltinModule: (name: string) => name === "bun:ffi" ? bunFfi : undefined,
  },
} satisfies RuntimeGlobals;

test("selectBackend() finds Deno", () => {
  assertEquals(selectBackend(inDeno).runtime, "deno");
});

test("selectBackend() finds Deno where there is no process", () => {
  assertEquals(selectBackend({ Deno }).runtime, "deno");
});

test("selectBackend() finds Bun", () => {
  assertEquals(selectBackend(inBun).runtime, "bun");
});

test("selectBackend() finds Bun where a shim has defined Deno", () => {
  assertEquals(selectBackend({ ...inBun, Deno }).runtime, "bun");
});

test("selectBackend() takes the processor from the runtime", () => {
  const arm64 = (globals: RuntimeGlobals) =>
    selectBackend(globals).architecture;
  assertEquals(
    [
      arm64({ Deno: { ...Deno, build: { arch: "aarch64", os: "windows" } } }),
      arm64({ Bun: {}, process: { ...inBun.process, arch: "arm64" } }),
      arm64(inDeno),
      arm64(inBun),
    ],
    ["arm64", "arm64", "x64", "x64"],
  );
});

test("selectBackend() asks Deno for nothing of Node", () => {
  const globals = {
    Deno,
    get process(): never {
      throw new Error("process was asked for");
    },
  };
  assertEquals(selectBackend(globals).runtime, "deno");
});

test("selectBackend() says that a system is not Windows, and names it", () => {
  const process = { ...inBun.process, platform: "linux" };
  const linux = { ...Deno, build: { arch: "x86_64", os: "linux" } };
  for (const globals of [{ Deno: linux }, { ...inBun, process }, { process }]) {
    const error = assertThrows(
      () => selectBackend(globals),
      Error,
      'kernel32.dll, which is part of Windows; this system is "linux"',
    );
    assertEquals(codeOf(error), "ERR_UNSUPPORTED_PLATFORM");
  }
});

test("selectBackend() names the versions that it needs where it knows no runtime", () => {
  const process = { ...inDeno.process };
  for (const globals of [{}, { process }]) {
    const error = assertThrows(
      () => selectBackend(globals),
      Error,
      "needs Deno 2.5, Bun 1.3 (1.4 on arm64) or a later version",
    );
    assertEquals(codeOf(error), "ERR_UNSUPPORTED_RUNTIME");
  }
});

test("selectBackend() takes Deno 2.5, Bun 1.3, on arm64 Bun 1.4, and later ones", () => {
  const deno = (version: string) => ({
    Deno: { ...Deno, version: { deno: version } },
  });
  const bun = (version: string, arch = "x64") => ({
    Bun: { version },
    process: { ...inBun.process, arch },
  });
  for (
    const globals of [
      ...["2.5.0", "2.10.1", "3.0.0"].map(deno),
      ...["1.3.0", "1.10.0", "2.0.0"].map((version) => bun(version)),
      bun("1.4.0", "arm64"),
    ]
  ) {
    selectBackend(globals);
  }
  for (
    const [globals, found] of [
      [deno("2.4.9"), "Deno 2.4.9"],
      [deno("1.46.3"), "Deno 1.46.3"],
      [bun("1.2.23"), "Bun 1.2.23"],
      [bun("0.9.0"), "Bun 0.9.0"],
      [bun("1.3.5", "arm64"), "Bun for arm64 1.3.5"],
    ] as const
  ) {
    const error = assertThrows(
      () => selectBackend(globals),
      Error,
      `it found ${found}`,
    );
    assertEquals(codeOf(error), "ERR_UNSUPPORTED_RUNTIME");
  }
});

test("`runtimeVersion()` names the runtime, which is Bun where both are defined", () => {
  const deno = { ...Deno, version: { deno: "2.9.5" } };
  assertEquals(runtimeVersion({ Deno: deno }), "deno 2.9.5");
  assertEquals(
    runtimeVersion({ Deno: deno, Bun: { version: "1.4.5" } }),
    "bun 1.4.5",
  );
  assertEquals(runtimeVersion({}), "unknown");
});

test("the first call, not the import, finds out that there is no kernel32", () => {
  if (onWindows) {
    assertEquals(kernel32.GetCurrentProcess() as bigint, 2n ** 64n - 1n);
  } else {
    assertThrows(
      () => kernel32.GetCurrentProcess(),
      Error,
      process.platform === "win32"
        ? "no foreign function interface"
        : "kernel32.dll, which is part of Windows",
    );
  }
});

function codeOf(error: Error): string | undefined {
  return (error as { code?: string }).code;
}
