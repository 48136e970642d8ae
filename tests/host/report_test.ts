// The reports of the bench: what they make of results that are known.

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
import { sizeName } from "../../bench/point_name.ts";
import type { Point, PointResult, Results, Way } from "../../bench/schema.ts";
import { compare } from "../../tools/report/compare.ts";
import { comparisonText } from "../../tools/report/comparison_text.ts";
import {
  type CostModel,
  costModels,
  costModelTable,
  costText,
  fit,
} from "../../tools/report/cost_model.ts";
import { csv } from "../../tools/report/csv.ts";
import { figuresOf, ratio } from "../../tools/report/figures.ts";
import { goals } from "../../tools/report/goals.ts";
import { html } from "../../tools/report/html.ts";
import { markdown } from "../../tools/report/markdown.ts";
import { parseResults, readResults } from "../../tools/report/results.ts";
import { tableHeader, tableRow } from "../../tools/report/row.ts";
import { chance, significant } from "../../tools/report/significance.ts";
import { summary } from "../../tools/report/summary.ts";
import { benchResults, costOf, pointResult } from "../support/bench_results.ts";
import { tempFolder } from "../support/temp_folder.ts";

const KIB = 1024;

const POINT: Point = {
  ...{ experiment: "transfer", runtime: "deno", operation: "read" },
  ...{ pattern: "buffered", bytes: 4 * KIB, depth: 1 },
};

/** A point of which each process measured these rounds. */
function point(
  processes: readonly Partial<Record<Way, readonly number[]>>[],
  rest: Partial<Point> = {},
): PointResult {
  return {
    ...POINT,
    ...rest,
    runs: processes.map((ways) => ({
      ways: Object.fromEntries(
        Object.entries(ways).map(([way, rounds]) => [way, { rounds }]),
      ),
    })),
  };
}

/** Results of nothing but these points. */
function resultsOf(...points: PointResult[]): Results {
  return { ...EMPTY, points };
}

const FULL = benchResults();
const EMPTY: Results = {
  ...FULL,
  ...{ points: [], heap: {}, startup: {}, skipped: [] },
};

test("figuresOf() takes the median of processes, and tells how far they are apart", () => {
  const [figures] = figuresOf(
    point([{ "SyncFile": [1, 2000, 9000] }, { "SyncFile": [4096] }, {
      "SyncFile": [1000],
    }]),
  );
  assertEquals(figures?.time, { median: 2000, low: 1000, high: 4096 });
  assertEquals([figures?.processes, figures?.rounds], [3, 5]);
  assertEquals(figures?.perSecond, 500_000);
  // 4,096 bytes in 2 µs: megabytes are of 10^6.
  assertEquals(figures?.megabytes, 2048);
});

test("figuresOf() tells the quartiles of the rounds of one process", () => {
  const [figures] = figuresOf(point([{ "C": [5, 1, 4, 2, 3] }]));
  assertEquals(figures?.time, { median: 3, low: 2, high: 4 });
});

test("figuresOf() counts CPU time in µs, by the operation and by the KiB", () => {
  const runs = [2000, 8000, 4000].map((cpu) => ({
    ways: { "C": { rounds: [1], cpu } },
  }));
  const [figures] = figuresOf({ ...POINT, runs });
  assertEquals(figures?.cpu, { median: 4, low: 2, high: 8 });
  assertEquals(figures?.cpuPerKiB, 1);
  const [unseen] = figuresOf({
    ...POINT,
    runs: [{ ways: { "C": { rounds: [1], cpu: 0 } } }],
  });
  assertEquals(unseen?.cpu, undefined);
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

test("fit() has nothing cost less than nothing", () => {
  const steep = [1, 2, 4].map((kib) => ({ kib, cpu: kib ** 1.5 }));
  const { fixed, marginal, residual } = fit(steep)!;
  assertEquals(fixed, 0);
  assert(marginal > 1 && marginal < 2 && residual > 0.1);
  const falling = [1, 2, 4].map((kib) => ({ kib, cpu: 8 - kib }));
  assertEquals(fit(falling)!.marginal, 0);
  assert(fit(falling)!.fixed > 4 && fit(falling)!.fixed < 7);
});

test("costText() tells the call from copying, and where they cost the same", () => {
  const model: CostModel = {
    ...{ runtime: "bun", experiment: "transfer", operation: "read" } as const,
    ...{ pattern: "buffered", way: "SyncFile" } as const,
    ...{ depth: 1, samples: [] },
    ...{ fixed: 0.8, marginal: 0.05, residual: 0 },
  };
  assertEquals(
    costText([model, { ...model, way: "C" }]),
    "SyncFile: bun read 0.800 µs and 0.0500 µs/KiB, even at 16 KiB.",
  );
  const { rows } = costModelTable([model, { ...model, fixed: 0 }]);
  assertEquals(rows.map((row) => row.includes("16 KiB")), [true, false]);
});

test("fit() wants three sizes", () => {
  const two = [{ kib: 1, cpu: 1 }, { kib: 1, cpu: 2 }, { kib: 2, cpu: 3 }];
  assertEquals(fit(two), undefined);
});

test("costModels() has one for each way to do an operation", () => {
  const models = costModels(FULL.points);
  const model = models.find((model) =>
    model.runtime === "bun" && model.operation === "write" &&
    model.pattern === "unbuffered" && model.way === "SyncFile"
  );
  const cost = costOf({ ...POINT, pattern: "unbuffered" }, "SyncFile");
  // The processors' part is nine tenths of what was put in, in µs.
  assertEquals(model?.samples.length, 14);
  assert(Math.abs(model!.fixed / (0.9e-3 * cost.fixed) - 1) < 0.05);
  assert(Math.abs(model!.marginal / (0.9e-3 * cost.perKiB) - 1) < 0.05);
  // Scaling experiments grow by something else than the request.
  assert(models.every(({ experiment }) => experiment === "transfer"));
});

const goalOf = (results: Results, text: string) =>
  goals(results).find((goal) => goal.text.startsWith(text))!;

for (
  const [mark, ratios] of [
    ["✓", [1.01, 1.02, 1.2]],
    ["~", [1.01, 1.08, 1.2]],
    ["✗", [1.07, 1.08, 1.2]],
  ] as const
) {
  test(`goals() marks a limit with ${mark}`, () => {
    const measured = point(
      ratios.map((ratio) => ({ "bare": [100], "SyncFile": [100 * ratio] })),
    );
    const goal = goalOf(
      resultsOf(measured),
      "SyncFile takes at most 1.06 of bare",
    );
    assertEquals(goal.mark, mark);
    assertEquals(goal.worst.place, "deno read, 4 KiB");
    assertEquals(goal.missed.length, mark === "✓" ? 0 : 1);
  });
}

for (
  const [mark, speeds] of [
    ["✓", [0.96, 0.95, 0.5]],
    ["~", [0.96, 0.94, 0.5]],
    ["✗", [0.94, 0.93, 0.5]],
  ] as const
) {
  test(`goals() marks a speed with ${mark}`, () => {
    const measured = point(
      speeds.map((speed) => ({ "C": [100], "OverlappedFile": [100 / speed] })),
      { experiment: "overlapped", depth: 32 },
    );
    const goal = goalOf(resultsOf(measured), "OverlappedFile makes at least");
    assertEquals(goal.mark, mark);
    assertStringIncludes(goal.text, "0.95 of C's operations a second");
  });
}

test("goals() puts the worst place first", () => {
  const at = (bytes: number, ratio: number) =>
    point([{ "C": [100], "SyncFile": [100 * ratio] }], { bytes });
  const results = resultsOf(at(4096, 1.2), at(8192, 1.5), at(65536, 1));
  const { worst, missed, places } = goalOf(
    results,
    "SyncFile takes at most 1.05 of C",
  );
  assertEquals(worst.place, "deno read, 8 KiB");
  assertEquals(missed.map(({ place }) => place), [
    "deno read, 8 KiB",
    "deno read, 4 KiB",
  ]);
  assertEquals(places, 3);
});

test("goals() holds a gather of 16 pages to 16 writes of one", () => {
  const gather = (time: number) =>
    goalOf(
      resultsOf(
        point([{ "OverlappedFile": [time] }], {
          ...{ experiment: "gather", operation: "gather", bytes: 65536 },
        }),
        point([{ "OverlappedFile": [100] }], {
          ...{ experiment: "gather", operation: "rewrite at" },
        }),
      ),
      "a gather of 16 pages",
    );
  assertEquals(gather(320).worst.spread.median, 5);
  assertEquals(gather(320).mark, "✓");
  assertEquals(gather(400).mark, "✗");
});

test("goals() holds koffi's ratio to C on Node to that of SyncFile elsewhere", () => {
  const beside = (ours: number) =>
    goalOf(
      resultsOf(
        point([{ "C": [100], "SyncFile": [ours] }]),
        point([{ "C": [1000], "koffi": [1200] }], { runtime: "node" }),
      ),
      "SyncFile is never behind koffi",
    );
  assertEquals(beside(120).worst.spread.median, 1);
  assertEquals(beside(120).mark, "✓");
  assertEquals(beside(130).mark, "✗");
});

test("goals() takes the heap for growing where a call leaves something, and where an object would not show", () => {
  const heap = (growth: Record<string, number>, text: string) =>
    goalOf({ ...EMPTY, heap: { bun: growth } }, text).mark;
  const call = "a synchronous call leaves";
  assertEquals(heap({ "SyncFile.write": 0.1, "one object": 16 }, call), "✓");
  assertEquals(heap({ "SyncFile.write": 16, "one object": 16 }, call), "✗");
  assertEquals(heap({ "SyncFile.write": 0.1, "one object": 0.1 }, call), "✗");
  const operation = "an overlapped operation leaves";
  const overlapped = (write: number, loop: number) =>
    heap({ "OverlappedFile.write": write, "the loop": loop }, operation);
  assertEquals(overlapped(600, 150), "✓");
  assertEquals(overlapped(700, 150), "✗");
  assertEquals(overlapped(0, 0), "✗");
});

test("chance() is exact for small samples", () => {
  // 2 of the 20 ways to deal out six values are as far apart as these.
  assertAlmostEquals(chance([1, 2, 3], [4, 5, 6]), 0.1, 1e-12);
  assertEquals(chance([1, 1, 1], [1, 1, 1]), 1);
  const apart = Array.from({ length: 10 }, (_, i) => i);
  assertAlmostEquals(
    chance(apart, apart.map((i) => i + 100)),
    2 / 184_756,
    1e-12,
  );
});

test("chance() draws what it can't go through, and is never 0", () => {
  const many = Array.from({ length: 30 }, (_, i) => i % 7);
  const far = chance(many, many.map((i) => i + 100));
  assert(far > 0 && far < 0.001, `${far}`);
  assert(chance(many, many) > 0.9);
});

test("significant() lets more of many chances count together than alone", () => {
  assertEquals(significant([0.04]), [true]);
  assertEquals(significant([0.04, 0.9, 0.9]), [false, false, false]);
  assertEquals(significant([0.04, 0.03, 0.9]), [false, false, false]);
  assertEquals(significant([0.03, 0.01, 0.033]), [true, true, true]);
});

const TEN_SIZES = Array.from({ length: 10 }, (_, i) => 512 * 2 ** i);
const FEW_WAYS = ["C", "bare", "SyncFile", "node:fs"] as const;

/** A run of ten sizes, as `benchResults()` makes them. */
function run(
  seed: number,
  processes: number,
  slower?: (point: Point, way: Way) => number,
): Results {
  return resultsOf(
    ...TEN_SIZES.map((bytes, i) =>
      pointResult({ ...POINT, bytes }, FEW_WAYS, {
        ...{ seed: seed * 1000 + i, processes },
        ...slower && { slower },
      })
    ),
  );
}

const slowSyncFile = (_: Point, way: Way) => way === "SyncFile" ? 1.1 : 1;

for (
  const [processes, units] of [
    [8, "processes"],
    [3, "blocks of rounds"],
    [1, "blocks of rounds"],
  ] as const
) {
  test(`compare() finds a tenth that is put on, of ${processes} processes by ${units}`, () => {
    const { changes, differences } = compare(
      run(1, processes),
      run(2, processes, slowSyncFile),
    );
    const real = changes.filter(({ ratio }) => ratio?.isReal);
    assert(changes.every((change) => change.units === units));
    assertEquals(real.map(({ way }) => way), TEN_SIZES.map(() => "SyncFile"));
    for (const { ratio } of real) {
      assert(Math.abs(ratio!.effect - 0.1) < 0.05, `${ratio!.effect}`);
    }
    assertEquals(differences, []);
  });

  test(`compare() finds nothing in ${processes} processes of the same kind`, () => {
    const { changes } = compare(run(3, processes), run(4, processes));
    assertEquals(changes.length, TEN_SIZES.length * FEW_WAYS.length);
    assertEquals(changes.filter(({ ratio }) => ratio?.isReal), []);
  });
}

test("compare() takes no blocks for a change whose processes overlap", () => {
  const of = (...ratios: number[]) =>
    resultsOf(point(ratios.map((ratio) => ({
      "C": Array<number>(9).fill(100),
      "SyncFile": Array<number>(9).fill(100 * ratio),
    }))));
  const isReal = (before: Results, after: Results) =>
    compare(before, after).changes.find(({ way }) => way === "SyncFile")!
      .ratio!.isReal;
  assert(!isReal(of(1, 1, 1.1), of(1.09, 1.2, 1.2)));
  assert(isReal(of(1, 1, 1.01), of(1.19, 1.2, 1.2)));
});

test("compare() is not taken in by a machine that became slower", () => {
  const { changes } = compare(run(5, 8), run(6, 8, () => 3));
  assert(changes.every(({ time }) => time.isReal));
  assertEquals(changes.filter(({ ratio }) => ratio?.isReal), []);
});

test("comparisonText() says what is slower, new and gone, and what else differs", () => {
  const before = run(1, 8);
  const after = run(2, 8, slowSyncFile);
  const [first, ...others] = after.points;
  const more = pointResult({ ...POINT, runtime: "bun" }, ["C"], {});
  const text = comparisonText(
    compare(before, {
      ...after,
      points: [...others, more],
      versions: { ...after.versions, "deno.exe": "3.0.0" },
    }),
  );
  const sections = text.split("\n\n");
  assertStringIncludes(text, "deno.exe: 2.9.5 → 3.0.0");
  assertStringIncludes(text, "0 faster, 9 slower");
  assertStringIncludes(text, "- transfer: bun read, 4 KiB: C");
  assertStringIncludes(
    text,
    `- transfer: deno read, ${sizeName(first!.bytes)}`,
  );
  assertStringIncludes(text, "permutation test of processes");
  const slower = sections[sections.indexOf("Slower") + 1]!.split("\n");
  assertEquals(slower.length, 2 + 9);
  assert(slower.slice(2).every((row) => row.includes("| SyncFile |")));
  assert(!sections.includes("Faster"));
});

test("compare() says when one change alone could not be told", () => {
  assert(compare(run(1, 4), run(2, 4)).isBlind);
  assert(!compare(run(1, 10), run(2, 10)).isBlind);
});

test("csv() has a row for each way, with as many fields as the head", () => {
  const lines = csv(FULL).split("\r\n");
  const [head, ...rows] = lines.slice(0, -1).map((line) =>
    line.replaceAll(/"[^"]*"/g, "quoted").split(",")
  );
  const ways = FULL.points.reduce(
    (sum, { runs }) => sum + Object.keys(runs[0]!.ways).length,
    0,
  );
  assertEquals(lines.at(-1), "");
  assertEquals(rows.length, ways);
  assert(rows.every((row) => row.length === head!.length));
  const at = (name: string) => rows[0]![head!.indexOf(name)]!;
  assertEquals([at("runtime"), at("bytes"), at("way")], ["deno", "512", "C"]);
  assertEquals(at("ratio_to_c"), "1");
  assertAlmostEquals(Number(at("us")) * 1000, Number(at("ns")), 0.1);
});

test("csv() quotes what needs it", () => {
  const missing = {
    ...point([]),
    runs: [{
      ways: {},
      missing: { "koffi": 'it said "no",\nand left' },
    }],
  };
  const text = csv(resultsOf(missing));
  const [, row] = text.split("\r\n");
  assert(row?.endsWith(',"it said ""no"",\nand left"'), row);
  assert(row?.startsWith("transfer,deno,read,buffered,4096,1,,koffi,"), row);
});

const VOID = new Set(["meta", "link", "br", "hr", "img", "input"]);

/** Fails unless each element of a page ends where it must. */
function assertWellFormed(page: string): void {
  const open: string[] = [];
  const text = page.replace(/<style>[^]*?<\/style>/g, "");
  for (
    const [tag, end, name, own] of text.matchAll(
      /<(\/?)([a-z][a-z0-9]*)(?:\s(?:[^"'>]|"[^"]*"|'[^']*')*?)?(\/?)>/gi,
    )
  ) {
    if (own || VOID.has(name!.toLowerCase())) continue;
    if (end) assertEquals(open.pop(), name, tag);
    else open.push(name!);
  }
  assertEquals(open, []);
}

test("html() is well-formed and has a section for each experiment", () => {
  const page = html(FULL);
  assertWellFormed(page);
  const experiments = new Set(FULL.points.map(({ experiment }) => experiment));
  for (const name of experiments) {
    const id = name.replaceAll(" ", "-");
    assertStringIncludes(page, `<section id="${id}"`);
    assertStringIncludes(page, `<a href="#${id}">`);
    const [, section] = page.split(`<section id="${id}"`);
    assert(section!.split("</section>")[0]!.includes("<svg"), name);
  }
  for (const id of ["goals", "ways", "skipped"]) {
    assertStringIncludes(page, `<section id="${id}"`);
  }
  for (const what of ["Wine, which is not Windows", "2.9.5", "&lt;yet&gt;"]) {
    assertStringIncludes(page, what);
  }
});

test("html() asks nobody for anything, and names its plots", () => {
  const page = html(FULL);
  assert(!/<script|<link|\bsrc=|@import|url\(/i.test(page));
  const links = [...page.matchAll(/(?:href|https?:)[^\s>]*/g)].map(String);
  assert(
    links.every((link) => /^href="#|^http:\/\/www\.w3\.org\//.test(link)),
    links.find((link) => !link.startsWith('href="#')),
  );
  const plots = page.match(/<svg role="img"[^>]*>/g) ?? [];
  assert(plots.length > 100);
  assert(plots.every((plot) => /aria-label="[^"]+"/.test(plot)));
  assert(
    !/NaN|Infinity|undefined/.test(page.replace(/<style>[^]*?<\/style>/, "")),
  );
});

test("html() writes out no digits that nobody sees", () => {
  const plots = html(FULL).match(/<svg [^]*?<\/svg>/g)!;
  assert(plots.length > 100);
  for (const plot of plots) {
    const drawn = plot.replaceAll(/<(title|text)\b[^]*?<\/\1>/g, "");
    assertEquals(drawn.match(/\d\.\d{3}/g), null);
  }
});

test("html() makes do with next to nothing", () => {
  for (
    const results of [
      EMPTY,
      resultsOf(point([])),
      resultsOf(point([{ "C": [100] }])),
      resultsOf(point([{ "OverlappedFile": [100] }], { experiment: "gather" })),
      resultsOf(point([{ "C": [9] }], { experiment: "workers", x: 1 })),
    ]
  ) assertWellFormed(html(results));
});

test("tableRow() fits below tableHeader(), in 120 columns", () => {
  assert(tableHeader().length <= 120);
  const rows = FULL.points.map(tableRow);
  assert(rows.every((row) => row.length <= tableHeader().length));
  const row = tableRow(
    point([{ "C": [1000], "SyncFile": [1100], "koffi": [1500] }]),
  );
  const at = (text: string) => row.indexOf(text) + text.length;
  const under = (title: string) => tableHeader().indexOf(title) + title.length;
  assertEquals(at("1.00"), under("C µs"));
  assertEquals(at("1.10"), under("sync"));
  assertEquals(at("1.50"), under("pkg."));
});

test("tableRow() tells times where C has no part", () => {
  const row = tableRow(
    point([{ "OverlappedFile stream": [12_345] }], { experiment: "streams" }),
  );
  assertStringIncludes(row, "12.3µs");
});

test("summary() has a table for each experiment, the cost model, the goals and what is missing", () => {
  const text = summary(FULL);
  for (
    const title of [
      "One request after the other",
      "How cost grows with Workers",
      "CPU µs = call + copying × KiB",
      "\nGoals\n",
      "Wine does not have it <yet>",
    ]
  ) assertStringIncludes(text, title);
});

test("markdown() tells files and structures apart in records", () => {
  const page = "<!-- bench:begin experiments -->\n<!-- bench:end -->";
  const text = markdown(page, FULL);
  const records = text.slice(text.indexOf("### Typed records"));
  const header = records.split("\n").find((line) => line.startsWith("| Call"));
  assert(header !== undefined);
  for (const way of ["SyncFile", "SyncFile, struct()", "node:fs"]) {
    assertStringIncludes(header, `\`${way}\``);
  }
});

test("markdown() fills what is between its marks, and leaves the rest", () => {
  const page = [
    "before",
    "<!-- bench:begin ratios -->",
    "old",
    "<!-- bench:end -->",
    "between",
    "<!-- bench:begin skipped --><!-- bench:end -->",
    "after",
  ].join("\n");
  const text = markdown(page, FULL);
  assert(!text.includes("old"));
  for (const word of ["before\n", "\nbetween\n", "\nafter"]) {
    assertStringIncludes(text, word);
  }
  assertStringIncludes(text, "`SyncFile` to bare call");
  assertStringIncludes(text, "Wine does not have it \\<yet\\>");
  // What was filled can be filled again.
  assertEquals(markdown(text, FULL), text);
});

test("markdown() refuses marks that it does not know, or that have no end", () => {
  assertThrows(
    () => markdown("<!-- bench:begin speed --><!-- bench:end -->", FULL),
    Error,
    '"speed"',
  );
  assertThrows(
    () =>
      markdown(
        "<!-- bench:begin ratios -->\n<!-- bench:begin goals --><!-- bench:end -->",
        FULL,
      ),
    Error,
    "no <!-- bench:end -->",
  );
});

test("readResults() reads what was written", async () => {
  using folder = tempFolder();
  const path = folder.file("results.json");
  writeFileSync(path, JSON.stringify(FULL));
  assertEquals(await readResults(path), FULL);
});

test("readResults() says what is wrong with a file", async () => {
  using folder = tempFolder();
  const path = folder.file("results.json");
  const refuses = async (text: string, sentence: string) => {
    writeFileSync(path, text);
    await assertRejects(() => readResults(path), Error, sentence);
  };
  await refuses("{", "is not JSON");
  await refuses("null", "is of version 1 or none");
  await refuses('{ "cases": [] }', "is of version 1 or none");
  await refuses('{ "schema": 3 }', "is of version 3");
  await refuses('{ "schema": 2 }', "at date");
  assertThrows(
    () =>
      parseResults(
        resultsOf({ ...point([{ "C": [1] }]), operation: "erase" as "read" }),
        "it",
      ),
    Error,
    "at points.0.operation",
  );
  assertThrows(
    () => parseResults(resultsOf(point([{ "C": [] }])), "it"),
    Error,
    "at points.0.runs.0.ways.C.rounds",
  );
});
