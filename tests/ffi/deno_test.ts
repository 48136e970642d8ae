// portable

import { test } from "node:test";
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  createDenoBackend,
  type DenoForeignFunction,
  type DenoModule,
} from "../../ffi/deno.ts";

type Symbols = Parameters<DenoModule["dlopen"]>[1];

/** A `Deno` that records what it is asked for. */
function fakeDeno(): {
  deno: DenoModule;
  opened: [string, Symbols][];
  calls: [string, ...unknown[]][];
} {
  const opened: [string, Symbols][] = [];
  const calls: [string, ...unknown[]][] = [];
  const deno: DenoModule = {
    build: { arch: "x86_64", os: "windows" },
    dlopen(library, symbols) {
      opened.push([library, symbols]);
      const bound = Object.entries(symbols).map(([name, symbol]) => [
        name,
        "type" in symbol ? { export: name } : (...args: unknown[]) => {
          const context = symbol.parameters.join();
          calls.push([context, ...args]);
          return symbol.result === "u32" ? args[1] : undefined;
        },
      ]);
      return { symbols: Object.fromEntries(bound) };
    },
    UnsafeFnPointer: class {
      readonly call: (...words: bigint[]) => bigint;

      constructor(
        pointer: object,
        { parameters, result }: DenoForeignFunction,
      ) {
        const { export: name } = pointer as { export: string };
        this.call = (...words) => {
          calls.push([name, parameters.join(), result, ...words]);
          return 5n;
        };
      }
    },
    UnsafePointer: {
      create: (address) => address === 0n ? null : { address },
      of(view) {
        calls.push(["of", view]);
        return view.byteLength === 0 ? null : { address: 0x1234n };
      },
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

test("createDenoBackend() binds set-up code by addresses, without machine code for each function", () => {
  const { deno, opened, calls } = fakeDeno();
  const { CloseHandle, GetACP } = createDenoBackend(deno).bind(
    "kernel32.dll",
    { CloseHandle: 1, GetACP: 0 },
  );
  assertEquals(opened, [["kernel32.dll", {
    CloseHandle: { type: "pointer" },
    GetACP: { type: "pointer" },
  }]]);
  assertEquals([CloseHandle(7n), GetACP()], [5n, 5n]);
  assertEquals(calls, [
    ["CloseHandle", "u64", "u64", 7n],
    ["GetACP", "", "u64"],
  ]);
});

test("createDenoBackend() binds functions of 64-bit words closely", () => {
  const { deno, opened } = fakeDeno();
  createDenoBackend(deno).bindClosely("kernel32.dll", {
    CloseHandle: 1,
    GetACP: 0,
  });
  assertEquals(opened, [["kernel32.dll", {
    CloseHandle: { parameters: ["u64"], result: "u64" },
    GetACP: { parameters: [], result: "u64" },
  }]]);
});

/** Checks that every prototype was opened once, and that all are of bsearch_s. */
function assertSearches(opened: [string, Symbols][], count: number): void {
  assertEquals(opened.length, count);
  const prototypes = opened.map(([library, symbols]) => {
    assertEquals(library, "ucrtbase.dll");
    const [prototype, ...others] = Object.values(symbols);
    assertEquals(others, []);
    assertEquals((prototype as DenoForeignFunction).name, "bsearch_s");
    return JSON.stringify(prototype);
  });
  assertEquals(new Set(prototypes).size, count);
}

test("createDenoBackend() gives bsearch_s one element, a key and the routine", () => {
  const { deno, opened, calls } = fakeDeno();
  const caller = createDenoBackend(deno).frameCaller(0x7000n);
  assertEquals(opened.length, 1, "all but callAside are bound at once");
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
      assertEquals((prototype as DenoForeignFunction).name, "bsearch_s");
    }
  }
  const search = [0x5000n, 1n, 1n, 0x7000n];
  const [[, none] = []] = calls;
  assertEquals(none, new Uint8Array(8));
  assertEquals(calls.slice(0, 4), [
    // bsearch_s allows no null key.
    ["buffer,u64,u64,u64,u64,buffer", none, ...search, null],
    ["buffer,u64,u64,u64,u64,buffer", key, ...search, null],
    ["buffer,u64,u64,u64,u64,buffer", key, ...search, context],
    ["u64,u64,u64,u64,u64,u64", 0x5000n, ...search, 0n],
  ]);
});

test("createDenoBackend() gives bsearch_s a transfer's handle, memory and length", () => {
  const { deno, opened, calls } = fakeDeno();
  const transfer = createDenoBackend(deno).transferCaller(0x7000n);
  const bytes = new Uint8Array(8);
  assertEquals(transfer(0x84, bytes, 5), true);
  assertSearches(opened, 1);
  assertEquals(calls, [
    ["buffer,u32,u64,u64,u64,i32", bytes, 5, 1n, 1n, 0x7000n, 0x84],
  ]);
});

test("createDenoBackend() asks for the address of memory that comes again, once", () => {
  const { deno, opened, calls } = fakeDeno();
  const backend = createDenoBackend(deno);
  const transfer = backend.transferCaller(0x7000n);
  const [bytes, others] = [new Uint8Array(8), new Uint8Array(8)];
  const kinds = (views: Uint8Array[]) => {
    calls.length = 0;
    for (const view of views) transfer(0x84, view, 8);
    return calls.map(([kind, key]) =>
      kind === "of" ? "asked" : key === 0x1234n ? "address" : "buffer"
    );
  };
  assertEquals(kinds([bytes, bytes, bytes, bytes]), [
    ...["buffer", "asked", "address", "address", "address"],
  ]);
  assertEquals(kinds([others, bytes, others, bytes, others, bytes]), [
    ...["buffer", "address", "asked", "address", "address", "address"],
    "address",
  ]);
  // What is new each time is not asked for.
  const parts = [1, 2, 3, 4].map((length) => bytes.subarray(0, length));
  assertEquals(kinds(parts), Array(4).fill("buffer"));
  assertSearches(opened, 2);
});

test("createDenoBackend() keeps no large buffer alive", () => {
  const { deno, calls } = fakeDeno();
  const transfer = createDenoBackend(deno).transferCaller(0x7000n);
  const part = new Uint8Array(2 ** 20 + 1).subarray(0, 8);
  for (let i = 0; i < 4; i++) transfer(0x84, part, 8);
  assertEquals(calls.every(([kind]) => kind !== "of"), true);
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
  const kind = (key: string) => `${key},u32,u64,u64,u64,i32`;
  assertEquals(calls.filter(([name]) => name !== "of"), [
    [kind("buffer"), known, ...search],
    ...new Array(3).fill([kind("u64"), 0x1234n, ...search]),
    ...new Array(4).fill([kind("buffer"), refused, ...search]),
    [kind("u64"), 0x1234n, ...search],
  ]);
});
