import { assertEquals, assertThrows } from "@std/assert";
import { type OpenOptions, openSync, Win32Error } from "../../mod.ts";
import { assertNoHandleLeft } from "./handles.ts";

/** Asserts that a file cannot be opened, why, and that no handle is left. */
export function assertNotOpened(
  path: string | URL,
  options: OpenOptions,
  symbol: string,
): Win32Error {
  assertNoHandleLeft(() => {
    assertThrows(() => openSync(path, options), Win32Error, symbol);
  });
  const error = assertThrows(() => openSync(path, options), Win32Error);
  assertEquals(error.symbol, symbol);
  assertEquals(error.syscall, "CreateFileW");
  if (typeof path === "string") assertEquals(error.path, path);
  return error;
}
