import { EXPERIMENT_NAMES } from "../../bench/names.ts";
import { readFileSync } from "node:fs";
import { type Results, SCHEMA } from "../../bench/schema.ts";
import type { Chart } from "./chart.ts";
import { charts } from "./charts.ts";
import { measuredWays, notMeasured } from "../../bench/figures.ts";
import { caveat, machineSentence, mixedTables } from "../../bench/summary.ts";
import { inline, type Markup, markup, NOTHING, raw } from "./markup.ts";
import { EXPERIMENTS, WAYS } from "../../bench/schema.ts";
import { swatch } from "./plots.ts";
import type { Table } from "../../bench/table.ts";

const STYLE = readFileSync(new URL("page.css", import.meta.url), "utf8");

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
  ];
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
  const { quick, milliseconds } = results.options;
  const time = `${milliseconds} ms a way${quick ? " (--quick)" : ""}`;
  return markup`<p>${machineSentence(results)} ${time}.</p>
${warning === undefined ? NOTHING : markup`<p class="caveat">${warning}</p>`}`;
}

function contents(sections: readonly Section[]): Markup {
  const items = sections.map(({ id, title }) =>
    markup`<li><a href="#${id}">${title}</a></li>\n`
  );
  return markup`<nav aria-label="Contents"><ol>\n${items}</ol></nav>`;
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
${legend(series)}</figcaption>
${panelList(panels)}<details>
<summary>Figures</summary>
${tableMarkup(table, title)}
</details>
</figure>
`;
}

function legend(series: Chart["series"]): Markup {
  if (series.length === 0) return NOTHING;
  const items = series.map((each) => {
    const image = raw(swatch(each));
    return markup`<li><span aria-hidden="true">${image}</span>${each.name}</li>\n`;
  });
  return markup`<ul class="legend">\n${items}</ul>\n`;
}

function panelList(panels: Chart["panels"]): Markup {
  const items = panels.map(({ title, svg }) => {
    const image = raw(svg.replace("<svg ", '<svg role="img" '));
    return markup`<div class="panel"><h4>${title}</h4>${image}</div>\n`;
  });
  return markup`<div class="panels">\n${items}</div>\n`;
}

function tableMarkup({ head, rows, words }: Table, name: string): Markup {
  const kind = (i: number) => i < words ? "" : "number";
  const cell = (text: string, i: number) =>
    i === 0
      ? markup`<th scope="row">${text}</th>`
      : markup`<td class="${kind(i)}">${text}</td>`;
  const titles = head.map((text, i) =>
    markup`<th scope="col" class="${kind(i)}">${inline(text)}</th>`
  );
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="Figures: ${name}">
<table>
<thead><tr>${titles}</tr></thead>
<tbody>
${rows.map((row) => markup`<tr>${row.map(cell)}</tr>\n`)}</tbody>
</table>
</div>`;
}

function waySection({ points }: Results): Section {
  const terms = measuredWays(points).map((way) =>
    markup`<div><dt>${way}</dt><dd>${inline(WAYS[way])}</dd></div>\n`
  );
  const body = markup`<dl class="ways">\n${terms}</dl>`;
  return { id: "ways", title: "The ways", body };
}

function skippedSection(results: Results): Section {
  const items = notMeasured(results).map(({ what, why }) =>
    markup`<li><strong>${what}</strong>: ${why}</li>\n`
  );
  const body = markup`<ul>\n${items}</ul>`;
  return { id: "skipped", title: "Not measured", body };
}
