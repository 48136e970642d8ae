// portable

import { test } from "node:test";
import { assertEquals, assertStrictEquals } from "@std/assert";
import {
  type BunFfiModule,
  type BunForeignFunction,
  createBunBackend,
} from "../../ffi/bun.ts";

type Symbols = Readonly<Record<string, BunForeignFunction>>;

/** A `bun:ffi` that records what it is asked for. */
function fakeBun(): {
  ffi: BunFfiModule;
  opened: [string | undefined, Symbols][];
  calls: [string, ...unknown[]][];
} {
  const opened: [string | undefined, Symbols][] = [];
  const calls: [string, ...unknown[]][] = [];
  const open = (library: string | undefined, symbols: Symbols) => {
    opened.push([library, symbols]);
    const bound = Object.keys(symbols).map((name) => [
      name,
      (...args: unknown[]) => void calls.push([name, ...args]),
    ]);
    return { symbols: Object.fromEntries(bound) };
  };
  const ffi: BunFfiModule = {
    dlopen: open,
    linkSymbols: (symbols) => open(undefined, symbols),
    ptr: () => 0x7FFF_1234_5678,
    toArrayBuffer: (address, offset, byteLength) => {
      calls.push(["toArrayBuffer", address, offset]);
      return new ArrayBuffer(byteLength);
    },
  };
  return { ffi, opened, calls };
}

test("createBunBackend() loads nothing", () => {
  const { ffi, opened } = fakeBun();
  createBunBackend(ffi, "x64");
  assertEquals(opened, []);
});

test("createBunBackend() binds functions of 64-bit words", () => {
  const { ffi, opened } = fakeBun();
  createBunBackend(ffi, "x64").bind("kernel32.dll", {
    CloseHandle: 1,
    GetACP: 0,
  });
  assertEquals(opened, [["kernel32.dll", {
    CloseHandle: { args: ["u64"], returns: "u64" },
    GetACP: { args: [], returns: "u64" },
  }]]);
});

test("createBunBackend() calls the routine by its address, without a detour", () => {
  const { ffi, opened, calls } = fakeBun();
  const caller = createBunBackend(ffi, "x64").routineCaller(0x7000n);
  const key = new Uint8Array(1);
  const context = new Uint8Array(2);
  const block = caller.bind(0x5000n);
  block.call0();
  block.call1(key);
  block.call2(key, context);
  for (const { ptr, returns } of Object.values(opened[0]![1])) {
    assertEquals([ptr, returns], [0x7000n, "void"]);
  }
  assertEquals(calls, [
    ["call", null, null, 0x5000n],
    ["call", null, key, 0x5000n],
    ["call", context, key, 0x5000n],
  ]);
});

test("createBunBackend() asks for a view's buffer before it takes its address, and not by the view's own property", () => {
  const { ffi } = fakeBun();
  const backend = createBunBackend(ffi, "x64");
  class Liar extends Uint8Array {
    override get buffer(): ArrayBuffer {
      throw new Error("A property of the view was asked for");
    }
    override get byteLength(): number {
      return 0;
    }
  }
  assertStrictEquals(backend.addressOf(new Liar(8)), 0x7FFF_1234_5678n);
});

test("createBunBackend() gives an empty view the address 0", () => {
  const backend = createBunBackend(fakeBun().ffi, "x64");
  assertStrictEquals(backend.addressOf(new Uint8Array(0)), 0n);
});

test("createBunBackend() passes addresses as numbers, which hold 47 bits", () => {
  const { ffi, calls } = fakeBun();
  const backend = createBunBackend(ffi, "x64");
  assertEquals(backend.memory(0x7FFF_FFFF_FFFFn, 16).byteLength, 16);
  assertEquals(calls, [["toArrayBuffer", 0x7FFF_FFFF_FFFF, 0]]);
});
