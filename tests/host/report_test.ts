// The reports of the bench: what they make of results that are known.

import { pointName, sizeName } from "../../bench/names.ts";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { figuresOf, ratio } from "../../bench/figures.ts";
import type { Phase, Point, PointResult, Way } from "../../bench/schema.ts";
import { mixedTables, row, summary } from "../../bench/summary.ts";
import { tableText, withoutEmpty } from "../../bench/table.ts";
import { comparison } from "../../tools/report/compare.ts";
import { costModels, fit } from "../../tools/report/cost_model.ts";
import { html } from "../../tools/report/html.ts";
import { markdown } from "../../tools/report/markdown.ts";
import { readResults } from "../../tools/report/results.ts";
import { pointResult, resultsOf } from "../support/bench_results.ts";
import { tempFolder } from "../support/temp_folder.ts";

const KIB = 1024;

const POINT: Point = {
  ...{ experiment: "transfer", runtime: "deno", operation: "read" },
  ...{ pattern: "buffered", bytes: 4 * KIB, depth: 1 },
};

/** A point of which each process measured these rounds. */
function point(
  processes: readonly Partial<Record<Way, readonly number[]>>[],
): PointResult {
  const runs = processes.map((ways) => ({
    ways: Object.fromEntries(
      Object.entries(ways).map(([way, rounds]) => [way, { rounds }]),
    ),
  }));
  return { ...POINT, runs };
}

const SYNC: readonly Way[] = ["C", "bare", "kernel32", "SyncFile", "node:fs"];
const FORMS: readonly Phase[] = [
  ...["one buffer", "64 views", "fresh subarrays", "offsets"] as const,
];

const FULL = resultsOf([
  ...FORMS.map((phase) =>
    pointResult({ ...POINT, experiment: "mixed", phase }, SYNC)
  ),
  ...[512, 4 * KIB, 64 * KIB, 1024 * KIB].map((bytes) =>
    pointResult({ ...POINT, bytes }, SYNC)
  ),
  ...[1, 8, 32].map((depth) =>
    pointResult({ ...POINT, experiment: "overlapped", depth }, [
      ...["C", "OverlappedFile", "node:fs/promises"] as const,
    ])
  ),
  ...[1, 8, 64].map((size) =>
    pointResult({
      ...{ ...POINT, experiment: "file size", bytes: 1024 * KIB },
      fileSize: size * 1024 * KIB,
    }, SYNC)
  ),
]);

test("figuresOf() takes the median of processes, and how far they are apart", () => {
  const [figures] = figuresOf(
    point([{ "SyncFile": [1, 2000, 9000] }, { "SyncFile": [4096] }, {
      "SyncFile": [1000],
    }]),
  );
  assertEquals(figures?.time, { median: 2000, low: 1000, high: 4096 });
  assertEquals(figures?.perSecond, 500_000);
  // 4,096 bytes in 2 µs: megabytes are of 10^6.
  assertEquals(figures?.megabytes, 2048);
});

test("figuresOf() takes the quartiles of the rounds of one process", () => {
  const [figures] = figuresOf(point([{ "C": [5, 1, 4, 2, 3] }]));
  assertEquals(figures?.time, { median: 3, low: 2, high: 4 });
});

test("figuresOf() counts CPU time in µs", () => {
  const runs = [2000, 8000, 4000].map((cpu) => ({
    ways: { "C": { rounds: [1], cpu } },
  }));
  const [figures] = figuresOf({ ...POINT, runs });
  assertEquals(figures?.cpu, { median: 4, low: 2, high: 8 });
});

test("ratio() is taken within rounds, of processes that measured both", () => {
  const measured = point([
    // Twice as slow each time, whatever the machine does.
    { "C": [1000, 100, 10], "SyncFile": [2000, 200, 20] },
    { "C": [100], "SyncFile": [300] },
    { "C": [100], "SyncFile": [150] },
    { "C": [100] },
  ]);
  assertEquals(ratio(measured, "SyncFile", "C"), {
    ...{ median: 2, low: 1.5, high: 3 },
  });
  assertEquals(ratio(measured, "SyncFile", "bare"), undefined);
});

test("fit() finds the costs that samples were made of", () => {
  const sizes = [0.5, 1, 2, 4, 64, 1024, 4096];
  const line = fit(sizes.map((kib) => ({ kib, cpu: 1.25 + 0.08 * kib })));
  assertAlmostEquals(line!.fixed, 1.25, 1e-9);
  assertAlmostEquals(line!.marginal, 0.08, 1e-9);
  assertAlmostEquals(line!.residual, 0, 1e-9);
});

test("fit() lets small requests count as much as large ones", () => {
  const samples = [1, 2, 4, 8, 16].map((kib) => ({ kib, cpu: 2 + 0.1 * kib }));
  // 10 % off: more, in µs, than all the rest costs.
  const line = fit([...samples, { kib: 4096, cpu: 1.1 * (2 + 409.6) }]);
  assert(Math.abs(line!.fixed - 2) < 0.1, `${line!.fixed}`);
});

test("fit() has nothing cost less than nothing, and needs three sizes", () => {
  const steep = [1, 2, 4].map((kib) => ({ kib, cpu: kib ** 1.5 }));
  assertEquals(fit(steep)!.fixed, 0);
  const falling = [1, 2, 4].map((kib) => ({ kib, cpu: 8 - kib }));
  assertEquals(fit(falling)!.marginal, 0);
  assertEquals(fit(steep.slice(1)), undefined);
});

test("costModels() finds what requests of all sizes were made to cost", () => {
  const transfers = FULL.points.filter((each) =>
    each.experiment === "transfer"
  );
  const model = costModels(transfers).find(({ way }) => way === "SyncFile")!;
  assertAlmostEquals(model.fixed, 1.09, 1e-3);
  assertAlmostEquals(model.marginal, 0.1, 1e-4);
});

test("sizeName() and pointName() say what one says", () => {
  assertEquals([1, 512, 4096, 1536, 2 ** 20, 8 * 2 ** 30].map(sizeName), [
    ...["1 B", "512 B", "4 KiB", "1.5 KiB", "1 MiB", "8 GiB"],
  ]);
  assertEquals(
    pointName({ ...POINT, pattern: "unbuffered", depth: 32 }),
    "deno transfer: read, unbuffered, 4 KiB × 32",
  );
  const grown = FULL.points.at(-1)!;
  assertEquals(pointName(grown), "deno file size: read, 1 MiB at 64 MiB");
});

test("row() has what C took and the ratios of all others", () => {
  const [first] = FULL.points as [PointResult];
  const text = row(first);
  assert(text.startsWith("deno mixed: read, one buffer, 4 KiB: C "), text);
  // 1,490 ns beside 1,400.
  assert(/SyncFile 1\.0[67]/.test(text), text);
});

test("mixedTables() has a row for each form, with ratios to a bare call and to C", () => {
  const [table] = mixedTables(FULL.points);
  assertEquals(table!.rows.map((row) => row[2]), FORMS.slice());
  const at = table!.head.indexOf("`SyncFile` to bare");
  for (const row of table!.rows) assert(/^1\.0[123]$/.test(row[at]!), row[at]);
});

test("summary() begins with the mixed program, and ends with what was not measured", () => {
  const text = summary(FULL);
  assert(text.startsWith("| Runtime"), text);
  assertStringIncludes(text, "Measured under Wine");
  assertStringIncludes(text, "Not measured: the rest: it was not asked for");
});

test("tableText() aligns words left and figures right, withoutEmpty() leaves empty columns out", () => {
  const table = { head: ["A", "B", "C"], rows: [["x", "", "12"]], words: 2 };
  assertEquals(
    tableText(withoutEmpty(table)),
    [
      ...["| A   |   C |", "| :-- | --: |", "| x   |  12 |"],
    ].join("\n"),
  );
});

test("comparison() names what changed beyond the spread, and nothing else", () => {
  const results = (slower: number, seed: number) =>
    resultsOf([
      pointResult(POINT, SYNC, { seed, slower }),
      pointResult({ ...POINT, bytes: 512 }, SYNC, { seed }),
    ]);
  const same = comparison(results(1, 1), results(1, 2));
  assertStringIncludes(same, "8 ratios compared, 0 changed");
  const slower = comparison(results(1, 1), results(1.2, 2));
  assertStringIncludes(slower, "8 ratios compared, 4 changed");
  assert(/read, 4 KiB +\| SyncFile +\| +1\.0\d \| +1\.2\d \|/.test(slower));
  assert(!slower.includes("512 B"));
  const other = { ...FULL, versions: { "deno.exe": "3.0.0" } };
  assertStringIncludes(comparison(FULL, other), "deno.exe: 2.9.5 → 3.0.0");
});

test("html() is a page without scripts and requests, with a plot for each experiment", () => {
  const page = html(FULL);
  for (const banned of ["<script", "<link", "@import", "url(http"]) {
    assert(!page.includes(banned), banned);
  }
  for (
    const title of [
      ...["A program that does everything", "One request after the other"],
      ...[
        "Several requests in flight",
        "How cost grows with the size of the file",
      ],
      ...["Time to C&#39;s", "Time to C's"].slice(1),
      ...["The cost model", "Operations a second"],
    ]
  ) assertStringIncludes(page, title);
  const plots = page.match(/<svg role="img"/g) ?? [];
  assertEquals(plots.length, 8); // one of the mixed program, four of transfers, two by depth, one of file sizes
  assert(!/NaN|undefined|Infinity/.test(page));
  const odd = resultsOf([{ ...FULL.points[0]!, runs: [] }]);
  assertStringIncludes(html(odd), "</html>");
});

test("html() takes nothing of results for markup", () => {
  const skipped = [{ what: "<b>", why: '"&' }];
  const page = html({ ...FULL, skipped });
  assertStringIncludes(page, "&lt;b&gt;</strong>: &quot;&amp;");
});

test("markdown() fills what stands between its markers, and leaves the rest", () => {
  const block = (name: string) =>
    `before\n<!-- bench:begin ${name} -->old<!-- bench:end -->\nafter`;
  for (const name of ["ratios", "alone", "machine", "ways"]) {
    const page = markdown(block(name), FULL);
    assert(page.startsWith(`before\n<!-- bench:begin ${name} -->\n\n`));
    assert(page.endsWith("\n\n<!-- bench:end -->\nafter"));
    assert(!page.includes("old"));
    assertEquals(markdown(page, FULL), page);
  }
  assertStringIncludes(markdown(block("ratios"), FULL), "| one buffer");
  assertThrows(() => markdown(block("poem"), FULL), Error, "ratios");
  const open = "<!-- bench:begin ratios -->";
  assertThrows(() => markdown(open, FULL), Error, "has no end");
});

test("readResults() refuses what is no result file of this version", async () => {
  using folder = tempFolder();
  const path = folder.file("results.json");
  const write = (value: unknown) => writeFileSync(path, JSON.stringify(value));
  write(FULL);
  assertEquals(await readResults(path), FULL);
  for (const value of [null, {}, { ...FULL, schema: 3 }]) {
    write(value);
    await assertRejects(() => readResults(path), Error, "Measure again");
  }
  writeFileSync(path, "{");
  await assertRejects(() => readResults(path), Error, path);
});
