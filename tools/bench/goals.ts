import type {
  CaseResult,
  CompetitorName,
  Operation,
  Results,
  Runtime,
  Spread,
} from "../../bench/types.ts";
import { sizeName } from "./cases.ts";

/** How long one competitor may take against another. */
interface Goal {
  readonly operations: readonly Operation[];
  readonly from: number;
  readonly to: number;
  readonly who: CompetitorName;
  readonly against: CompetitorName;
  readonly limit: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;
const SEQUENTIAL = ["write", "read"] as const;
const POSITIONAL = ["write at", "read at"] as const;

const GOALS: readonly Goal[] = [
  ...(["kernel32", "SyncFile"] as const).flatMap((who) => {
    const goal = { operations: SEQUENTIAL, who, against: "bare" } as const;
    return [
      { ...goal, from: 16, to: 16, limit: 1.10 },
      { ...goal, from: 4 * KIB, to: MIB, limit: 1.06 },
    ];
  }),
  {
    operations: POSITIONAL,
    from: 16,
    to: 16,
    who: "SyncFile",
    against: "bare",
    limit: 1.10,
  },
  {
    operations: POSITIONAL,
    from: 4 * KIB,
    to: MIB,
    who: "SyncFile",
    against: "bare",
    limit: 1.06,
  },
  {
    operations: ["write"],
    from: 16,
    to: MIB,
    who: "SyncFile",
    against: "Deno.FsFile",
    limit: 1,
  },
  {
    operations: ["write"],
    from: 16,
    to: 4 * KIB,
    who: "SyncFile",
    against: "node:fs",
    limit: 0.5,
  },
  {
    operations: ["write at"],
    from: 16,
    to: 4 * KIB,
    who: "SyncFile",
    against: "node:fs",
    limit: 0.5,
  },
];

/** A call that makes an object leaves far more than this. */
const HEAP_LIMIT = 1; // byte

/** Tells of each goal whether it was reached, and how near the nearest case was. */
export function goalLines({ cases, heap }: Results): string[] {
  const lines = GOALS.flatMap((goal) => goalLine(goal, cases));
  for (const [runtime, growth] of Object.entries(heap)) {
    lines.push(heapLine(runtime as Runtime, growth));
  }
  return lines;
}

function goalLine(goal: Goal, cases: readonly CaseResult[]): string[] {
  const { operations, from, to, who, against, limit } = goal;
  const found = cases.flatMap((result) => {
    const { runtime, operation, bytes } = result;
    const spread = result.ratio[who]?.[against];
    return spread && operations.includes(operation) && bytes >= from &&
        bytes <= to
      ? [{
        spread,
        name: `${runtime} ${operation} ${sizeName(bytes)}`,
        possible: possible(result, against),
      }]
      : [];
  });
  if (found.length === 0) return [];
  const sizes = from === to
    ? sizeName(from)
    : `${sizeName(from)} to ${sizeName(to)}`;
  const text = `${who} takes at most ${limit.toFixed(2)} of ${against}: ${
    operations.join(", ")
  }, ${sizes}`;
  const worst = found.reduce((a, b) =>
    b.spread.median > a.spread.median ? b : a
  );
  const missed = found.filter(({ spread }) => mark(spread, limit) !== "✓");
  const shown = missed.length > 0 ? missed : [worst];
  return [
    `${mark(worst.spread, limit)} ${text}`,
    ...shown.map(({ name, spread, possible }) =>
      `    ${mark(spread, limit)} ${name}: ${figures(spread)}${possible}`
    ),
  ];
}

/** What C takes against a competitor that is not as bare as C is: no goal below that can be reached. */
function possible({ ratio }: CaseResult, against: CompetitorName): string {
  const limit = ratio.C?.[against];
  return against === "bare" || limit === undefined
    ? ""
    : `; C takes ${limit.median.toFixed(3)}`;
}

function figures({ median, low, high }: Spread): string {
  return `${median.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
}

/** "~": reached in one process and not in another. */
function mark({ median, low }: Spread, limit: number): "✓" | "~" | "✗" {
  if (median <= limit) return "✓";
  return low <= limit ? "~" : "✗";
}

function heapLine(runtime: Runtime, growth: Record<string, number>): string {
  const { "one object": control = 0, ...calls } = growth;
  const most = Math.max(...Object.values(calls));
  const reached = most < HEAP_LIMIT && control >= HEAP_LIMIT;
  return `${reached ? "✓" : "✗"} no allocation per call on ${runtime}: ${
    Object.entries(calls).map(([name, bytes]) => `${name} ${bytes.toFixed(3)}`)
      .join(", ")
  } bytes a call (one object: ${control.toFixed(1)})`;
}
