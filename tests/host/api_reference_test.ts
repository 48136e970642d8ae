// The API reference that `npm run docs` makes.

import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { assert, assertEquals } from "@std/assert";
import { kernel32 } from "../../src/raw.ts";
import { makeApiReference } from "../../tools/api_reference.ts";
import { removeFolder } from "../support/temp_folder.ts";

const REPOSITORY = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const folder = mkdtempSync(join(tmpdir(), "kernel32-io-api-"));
process.on("exit", () => removeFolder(folder));
makeApiReference(REPOSITORY, folder);

function page(...path: string[]): string {
  return readFileSync(join(folder, ...path), "utf8");
}

test("the API reference has a page for each function and class of the module", () => {
  for (const name of ["open", "openSync", "SyncFile", "Win32Error"]) {
    assert(page("~", `${name}.html`).includes(`<title>${name}`), name);
  }
});

test("the API reference leaves out what only the module itself calls", () => {
  const inner = ["OverlappedHandle", "TakenHandle", "closeHandle"];
  for (
    const name of [
      ...["BaseFile", "OverlappedFile", "OverlappedConnection"],
      ...["PipeConnection", "PipeListener", "SerialPort"],
    ]
  ) {
    const own = page("~", `${name}.html`);
    const shown = [...inner, "streamTraits", ">check<"]
      .filter((word) => own.includes(word));
    assertEquals(shown, [], name);
  }
});

test("the API reference names the parameters and Microsoft's page of each raw function", () => {
  const names = Object.keys(kernel32);
  assert(names.length > 40, `${names.length} functions`);
  const lacking = names.filter((name) => {
    const own = page("raw", "~", `Kernel32.${name}.html`);
    const text = own.replaceAll(/<[^>]*>/g, "");
    return !new RegExp(`\\b${name}\\(\\s*(?:\\)|\\w+: )`).test(text) ||
      !new RegExp(
        `href="https://learn\\.microsoft\\.com/[^"]+[-/]${name}"`,
        "i",
      ).test(own);
  });
  assertEquals(lacking, []);
});
