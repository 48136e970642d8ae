import { sizeName } from "../../bench/point_name.ts";
import type { Results } from "../../bench/schema.ts";
import { plural } from "./names.ts";

/** Says what a run was measured on, a line for each thing. */
export function machineLines(
  { date, machine, versions, options, unfinished }: Results,
): (readonly [name: string, value: string])[] {
  const { processor, processors, memory, system, disk } = machine;
  const { quick, processes, milliseconds } = options;
  return [
    ["Date", date.slice(0, 10)],
    ["System", system],
    ["Processor", `${processor}, ${plural(processors, "processor")}`],
    ["Memory", sizeName(memory)],
    ["Disk", disk],
    [
      "Versions",
      Object.entries(versions).map((entry) => entry.join(" ")).join(", "),
    ],
    [
      "Measured in",
      `${
        plural(processes, "process", "processes")
      } a point, ${milliseconds} ms a way${quick ? " (--quick)" : ""}`,
    ],
    ...unfinished
      ? [["Missing", "what was left when the run was interrupted"] as const]
      : [],
  ];
}

/** Says the same in one sentence. */
export function machineSentence(results: Results): string {
  const { date, machine, versions, options, unfinished } = results;
  const names = Object.entries(versions).map((entry) => entry.join(" "));
  return `${
    names.join(", ")
  }; ${machine.system}; ${machine.processor} (${machine.processors}); ${
    plural(options.processes, "process", "processes")
  } a point; ${date.slice(0, 10)}${
    unfinished ? "; interrupted before all was measured" : ""
  }.`;
}

/** What a reader must know of figures from Wine, if these are. */
export function caveat({ machine }: Results): string | undefined {
  return /\bwine\b/i.test(machine.system)
    ? "Measured under Wine, which is not Windows: each call takes another way to the disk, and costs other times. " +
      "What carries over is how the ways compare in what they add to a call, and not what a disk does."
    : undefined;
}
