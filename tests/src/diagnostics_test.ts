import { readFileSync } from "node:fs";
import process from "node:process";
import { test } from "node:test";
import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  connectPipe,
  diagnostics,
  fromHandle,
  listenPipe,
  openSync,
} from "../../mod.ts";
import { isWine } from "../../ffi/ntdll.ts";
import { overlappedPipe } from "../support/overlapped_pipes.ts";
import { pipeName } from "../support/pipes.ts";
import { runtime } from "../support/runtime.ts";
import { tempFolder } from "../support/temp_folder.ts";

// Before the first call.
const before = diagnostics();

const options = { read: true, write: true, create: true } as const;

test("`diagnostics()` knows the versions before the first call, and loads nothing", () => {
  const { version } = JSON.parse(
    readFileSync(new URL("../../deno.json", import.meta.url), "utf8"),
  );
  assertEquals(before, {
    module: version,
    runtime: `${runtime} ${process.versions[runtime]}`,
    architecture: undefined,
    system: undefined,
    lastErrorCapture: undefined,
    openFiles: 0,
    pendingOperations: 0,
    droppedPackets: 0,
    pooledMemory: 0,
  });
  assertEquals(diagnostics(), before);
});

test("`diagnostics()` names the system and the capture after the first call", () => {
  using folder = tempFolder();
  using _file = openSync(folder.file("a"), options);
  const { architecture, system, lastErrorCapture } = diagnostics();
  assertEquals(architecture, process.arch);
  assertMatch(system!, /^(?:Wine as )?Windows 10\.\d\.\d{5}$/);
  assertEquals(system!.startsWith("Wine"), isWine());
  assertEquals(lastErrorCapture, "same-frame");
});

test("`diagnostics()` counts open files, of handles that are not owned, too", () => {
  using folder = tempFolder();
  const file = openSync(folder.file("a"), options);
  assertEquals(diagnostics().openFiles, 1);
  const same = fromHandle(file.handle, { owned: false });
  assertEquals(diagnostics().openFiles, 2);
  same.close();
  file.close();
  assertEquals(diagnostics().openFiles, 0);
});

test("`diagnostics()` counts connections as open files", async () => {
  const name = pipeName();
  const listener = listenPipe(name);
  const client = await connectPipe(name);
  const server = await listener.accept();
  assertEquals(diagnostics().openFiles, 2);
  await client.close();
  assertEquals(diagnostics().openFiles, 1);
  await server.close();
  assertEquals(diagnostics().openFiles, 0);
  await listener.close();
});

test("`diagnostics()` counts pending operations and pooled memory", async () => {
  await using pipe = await overlappedPipe();
  const { server, client } = pipe;
  const read = server.read(new Uint8Array(5000));
  assertEquals(diagnostics().pendingOperations, 1);
  await client.write(new Uint8Array(10));
  assertEquals(await read, 10);
  const { pendingOperations, droppedPackets, pooledMemory } = diagnostics();
  assertEquals([pendingOperations, droppedPackets], [0, 0]);
  assert(pooledMemory >= 5000, `${pooledMemory} bytes`);
});
