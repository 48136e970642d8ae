// Everything a person reads about a run of the bench. Nothing here measures, and only `readResults()` reads a file.

export { compare, type Comparison } from "./compare.ts";
export { comparisonText } from "./comparison_text.ts";
export { csv } from "./csv.ts";
export { type GoalResult, goals } from "./goals.ts";
export { html } from "./html.ts";
export { markdown } from "./markdown.ts";
export { readResults } from "./results.ts";
export { tableHeader, tableRow } from "./row.ts";
export { summary } from "./summary.ts";
