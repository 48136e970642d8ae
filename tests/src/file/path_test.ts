import { OF_WINDOWS } from "../../support/windows_or_strict.ts";
import { test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { toWin32Path } from "../../../src/file/path.ts";
import { assertRefused } from "../../support/untouched.ts";

/** A folder's name of a given length, in parts that a file system takes. */
function folders(length: number): string {
  let path = "";
  while (path.length < length) path += `\\${"d".repeat(20)}`;
  return path.slice(0, length - 1) + "e";
}

test("toWin32Path() leaves short paths as they are", () => {
  for (
    const path of [
      "C:\\a\\b.txt",
      "C:/a/../b.txt",
      "a.txt",
      "..\\a.txt",
      "\\a.txt",
      "C:a.txt",
      "\\\\server\\share\\a.txt",
      "Grüße \u{1F600} 日本.txt",
      "NUL",
      "name ",
    ]
  ) {
    assertEquals(toWin32Path(path), path);
  }
});

test("toWin32Path() leaves paths for the kernel alone, however long", () => {
  for (
    const path of [
      "\\\\.\\PhysicalDrive0",
      "\\\\.\\COM3",
      "\\\\.\\pipe\\name",
      "//./pipe/name",
      "\\\\?\\C:\\a\\..\\b. ",
      "\\\\?\\Volume{01234567-89ab-cdef-0123-456789abcdef}\\",
      "\\??\\C:\\a",
      `\\\\.\\pipe\\${"n".repeat(300)}`,
      `\\\\?\\C:${folders(5000)}`,
    ]
  ) {
    assertEquals(toWin32Path(path), path);
  }
});

test("toWin32Path() lifts the limit for a path that is too long without", () => {
  const longest = `C:${folders(245)}`;
  assertEquals(longest.length, 247);
  assertEquals(toWin32Path(longest), longest);
  const tooLong = `C:${folders(246)}`;
  assertEquals(toWin32Path(tooLong), `\\\\?\\${tooLong}`);
});

test("toWin32Path() resolves what the kernel would take literally", () => {
  const name = folders(300);
  assertEquals(
    toWin32Path(`C:/x/../.${name.replaceAll("\\", "/")}`),
    `\\\\?\\C:${name}`,
  );
});

test("toWin32Path() takes no path for the kernel's that only has such a part", () => {
  const name = folders(300);
  assertEquals(toWin32Path(`C:\\x\\\\.${name}`), `\\\\?\\C:\\x${name}`);
});

test("toWin32Path() lifts the limit for a share, too", OF_WINDOWS, () => {
  const name = folders(300);
  assertEquals(
    toWin32Path(`\\\\server\\share${name}`),
    `\\\\?\\UNC\\server\\share${name}`,
  );
});

test("toWin32Path() counts the current folder in for a relative path", () => {
  const name = folders(247).slice(1);
  const path = toWin32Path(name);
  assertEquals(path.slice(0, 4), "\\\\?\\");
  assertEquals(/^[A-Z]:\\/i.test(path.slice(4)), true, path);
  assertEquals(path.endsWith(`\\${name}`), true, path);
});

test("toWin32Path() finds full paths beyond its first buffer", () => {
  const name = folders(20_000);
  assertEquals(toWin32Path(`C:${name}`), `\\\\?\\C:${name}`);
});

test("toWin32Path() keeps lone surrogates, in a long path too", () => {
  assertEquals(toWin32Path("C:\\a\ud800b"), "C:\\a\ud800b");
  const name = `${folders(300)}\udc00\ud800`;
  assertEquals(toWin32Path(`C:${name}`), `\\\\?\\C:${name}`);
});

test("toWin32Path() makes paths of file: URLs", () => {
  for (
    const [url, path] of [
      ["file:///C:/a/b.txt", "C:\\a\\b.txt"],
      ["file:///c:/a%20b/%C3%BC%F0%9F%98%80.txt", "c:\\a b\\ü\u{1F600}.txt"],
      ["file:///C:/100%25.txt?query#hash", "C:\\100%.txt"],
      ["file:///C:/a b/../c", "C:\\c"],
      ["file://server/share/a%20b.txt", "\\\\server\\share\\a b.txt"],
      ["file://localhost/C:/a", "C:\\a"],
    ] as const
  ) {
    assertEquals(toWin32Path(new URL(url)), path, url);
  }
});

test("toWin32Path() lifts the limit for a URL's path", () => {
  const name = folders(300);
  const url = new URL(`file:///C:${name.replaceAll("\\", "/")}`);
  assertEquals(toWin32Path(url), `\\\\?\\C:${name}`);
});

test("toWin32Path() refuses URLs that are no path", () => {
  const refused = (url: string, part: string) =>
    assertRefused(() => toWin32Path(new URL(url)), TypeError, part);
  refused("https://example.org/a", "must be a file: URL: got https://");
  refused("file:///a/b", "begin with a drive, as in file:///C:/folder");
  refused("file:///a/C:/b", "must begin with a drive");
  refused("file:///C:/a%2Fb", "hide a separator behind %2F or %5C");
  refused("file:///C:/a%5cb", "hide a separator behind %2F or %5C");
  refused("file:///C:/a%00b", "must not contain the character NUL");
  const utf8 = "path must write the character % as %25, and others as UTF-8, " +
    "in a file: URL: got file:///C:/";
  refused("file:///C:/100%.txt", `${utf8}100%.txt`);
  refused("file:///C:/%FF", `${utf8}%FF`);
  const url = new URL("file:///C:/%FF");
  const { cause } = assertThrows(() => toWin32Path(url), TypeError);
  assertEquals((cause as Error).name, "URIError");
});

test("toWin32Path() refuses NUL, which would cut the path off", () => {
  assertRefused(() => toWin32Path("a\0.txt"), TypeError, 'got "a\\u0000.txt"');
  assertRefused(() => toWin32Path("\\\\.\\pipe\\a\0"), TypeError, "NUL");
});

test("toWin32Path() refuses an empty path and says what to write", () => {
  assertRefused(() => toWin32Path(""), TypeError, '"." is the current folder');
});

test("toWin32Path() refuses what is no path", () => {
  const part = { href: "file:///C:/a", protocol: "file:" };
  for (
    const value of [undefined, null, 5, 5n, {}, part, ["a"], new Uint8Array(1)]
  ) {
    assertRefused(
      () => toWin32Path(value as unknown as string),
      TypeError,
      "path must be a string or a file: URL: got",
    );
  }
});

test("toWin32Path() refuses a path of 32,767 characters, for which there is no room", () => {
  const path = (length: number) => "\\\\?\\C:\\".padEnd(length, "a");
  assertEquals(toWin32Path(path(32_766)).length, 32_766);
  assertRefused(
    () => toWin32Path(path(32_767)),
    RangeError,
    "at most 32766 characters: got 32767",
  );
});

test("toWin32Path() refuses a path that has no room for its prefix", () => {
  const path = (length: number) => `C:${folders(length - 2)}`;
  assertEquals(toWin32Path(path(32_762)).length, 32_766);
  assertThrows(
    () => toWin32Path(path(32_763)),
    RangeError,
    "at most 32766 characters: got 32767",
  );
});
