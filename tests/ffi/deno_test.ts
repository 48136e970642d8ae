// portable

import { test } from "node:test";
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  createDenoBackend,
  type DenoForeignFunction,
  type DenoModule,
} from "../../ffi/deno.ts";

/** A `Deno` that records what it is asked for. */
function fakeDeno(): {
  deno: DenoModule;
  opened: [string, Readonly<Record<string, DenoForeignFunction>>][];
  calls: [string, ...unknown[]][];
} {
  const opened: [string, Readonly<Record<string, DenoForeignFunction>>][] = [];
  const calls: [string, ...unknown[]][] = [];
  const deno: DenoModule = {
    build: { arch: "x86_64", os: "windows" },
    dlopen(library, symbols) {
      opened.push([library, symbols]);
      const bound = Object.keys(symbols).map((name) => [
        name,
        (...args: unknown[]) => void calls.push([name, ...args]),
      ]);
      return { symbols: Object.fromEntries(bound) };
    },
    UnsafePointer: {
      create: (address) => address === 0n ? null : { address },
      of: (view) => view.byteLength === 0 ? null : { address: 0x1234n },
      value: (pointer) =>
        pointer === null ? 0 : (pointer as { address: bigint }).address,
    },
    UnsafePointerView: {
      getArrayBuffer: (_, byteLength) => new ArrayBuffer(byteLength),
    },
  };
  return { deno, opened, calls };
}

test("createDenoBackend() loads nothing", () => {
  const { deno, opened } = fakeDeno();
  createDenoBackend(deno);
  assertEquals(opened, []);
});

test("createDenoBackend() binds functions of 64-bit words", () => {
  const { deno, opened } = fakeDeno();
  createDenoBackend(deno).bind("kernel32.dll", { CloseHandle: 1, GetACP: 0 });
  assertEquals(opened, [["kernel32.dll", {
    CloseHandle: { parameters: ["u64"], result: "u64" },
    GetACP: { parameters: [], result: "u64" },
  }]]);
});

test("createDenoBackend() gives bsearch_s one element, a key and the routine", () => {
  const { deno, opened, calls } = fakeDeno();
  const caller = createDenoBackend(deno).frameCaller(0x7000n);
  const key = new Uint8Array(1);
  const context = new Uint8Array(2);
  const block = caller.bind(0x5000n);
  block.call0();
  block.call1(key);
  block.call2(key, context);
  assertEquals(opened.length, 1, "callAside is bound when it is called");
  caller.callAside?.(0x5000n);
  caller.callAside?.(0x5000n);
  assertEquals(opened.length, 2, "callAside is bound once");
  for (const [library, prototypes] of opened) {
    assertEquals(library, "ucrtbase.dll");
    for (const prototype of Object.values(prototypes)) {
      assertEquals(prototype.name, "bsearch_s");
    }
  }
  const search = [0x5000n, 1n, 1n, 0x7000n];
  assertEquals(calls, [
    // bsearch_s allows no null key.
    ["call0", 0x5000n, ...search, 0n],
    ["call1", key, ...search, 0n],
    ["call2", key, ...search, context],
    ["callAside", 0x5000n, ...search, 0n],
    ["callAside", 0x5000n, ...search, 0n],
  ]);
  assertEquals(opened[1]![1]["callAside"]?.nonblocking, true);
  assertEquals(opened[0]![1]["call0"]?.nonblocking, false);
});

test("createDenoBackend() gives addresses as bigints", () => {
  const backend = createDenoBackend(fakeDeno().deno);
  assertStrictEquals(backend.addressOf(new Uint8Array(1)), 0x1234n);
  assertStrictEquals(backend.addressOf(new Uint8Array(0)), 0n);
});

test("createDenoBackend() has no memory at address 0", () => {
  const backend = createDenoBackend(fakeDeno().deno);
  assertEquals(backend.memory(0x1000n, 16).byteLength, 16);
  assertThrows(() => backend.memory(0n, 16), RangeError, "address 0");
});

test("createDenoBackend() uses no address that it was not given", () => {
  const { deno, calls } = fakeDeno();
  const refused = new Uint8Array(8);
  const { of } = deno.UnsafePointer;
  const backend = createDenoBackend({
    ...deno,
    UnsafePointer: {
      ...deno.UnsafePointer,
      of: (view) => {
        if (view === refused) throw new Error("Requires ffi access");
        return of(view);
      },
    },
  });
  const transfer = backend.transferCaller(0x7000n);
  const known = new Uint8Array(8);
  for (const bytes of [known, refused]) {
    for (let i = 0; i < 4; i++) transfer(0x84, bytes, 8);
  }
  transfer(0x84, known, 8);
  const search = [8, 1n, 1n, 0x7000n, 0x84];
  assertEquals(calls, [
    ["withBytes", known, ...search],
    ["withBytes", known, ...search],
    ["withAddress", 0x1234n, ...search],
    ["withAddress", 0x1234n, ...search],
    ...new Array(4).fill(["withBytes", refused, ...search]),
    ["withAddress", 0x1234n, ...search],
  ]);
});
