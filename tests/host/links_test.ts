// The links of the pages: relative ones lead to a file or a heading that exists and
// that the packages have too, others are well-formed.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { assert, assertEquals } from "@std/assert";
import { COPIED } from "../../tools/build/package.ts";
import { headingsOf, linksOf } from "./docs/links.ts";

const REPOSITORY = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const PAGES = [
  ...[
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "ARCHITECTURE.md",
    "SECURITY.md",
  ],
  ...readdirSync(join(REPOSITORY, "docs"))
    .filter((name) => name.endsWith(".md")).sort()
    .map((name) => `docs/${name}`),
];

for (const page of PAGES) {
  const text = readFileSync(join(REPOSITORY, page), "utf8");
  const links = linksOf(text);

  test(`the relative links of ${page} lead somewhere`, () => {
    for (const link of links.filter(isRelative)) {
      const [path, heading] = link.split("#");
      assert(!link.startsWith("/"), `${link}: packages have no such root`);
      const target = path === "" ? page : join(dirname(page), path!);
      const file = join(REPOSITORY, target);
      assert(existsSync(file), `${link} leads to no file`);
      assert(
        !relative(REPOSITORY, file).startsWith(".."),
        `${link} leaves the repository`,
      );
      if (heading === undefined) continue;
      const headings = headingsOf(readFileSync(file, "utf8"));
      assert(headings.includes(heading), `${link} leads to no heading`);
    }
  });

  test(`the other links of ${page} are URLs that browsers may keep`, () => {
    for (const link of links.filter((link) => !isRelative(link))) {
      const { protocol, hostname } = new URL(link);
      assertEquals(protocol, "https:", link);
      assert(hostname.includes("."), link);
    }
  });
}

test("the packages have what their pages link to", () => {
  const { publish } = JSON.parse(
    readFileSync(join(REPOSITORY, "deno.json"), "utf8"),
  ) as { publish: { include: string[] } };
  const targets = PAGES.flatMap((page) =>
    linksOf(readFileSync(join(REPOSITORY, page), "utf8"))
      .filter(isRelative).filter((link) => !link.startsWith("#"))
      .map((link) => posix.join(posix.dirname(page), link.split("#")[0]!))
  );
  for (const path of targets) {
    const packages = { "deno.json": publish.include, "npm's package": COPIED };
    for (const [name, entries] of Object.entries(packages)) {
      const has = entries.some((entry) =>
        path === entry || path.startsWith(`${entry.replace(/\/$/, "")}/`)
      );
      assert(has, `${name} leaves out ${path}`);
    }
  }
});

test("links and headings are found as a page shows them", () => {
  const page = [
    "# A `title`, with *marks*",
    "```ts",
    "# [no](link)",
    "```",
    "See [this](a.md#b) and ![that](c.svg), not `[code](d.md)`.",
    "## A title with marks",
    "## A `title`, with *marks*",
    "[wrapped",
    "text](e.md)",
  ].join("\n");
  assertEquals(linksOf(page), ["a.md#b", "c.svg", "e.md"]);
  assertEquals(headingsOf(page), [
    "a-title-with-marks",
    "a-title-with-marks-1",
    "a-title-with-marks-2",
  ]);
});

function isRelative(link: string): boolean {
  return !/^[a-z][a-z+.-]*:/i.test(link);
}
