import { max, median, min } from "simple-statistics";
import type {
  Case,
  CaseResult,
  CompetitorName,
  Round,
  Spread,
} from "../../bench/types.ts";

/** Who is compared with everybody else. */
const COMPARED: readonly CompetitorName[] = [
  "C",
  "bare",
  "kernel32",
  "SyncFile",
];

/**
 * Sums up a case. Ratios are taken within rounds, where whatever slowed the machine down hit both sides; what processes differ
 * by shows in the spread of their medians.
 *
 * @param processes The rounds of each process.
 */
export function summarize(
  measured: Case,
  processes: readonly (readonly Round[])[],
): CaseResult {
  const names = Object.keys(processes[0]?.[0] ?? {}) as CompetitorName[];
  const cost: CaseResult["cost"] = {};
  const ratio: CaseResult["ratio"] = {};
  for (const name of names) {
    const all = processes.flat().map((round) => round[name]!);
    cost[name] = {
      ...spread(processes, (round) => round[name]!),
      min: rounded(min(all)),
    };
  }
  for (const name of names.filter((name) => COMPARED.includes(name))) {
    const others = names.filter((other) => other !== name);
    ratio[name] = Object.fromEntries(
      others.map((other) => [
        other,
        spread(processes, (round) => round[name]! / round[other]!),
      ]),
    );
  }
  return { ...measured, rounds: processes.flat().length, cost, ratio };
}

function spread(
  processes: readonly (readonly Round[])[],
  value: (round: Round) => number,
): Spread {
  const medians = processes.map((rounds) => median(rounds.map(value)));
  return {
    median: rounded(median(medians)),
    low: rounded(min(medians)),
    high: rounded(max(medians)),
  };
}

/** Four digits tell all that there is to know. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
