import type {
  OverlappedName,
  OverlappedResult,
} from "../../bench/overlapped_types.ts";
import type { HeapGrowth, Results, Spread } from "../../bench/types.ts";
import { overlappedName } from "./overlapped.ts";

/** How fast one way must be to another, from 1 for as fast. */
interface Goal {
  readonly text: string;
  readonly who: OverlappedName;
  readonly against: OverlappedName;
  readonly least: number;
  readonly isMeant: (result: OverlappedResult) => boolean;
}

const GOALS: readonly Goal[] = [
  {
    text: "at least 0.90 of C's operations a second at depth 32",
    who: "OverlappedFile",
    against: "C",
    least: 0.9,
    isMeant: ({ depth }) => depth === 32,
  },
  {
    text: "at least 0.75 of C's operations a second at depth 1",
    who: "OverlappedFile",
    against: "C",
    least: 0.75,
    isMeant: ({ operation, depth }) => operation !== "gather" && depth === 1,
  },
  {
    text: "a gather of 16 pages at least 0.90 as fast as C's",
    who: "OverlappedFile",
    against: "C",
    least: 0.9,
    isMeant: ({ operation }) => operation === "gather",
  },
  {
    text: "a gather of 16 pages 5 times as fast as 16 writes",
    who: "OverlappedFile",
    against: "16 writes",
    least: 5,
    isMeant: ({ operation }) => operation === "gather",
  },
];

/** What an operation may leave on the heap beside what the loop around it does, in bytes. */
const HEAP_LIMIT = 500;

/** Tells of each goal whether it was reached, case by case. */
export function overlappedGoalLines(
  { overlapped = [], overlappedHeap = {} }: Results,
): string[] {
  const lines = GOALS.flatMap((goal) => goalLines(goal, overlapped));
  for (const [runtime, growth] of Object.entries(overlappedHeap)) {
    lines.push(heapLine(runtime, growth));
  }
  return lines;
}

function goalLines(
  { text, who, against, least, isMeant }: Goal,
  results: readonly OverlappedResult[],
): string[] {
  const found = results.filter(isMeant).flatMap((result) => {
    const speed = result.speed[who]?.[against];
    return speed === undefined ? [] : [{ result, speed }];
  });
  if (found.length === 0) return [];
  const marks = found.map(({ speed }) => mark(speed, least));
  const worst = ["✗", "~", "✓"].find((sign) => marks.includes(sign))!;
  return [
    `${worst} ${text}`,
    ...found.map(({ result, speed }, index) =>
      `    ${marks[index]} ${overlappedName(result)}: ${figures(speed)}${
        possible(result, against)
      }`
    ),
  ];
}

/** How fast C is against what is not C: no goal beyond that can be reached. */
function possible(
  { speed }: OverlappedResult,
  against: OverlappedName,
): string {
  const limit = against === "16 writes" ? speed.C?.["C, 16 writes"] : undefined;
  return limit === undefined
    ? ""
    : `; C's gather to C's 16 writes ${limit.median.toFixed(2)}`;
}

function figures({ median, low, high }: Spread): string {
  return `${median.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
}

/** "~": reached in one process and not in another. */
function mark({ median, high }: Spread, least: number): string {
  if (median >= least) return "✓";
  return high >= least ? "~" : "✗";
}

function heapLine(runtime: string, growth: HeapGrowth): string {
  const { "the loop": loop = 0, ...others } = growth;
  const own = Object.entries(others).filter(([name]) => name.includes("depth"))
    .map(([name, bytes]) => [name, bytes - loop] as const);
  const most = Math.max(...own.map(([, bytes]) => bytes));
  // Where nothing shows, nothing was measured.
  const reached = most < HEAP_LIMIT && loop > 0;
  return `${
    reached ? "✓" : "✗"
  } less than ${HEAP_LIMIT} bytes of JS heap an operation on ${runtime}: ${
    own.map(([name, bytes]) => `${name} ${bytes.toFixed(0)}`).join(", ")
  } (and the loop around it ${loop.toFixed(0)})`;
}
