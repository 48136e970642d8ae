import { readFileSync } from "node:fs";
import { type Results, SCHEMA, type Way } from "../../bench/schema.ts";
import type { Chart } from "./chart.ts";
import { charts } from "./charts.ts";
import { reasons } from "../../bench/figures.ts";
import { groupBy } from "../../bench/groups.ts";
import { caveat, mixedTables } from "../../bench/summary.ts";
import { inline, type Markup, markup, NOTHING, raw } from "./markup.ts";
import {
  EXPERIMENT_NAMES,
  plural,
  sizeName,
  WAY_NAMES,
} from "../../bench/names.ts";
import { EXPERIMENTS, WAYS } from "../../bench/schema.ts";
import { swatch } from "./plots.ts";
import type { Table } from "../../bench/table.ts";

const STYLE = readFileSync(new URL("page.css", import.meta.url), "utf8");

/** A part of the page that the table of contents names. */
interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Markup;
}

/** Makes a page of results that needs nothing but itself: no script, no font, no request. */
export function html(results: Results): string {
  const sections = [
    ...experimentSections(results),
    waySection(results),
    skippedSection(results),
  ].filter((section) => section !== undefined);
  const { markup: page } = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>@kernel32/io: what file I/O costs</title>
<style>
${raw(STYLE)}</style>
</head>
<body>
<header>
<h1>What file I/O costs</h1>
<p class="lead">The reads and writes of <code>@kernel32/io</code> beside all other ways to make them: in one run, in turns, on the same file.</p>
${machine(results)}
${contents(sections)}
</header>
<main>
${sections.map(section)}
</main>
<footer>
<p>Made by <code>npm run bench</code>; results of version ${SCHEMA}. Every figure is a median; a ratio is taken between turns that were at the same time.</p>
</footer>
</body>
</html>
`;
  return page;
}

function machine(results: Results): Markup {
  const warning = caveat(results);
  return markup`<dl class="machine">
${
    machineLines(results).map(([name, value]) =>
      markup`<div><dt>${name}</dt><dd>${value}</dd></div>\n`
    )
  }</dl>
${warning === undefined ? NOTHING : markup`<p class="caveat">${warning}</p>`}`;
}

function machineLines(
  { date, machine, versions, options }: Results,
): (readonly [name: string, value: string])[] {
  const { processor, processors, memory, system } = machine;
  const { quick, processes, milliseconds } = options;
  const names = Object.entries(versions).map((entry) => entry.join(" "));
  return [
    ["Date", date.slice(0, 10)],
    ["System", system],
    ["Processor", `${processor}, ${plural(processors, "processor")}`],
    ["Memory", sizeName(memory)],
    ["Versions", names.join(", ")],
    [
      "Measured in",
      `${
        plural(processes, "process", "processes")
      } a point, ${milliseconds} ms a way${quick ? " (--quick)" : ""}`,
    ],
  ];
}

function contents(sections: readonly Section[]): Markup {
  return markup`<nav aria-label="Contents">
<ol>
${
    sections.map(({ id, title }) =>
      markup`<li><a href="#${id}">${title}</a></li>\n`
    )
  }</ol>
</nav>`;
}

function section({ id, title, body }: Section): Markup {
  return markup`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${body}
</section>
`;
}

function experimentSections({ points }: Results): Section[] {
  return EXPERIMENT_NAMES.flatMap((experiment) => {
    const drawn = charts(experiment, points);
    if (drawn.length === 0) return [];
    const own = points.filter((point) => point.experiment === experiment);
    const { title, about } = EXPERIMENTS[experiment];
    const id = experiment.replaceAll(" ", "-");
    return [{
      ...{ id, title },
      body: markup`<p>${inline(about)}</p>
${mixedTables(own).map((table) => tableMarkup(table, title))}
${drawn.map((chart, i) => figure(chart, `${id}-${i + 1}`))}`,
    }];
  });
}

function figure(
  { title, about, series, panels, table }: Chart,
  id: string,
): Markup {
  return markup`<figure aria-labelledby="${id}">
<figcaption><h3 id="${id}">${title}</h3>
<p>${about}</p>
${
    series.length === 0 ? NOTHING : markup`<ul class="legend">
${
      series.map((each) =>
        markup`<li><span aria-hidden="true">${
          raw(swatch(each))
        }</span>${each.name}</li>\n`
      )
    }</ul>
`
  }</figcaption>
${rowsOf(panels).map(row)}<details>
<summary>Figures</summary>
${tableMarkup(table, title)}
</details>
</figure>
`;
}

/** The panels of a runtime begin a row, if there are enough to fill one. */
function rowsOf(panels: Chart["panels"]): Chart["panels"][] {
  const rows = [
    ...groupBy(panels, ({ title }) => title.split(",")[0]).values(),
  ];
  return rows.some((row) => row.length > 2) ? rows : [panels];
}

function row(panels: Chart["panels"]): Markup {
  return markup`<div class="panels">
${
    panels.map(({ title, svg }) =>
      markup`<div class="panel"><h4>${title}</h4>${
        raw(svg.replace("<svg ", '<svg role="img" '))
      }</div>\n`
    )
  }</div>
`;
}

function tableMarkup({ head, rows, words }: Table, name: string): Markup {
  const cell = (text: string, i: number) =>
    i === 0
      ? markup`<th scope="row">${text}</th>`
      : markup`<td class="${i < words ? "" : "number"}">${text}</td>`;
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="Figures: ${name}">
<table>
<thead><tr>${
    head.map((text, i) =>
      markup`<th scope="col" class="${i < words ? "" : "number"}">${
        inline(text)
      }</th>`
    )
  }</tr></thead>
<tbody>
${rows.map((row) => markup`<tr>${row.map(cell)}</tr>\n`)}</tbody>
</table>
</div>`;
}

function waySection({ points }: Results): Section {
  const measured = new Set(
    points.flatMap(({ runs }) => runs.flatMap(({ ways }) => Object.keys(ways))),
  );
  const ways = WAY_NAMES.filter((way: Way) => measured.has(way));
  return {
    id: "ways",
    title: "The ways",
    body: markup`<dl class="ways">
${
      ways.map((way) =>
        markup`<div><dt>${way}</dt><dd>${inline(WAYS[way])}</dd></div>\n`
      )
    }</dl>`,
  };
}

function skippedSection(
  { skipped, points }: Results,
): Section | undefined {
  const missing = reasons(points);
  if (skipped.length === 0 && missing.length === 0) return;
  return {
    id: "skipped",
    title: "Not measured",
    body: markup`<ul>
${
      skipped.map(({ what, why }) =>
        markup`<li><strong>${what}</strong>: ${why}</li>\n`
      )
    }${
      missing.map(({ way, why, places }) =>
        markup`<li><strong>${way}</strong> at ${places} points: ${why}</li>\n`
      )
    }</ul>`,
  };
}
