// Whether a run can go on with what another one has measured.

import type { Results } from "./schema.ts";

/** All that must not change within a run. */
export type Circumstances = Pick<
  Results,
  "machine" | "versions" | "options" | "programs"
>;

/** Says what differs from the run that is to be gone on with, if anything does. More processes may measure a point. */
export function difference(
  earlier: Circumstances,
  now: Circumstances,
): string | undefined {
  const versions = Object.keys(now.versions).filter((name) =>
    name in earlier.versions
  );
  const facts = [
    ...machineFacts(earlier, now),
    ...versions.map((name) =>
      [name, earlier.versions[name], now.versions[name]] as const
    ),
    ["--quick", earlier.options.quick, now.options.quick],
    [
      ...["--milliseconds", earlier.options.milliseconds] as const,
      now.options.milliseconds,
    ],
    ["--way", waysOf(earlier), waysOf(now)],
    ["the program that measures", earlier.programs, now.programs],
  ] as const;
  for (const [what, was, is] of facts) {
    if (was !== is) {
      return `${what} was ${said(was)} then and is ${said(is)} now`;
    }
  }
  return undefined;
}

function machineFacts({ machine: was }: Circumstances, now: Circumstances) {
  const is = now.machine;
  return [
    ["the system", was.system, is.system],
    ["the processor", was.processor, is.processor],
    ["the number of processors", was.processors, is.processors],
    ["the memory", was.memory, is.memory],
    ["the disk", was.disk, is.disk],
  ] as const;
}

function waysOf({ options: { ways } }: Circumstances): string | undefined {
  return ways?.toSorted().join(", ");
}

function said(value: string | number | boolean | undefined): string {
  if (typeof value === "boolean") return value ? "given" : "not given";
  return value === undefined ? "not given" : String(value);
}
