/**
 * Compares constants, error codes and status values with the compiler's headers
 * for Windows, and the translation of statuses with the system's.
 */
import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { win32Codes } from "../../src/errors/codes.ts";
import { ntStatuses, win32CodeOfStatus } from "../../src/errors/ntstatus.ts";
import * as raw from "../../src/raw.ts";
import { HEADERS, runC } from "./c_program.ts";

test("every constant of the raw layer has the value of the headers", async () => {
  const constants = new Map(
    Object.entries(raw).filter((entry): entry is [string, number] =>
      typeof entry[1] === "number"
    ),
  );
  const names = [...constants.keys()];
  assert(names.length > 160, `only ${names.length} constants`);
  // Required, since some are members of an enum, which #ifdef does not see.
  const defined = await valuesOf(HEADERS, names, { required: true });
  for (const [name, value] of constants) {
    // Win32 has them as DWORDs; STD_INPUT_HANDLE is ((DWORD)-10).
    assertEquals(value >>> 0, defined.get(name), name);
  }
});

test("the codes of the error table are those of winerror.h", async () => {
  const codes = [...win32Codes()];
  const symbols = codes.map(([, symbol]) => symbol);
  const defined = await valuesOf(HEADERS, symbols);
  for (const [code, symbol] of codes) {
    assertEquals(defined.get(symbol) ?? code, code, symbol);
  }
  // MinGW-w64's header knows few of the codes that came after Windows 7.
  assert(defined.size > 220, `only ${defined.size} symbols were compared`);
});

test("the values of the status table are those of ntstatus.h", async () => {
  const statuses = [...ntStatuses()];
  const headers = `
    #define WIN32_NO_STATUS
    ${HEADERS}
    #undef WIN32_NO_STATUS
    #include <ntstatus.h>`;
  const symbols = statuses.map(([, symbol]) => symbol);
  const defined = await valuesOf(headers, symbols);
  for (const [status, symbol] of statuses) {
    assertEquals(defined.get(symbol) ?? status, status, symbol);
  }
  assert(defined.size > 150, `only ${defined.size} symbols were compared`);
});

test("win32CodeOfStatus() gives what RtlNtStatusToDosError gives", async () => {
  const wrapped = [
    0xc0010005,
    0xc0070005,
    0x80070005,
    0xd0000011,
    0xd0000120,
    0xe0000001,
    0x20000005,
    0xf0000011,
    0x8001ffff,
    0xc0ff0001,
    0x50000103,
    0x00070005,
  ];
  const statuses = [...[...ntStatuses()].map(([status]) => status), ...wrapped];
  const lines = await runC(`${HEADERS}
    static const uint32_t statuses[] = { ${statuses.join("u, ")}u };
    int main(void) {
      ULONG (WINAPI *translate)(LONG) = (void *)GetProcAddress(
        GetModuleHandleA("ntdll.dll"), "RtlNtStatusToDosError");
      for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        printf("%lu\\n", translate((LONG)statuses[i]));
      return 0;
    }`);
  assertEquals(lines.length, statuses.length);
  // A system older than a status answers ERROR_MR_MID_NOT_FOUND for it.
  const unknown: number[] = [];
  statuses.forEach((status, index) => {
    const answer = Number(lines[index]);
    const ours = win32CodeOfStatus(status);
    if (answer === 317 && ours !== 317) unknown.push(status);
    else assertEquals(ours, answer, `0x${status.toString(16)}`);
  });
  assert(unknown.length < 40, `unknown here: ${unknown}`);
});

/**
 * Returns the values, as 32-bit numbers, that headers give to names. A name that
 * is not a macro is left out, unless all names are required.
 */
async function valuesOf(
  headers: string,
  names: readonly string[],
  { required = false } = {},
): Promise<Map<string, number>> {
  const lines = await runC(`${headers}
    int main(void) {
      ${names.map((name) => printing(name, required)).join("")}
      return 0;
    }`);
  return new Map(lines.map((line) => {
    const [name = "", value] = line.split(" ");
    return [name, Number(value)];
  }));
}

function printing(name: string, required: boolean): string {
  const print = `printf("${name} %lu\\n", (unsigned long)(${name}));`;
  return required ? print : `\n#ifdef ${name}\n${print}\n#endif\n`;
}
