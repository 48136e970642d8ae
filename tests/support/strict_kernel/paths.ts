import { ERROR_INVALID_NAME } from "../../../src/errors/codes.ts";
import { fail } from "./failure.ts";

/** The folder that relative paths start from. */
const CURRENT = "C:\\";

/**
 * Devices in every folder. COM10 and above are none: "… use the following syntax: \\\\.\\COM10", sdk CreateFileW
 * https://learn.microsoft.com/windows/win32/fileio/naming-a-file
 */
const DOS_DEVICE = /^(nul|con|(com|lpt)[1-9])$/i;

/** What a path names. */
export type PathName =
  | { readonly kind: "file"; readonly drive: string; readonly path: string }
  | { readonly kind: "device"; readonly name: string };

/**
 * Makes a path full. https://learn.microsoft.com/windows/win32/fileio/naming-a-file
 *
 * @returns The path with its drive, without "." and "..".
 */
export function fullPath(path: string): string {
  if (DOS_DEVICE.test(path)) return `\\\\.\\${path}`;
  if (path.startsWith("\\\\?\\") || path.startsWith("\\\\.\\")) return path;
  const slashed = path.replaceAll("/", "\\");
  const drive = /^[a-z]:/i.exec(slashed)?.[0] ?? CURRENT.slice(0, 2);
  const rest = /^[a-z]:/i.test(slashed) ? slashed.slice(2) : slashed;
  const names: string[] = [];
  for (const name of rest.split("\\")) {
    if (name === "..") names.pop();
    else if (name !== "" && name !== ".") names.push(name);
  }
  return `${drive}\\${names.join("\\")}`;
}

/** Finds out what a path names. */
export function parsePath(path: string): PathName {
  if (DOS_DEVICE.test(path)) {
    return { kind: "device", name: path.toLowerCase() };
  }
  const device = /^(?:\\\\\.|\\\?\?)\\(.+)$/.exec(path.replaceAll("/", "\\"))
    ?.[1];
  if (device !== undefined) {
    return { kind: "device", name: device.toLowerCase() };
  }
  const full = fullPath(path.replace(/^\\\\\?\\/, ""));
  // deno-lint-ignore no-control-regex -- reserved, too: the page above
  if (/[\x01-\x1f"<>|?*]/.test(full)) return fail(ERROR_INVALID_NAME);
  return {
    kind: "file",
    drive: full.slice(0, 2).toUpperCase(),
    path: full.slice(2).toLowerCase(),
  };
}
