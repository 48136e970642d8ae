/**
 * Paths as CreateFileW takes them.
 *
 * @module
 */
import * as kernel32 from "../../ffi/prototypes.ts";
import { textOf } from "../../ffi/utf16.ts";
import { argumentError } from "../errors/describe.ts";
import { Win32Error } from "../errors/win32_error.ts";

/**
 * "There is an additional limit … for the maximum length of a directory path:
 * MAX_PATH - enough space for an 8.3 filename": from here on a path needs the
 * prefix that switches the limit off.
 * https://learn.microsoft.com/windows/win32/fileio/maximum-file-path-limitation
 */
const LONG_PATH = 248;

/** With the NUL behind it, a path has at most 32,767 characters. */
const MAX_LENGTH = 32_766;

/** The properties of a `URL` that make a path. Any `URL` object is one. */
export interface FileUrl {
  /** All of it, for messages. */
  readonly href: string;
  /** "file:". */
  readonly protocol: string;
  /** The server's name; empty for a file of this computer. */
  readonly hostname: string;
  /** The path, with its slashes and percent signs. */
  readonly pathname: string;
}

/**
 * Makes a path ready for CreateFileW and other functions of Windows: a `file:`
 * URL becomes a path, a long path gets its prefix, everything else stays as it
 * is.
 *
 * @param path The path, or a `file:` URL.
 * @returns The path for Windows.
 * @throws {TypeError} If the path is not a string or `file:` URL, is empty or
 * contains NUL.
 * @throws {RangeError} If it is too long for Windows.
 *
 * @see https://learn.microsoft.com/windows/win32/fileio/maximum-file-path-limitation
 *
 * @example Delete a file by its URL
 * ```ts
 * import { kernel32, openSync, toWin32Path } from "@kernel32/io";
 *
 * const url = new URL("file:///C:/Users/Public/kernel32%20io.tmp");
 * openSync(url, { write: true, create: true }).close();
 * const path = toWin32Path(url);
 * console.log(path); // C:\Users\Public\kernel32 io.tmp
 * console.log(kernel32.DeleteFileW(path)); // true
 * ```
 */
export function toWin32Path(path: string | FileUrl): string {
  const url = urlOf(path);
  const text = url === undefined ? path : pathOfUrl(url);
  if (typeof text !== "string") {
    throw argumentError("path", "a string or a file: URL", text);
  }
  if (text === "") {
    throw new TypeError('path must not be empty: "." is the current folder');
  }
  if (text.includes("\0")) {
    throw new TypeError(
      "path must not contain the character NUL, which ends a string in " +
        `Windows: got ${JSON.stringify(text)}`,
    );
  }
  checkLength(text);
  return isVerbatim(text) ? text : withLongPathPrefix(text);
}

/**
 * Makes a path that `toWin32Path()` returned absolute: the same wherever the
 * current folder is.
 */
export function absolutePath(path: string): string {
  return isVerbatim(path) ? path : fullPath(path);
}

/** `\\?\`, `\\.\` and `\??\` say that the path is for the kernel as it is. */
export function isVerbatim(path: string): boolean {
  return /^(?:[\\/]{2}[?.]|\\\?\?)[\\/]/.test(path);
}

/** `\\.\` leads to devices, which lie on no volume. */
export function isDevicePath(path: string): boolean {
  return /^[\\/]{2}\.[\\/]/.test(path);
}

/** Whether a path leads to the same file whatever the current folder is. */
export function isAbsolute(path: string): boolean {
  return /^(?:[a-z]:[\\/]|[\\/]{2})/i.test(path);
}

function withLongPathPrefix(path: string): string {
  if (isAbsolute(path) && path.length < LONG_PATH) return path;
  const full = fullPath(path);
  if (full.length < LONG_PATH || isVerbatim(full)) return path;
  const prefixed = full.startsWith("\\\\")
    ? `\\\\?\\UNC\\${full.slice(2)}`
    : `\\\\?\\${full}`;
  checkLength(prefixed);
  return prefixed;
}

function fullPath(path: string): string {
  let capacity = 1024;
  for (;;) {
    const units = new Uint16Array(new ArrayBuffer(2 * capacity));
    const length = kernel32.GetFullPathNameW(path, capacity, units, null);
    if (length === 0) throw Win32Error.last("GetFullPathNameW", { path });
    // Too small a buffer: the length needed, with the NUL.
    if (length < capacity) return textOf(units.subarray(0, length));
    capacity = length;
  }
}

function checkLength(path: string): void {
  if (path.length <= MAX_LENGTH) return;
  throw new RangeError(
    `path must have at most ${MAX_LENGTH} characters: got ${path.length}`,
  );
}

/**
 * Copies what makes a URL, each property read once. They make a URL:
 * not every runtime's types have `URL`.
 */
function urlOf(value: unknown): FileUrl | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { href, protocol, hostname, pathname } = value as FileUrl;
  const url = { href, protocol, hostname, pathname };
  const isUrl = Object.values(url).every((part) => typeof part === "string");
  return isUrl ? url : undefined;
}

function pathOfUrl(url: FileUrl): string {
  if (url.protocol !== "file:") {
    throw new TypeError(`path must be a file: URL: got ${url.href}`);
  }
  if (/%2f|%5c/i.test(url.pathname)) {
    throw new TypeError(
      `path must not hide a separator behind %2F or %5C: got ${url.href}`,
    );
  }
  const path = decoded(url).replaceAll("/", "\\");
  if (url.hostname !== "") return `\\\\${url.hostname}${path}`;
  if (!/^\\[a-z]:/i.test(path)) {
    throw new TypeError(
      `path must begin with a drive, as in file:///C:/folder: got ${url.href}`,
    );
  }
  return path.slice(1);
}

function decoded(url: FileUrl): string {
  try {
    return decodeURIComponent(url.pathname);
  } catch (cause) {
    throw new TypeError(
      "path must write the character % as %25, and others as UTF-8, in a " +
        `file: URL: got ${url.href}`,
      { cause },
    );
  }
}
