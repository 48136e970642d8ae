// What docs/security.md says of the runtimes and of the module in a process.

import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { tempFolder } from "../support/temp_folder.ts";
import {
  lines,
  LONGEST_RUN,
  REPOSITORY,
  runProgram,
  RUNTIMES,
  windows,
} from "./both_runtimes.ts";
import { join } from "node:path";

const IMAGE_DLLCHARACTERISTICS_GUARD_CF = 0x4000;
const IMAGE_DEBUG_TYPE_EX_DLLCHARACTERISTICS = 20;
const RT_MANIFEST = 24;

/**
 * What the headers of a 64-bit program ask for.
 *
 * https://learn.microsoft.com/windows/win32/debug/pe-format
 */
function headersOf(path: string): {
  controlFlowGuard: boolean;
  /** The debug directory's types; CET is asked for in an entry of type 20. */
  debugTypes: number[];
  resourceTypes: number[];
} {
  const file = readFileSync(path);
  const coff = file.readUInt32LE(0x3C) + 4;
  const optional = coff + 20;
  const sections = optional + file.readUInt16LE(coff + 16);
  /** Finds where in the file a relative virtual address is. */
  const at = (address: number): number => {
    for (let i = 0; i < file.readUInt16LE(coff + 2); i++) {
      const section = sections + 40 * i;
      const offset = address - file.readUInt32LE(section + 12);
      if (offset >= 0 && offset < file.readUInt32LE(section + 16)) {
        return offset + file.readUInt32LE(section + 20);
      }
    }
    throw new Error(`${path} has no address ${address}`);
  };
  const directory = (index: number) => ({
    start: at(file.readUInt32LE(optional + 112 + 8 * index)),
    size: file.readUInt32LE(optional + 116 + 8 * index),
  });
  const [resources, debug] = [directory(2), directory(6)];
  const characteristics = file.readUInt16LE(optional + 70);
  return {
    controlFlowGuard:
      (characteristics & IMAGE_DLLCHARACTERISTICS_GUARD_CF) !== 0,
    debugTypes: Array.from(
      { length: debug.size / 28 },
      (_, i) => file.readUInt32LE(debug.start + 28 * i + 12),
    ),
    resourceTypes: Array.from(
      {
        length: file.readUInt16LE(resources.start + 12) +
          file.readUInt16LE(resources.start + 14),
      },
      (_, i) => file.readUInt32LE(resources.start + 16 + 8 * i),
    ),
  };
}

for (const runtime of RUNTIMES) {
  test(`${runtime}.exe asks neither for Control Flow Guard nor for a shadow stack`, async () => {
    const headers = headersOf(await windows.program(runtime));
    assertEquals(headers.controlFlowGuard, false);
    assertEquals(
      headers.debugTypes.includes(IMAGE_DEBUG_TYPE_EX_DLLCHARACTERISTICS),
      false,
    );
    assertEquals(
      headers.resourceTypes.includes(RT_MANIFEST),
      runtime === "bun",
    );
  });

  test(`${runtime}.exe takes no library of the current folder`, async () => {
    using folder = tempFolder();
    for (const name of ["kernel32", "ntdll", "advapi32", "ucrtbase"]) {
      writeFileSync(folder.file(`${name}.dll`), "no library");
    }
    const program = join(REPOSITORY, "tests/host/programs/libraries.ts");
    const { code, stdout, stderr } = await runProgram(runtime, [
      windows.path(program),
    ], { cwd: folder.path });
    assertEquals([code, lines(stdout)], [0, ["same-frame", "listens"]], stderr);
  });

  test(`programs that ${runtime}.exe starts have no handle of a file, unless it says so`, async () => {
    using folder = tempFolder();
    const sleep = runtime === "deno"
      ? ["eval", "setTimeout(() => {}, 600_000)"]
      : ["-e", "setTimeout(() => {}, 600_000)"];
    const results = [];
    for (const how of ["default", "inheritable"]) {
      const { stdout, stderr } = await windows.run(runtime, [
        ...runtime === "deno" ? ["run", "--quiet", "-A"] : ["run"],
        "tests/host/programs/inherited.ts",
        windows.path(folder.file(how)),
        how,
        windows.path(await windows.program(runtime)),
        ...sleep,
      ], {
        ...{ cwd: REPOSITORY, timeout: LONGEST_RUN },
        ...{ stdout: "pipe", stderr: "pipe" },
      });
      results.push(stdout.trim() || stderr);
    }
    assertEquals(results, ["ours alone", "ERROR_SHARING_VIOLATION"]);
  });
}
