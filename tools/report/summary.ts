import type { Results } from "../../bench/schema.ts";
import { costModels, costModelTable, mainModels } from "./cost_model.ts";
import { findingText, type GoalResult, goals } from "./goals.ts";
import { caveat, machineSentence } from "./machine.ts";
import { comparePoints, EXPERIMENT_NAMES, EXPERIMENTS } from "./names.ts";
import { COLUMNS_NOTE, tableHeader, tableRow } from "./row.ts";
import { tableText } from "./tables.ts";

/** As many places are named where a goal was not reached: a file has them all. */
const MISSED = 3;

/** Sums up results for a terminal. */
export function summary(results: Results): string {
  const { skipped } = results;
  const models = mainModels(
    costModels(results.points.toSorted(comparePoints)),
  );
  const reached = goals(results);
  const sections = [
    [machineSentence(results), caveat(results) ?? ""].join("\n").trimEnd(),
    ...experiments(results),
    ...results.points.length > 0 ? [COLUMNS_NOTE] : [],
    ...models.length > 0
      ? [titled(
        "What a request costs the processors: CPU µs = call + copying × KiB",
        tableText(costModelTable(models)),
      )]
      : [],
    ...reached.length > 0
      ? [titled("Goals", reached.flatMap(goalLines).join("\n"))]
      : [],
    ...skipped.length > 0
      ? [titled(
        "Not measured",
        skipped.map(({ what, why }) => `${what}: ${why}`).join("\n"),
      )]
      : [],
  ];
  return sections.join("\n\n");
}

function experiments({ points }: Results): string[] {
  return EXPERIMENT_NAMES.flatMap((experiment) => {
    const rows = points.filter((point) => point.experiment === experiment)
      .toSorted(comparePoints).map(tableRow);
    if (rows.length === 0) return [];
    const { title } = EXPERIMENTS[experiment];
    return [titled(title, [tableHeader(), ...rows].join("\n"))];
  });
}

function titled(title: string, text: string): string {
  return `${title}\n\n${text}`;
}

function goalLines({ mark, text, worst, missed, unit }: GoalResult): string[] {
  const shown = missed.length > 0 ? missed.slice(0, MISSED) : [worst];
  const others = missed.length - shown.length;
  return [
    `${mark} ${text}`,
    ...shown.map((finding) =>
      `    ${finding.mark} ${finding.place}: ${findingText(finding, unit)}`
    ),
    ...others > 0 ? [`    and at ${others} more`] : [],
  ];
}
