// portable

import { test } from "node:test";
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { workerCaller } from "../../ffi/worker.ts";
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
          calls.push([symbol.parameters.join(), ...args]);
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

test("createDenoBackend() binds functions of 64-bit words to be called fast", () => {
  const { deno, opened } = fakeDeno();
  createDenoBackend(deno).bindFast("kernel32.dll", {
    CloseHandle: 1,
    GetACP: 0,
  });
  assertEquals(opened, [["kernel32.dll", {
    CloseHandle: { parameters: ["u64"], result: "u64" },
    GetACP: { parameters: [], result: "u64" },
  }]]);
});

test("createDenoBackend() gives bsearch_s one element, a key and the routine", () => {
  const { deno, opened, calls } = fakeDeno();
  const caller = createDenoBackend(deno).routineCaller(0x7000n);
  assertEquals(opened.length, 1, "all but calls on other threads are bound");
  const key = new Uint8Array(1);
  const context = new Uint8Array(2);
  const block = caller.bind(0x5000n);
  block.call0();
  block.call1(key);
  block.call2(key, context);
  assertEquals(opened.length, 1);
  const callOnThread = caller.bindThreadCaller(workerCaller);
  assertEquals(opened.length, 2);
  callOnThread(0x5000n);
  callOnThread(0x5000n);
  assertEquals(opened.length, 2, "the calls themselves bind nothing");
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

test("createDenoBackend() says how to allow calls by address, and keeps Deno's error", () => {
  const { deno } = fakeDeno();
  const refusal = new Error("Requires ffi access, run again with --allow-ffi");
  const backend = createDenoBackend({
    ...deno,
    UnsafeFnPointer: class {
      constructor() {
        throw refusal;
      }
      call(): bigint {
        return 0n;
      }
    },
  });
  const error = assertThrows(
    () => backend.bind("kernel32.dll", { CloseHandle: 1 }),
    Error,
    "--allow-ffi alone, without a list of libraries",
  );
  assertStrictEquals(error.cause, refusal);
});

test("createDenoBackend() says how to allow libraries that Deno looks for elsewhere", () => {
  const { deno } = fakeDeno();
  const open = (failure: Error) => {
    const dlopen = () => {
      throw failure;
    };
    const backend = createDenoBackend({ ...deno, dlopen });
    return assertThrows(
      () => backend.bind("kernel32.dll", { CloseHandle: 1 }),
      Error,
    );
  };
  const missing = new Error("Could not open library: Module not found.");
  const error = open(missing);
  assertEquals(error.message.includes("without a list of libraries"), true);
  assertStrictEquals(error.cause, missing);
  const refusal = new Error('Requires ffi access to "kernel32.dll"');
  assertStrictEquals(open(refusal), refusal);
});
