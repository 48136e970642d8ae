/** Programs in C that are compiled for Windows and run there. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assertEquals } from "@std/assert";
import { provision } from "../../tools/windows/mod.ts";

/**
 * The headers of Windows and of C that the programs include, with all that the
 * newest Windows has which MinGW-w64 knows.
 */
export const HEADERS = `
#define _WIN32_WINNT 0x0A00
#define NTDDI_VERSION 0x0A00000C
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <windows.h>
#include <winioctl.h>
`;

/** Compiles a C program, runs it on Windows and returns the lines that it prints. */
export async function runC(source: string): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "kernel32-io-offsets-"));
  try {
    const file = join(folder, "generated.c");
    const program = join(folder, "generated.exe");
    await writeFile(file, source);
    const windows = await provision();
    await windows.compile([file], program);
    const { code, stdout } = await windows.run(program, [], {
      cwd: folder,
      stdout: "pipe",
      timeout: 60_000,
    });
    assertEquals(code, 0);
    return stdout.split(/\r?\n/).filter((line) => line !== "");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
