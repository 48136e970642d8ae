/** Programs in C that are compiled for Windows and run there. */
import { writeFile } from "node:fs/promises";
import { assertEquals } from "@std/assert";
import { provision } from "../../tools/windows/mod.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { LONGEST_RUN } from "./runtimes.ts";

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
  using folder = tempFolder();
  const file = folder.file("generated.c");
  const program = folder.file("generated.exe");
  await writeFile(file, source);
  const windows = await provision();
  await windows.compile([file], program);
  const { code, stdout } = await windows.run(program, [], {
    cwd: folder.path,
    stdout: "pipe",
    timeout: LONGEST_RUN,
  });
  assertEquals(code, 0);
  return stdout.split(/\r?\n/).filter((line) => line !== "");
}
