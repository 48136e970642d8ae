import type { Experiment, Point } from "./schema.ts";

/** Names a length as one says it. */
export function sizeName(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${Number(value.toPrecision(4))} ${units[unit]}`;
}

/** Whether bytes are what grows in a scaling experiment. */
export function growsInBytes(experiment: Experiment): boolean {
  return experiment === "file size" || experiment === "buffer size";
}

/** Names what grows in a scaling experiment, at a point: nothing elsewhere. */
export function xName({ experiment, x }: Point): string {
  if (x === undefined) return "";
  return growsInBytes(experiment) ? sizeName(x) : x.toString();
}

/** Tells points apart. */
export function pointKey(point: Point): string {
  const { experiment, runtime, operation, pattern, bytes, depth } = point;
  const { x = null, phase = null } = point;
  return JSON.stringify([
    ...[experiment, runtime, operation, pattern, bytes, depth, x, phase],
  ]);
}

/** Names a point as one says it. */
export function pointName(point: Point): string {
  const { experiment, runtime, operation, pattern, bytes, depth, x } = point;
  const { phase } = point;
  return [
    `${runtime} ${experiment}: ${operation}, ${pattern}`,
    ...phase === undefined ? [] : [phase],
    ...bytes > 0 ? [sizeName(bytes)] : [],
    ...depth === 1 ? [] : [`depth ${depth}`],
    ...x === undefined ? [] : [`at ${xName(point)}`],
  ].join(", ");
}
