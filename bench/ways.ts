// All ways, by what an experiment asks of them.

import type { Point } from "./schema.ts";
import type { Way } from "./way.ts";
import { bare, bunPackage } from "./ways/bare.ts";
import { native } from "./ways/c.ts";
import { type Module, moduleWays, ours } from "./ways/module.ts";
import {
  bunFile,
  fsFile,
  fsPromises,
  fsStreams,
  nodeFs,
} from "./ways/runtimes.ts";

const { raw, syncFile, overlappedFile } = ours;

/** One request after the other. */
export const SYNC_WAYS: readonly Way[] = [
  ...[native, bare, raw, syncFile, fsFile, nodeFs, bunPackage],
];

/** Several requests in flight. */
export const OVERLAPPED_WAYS: readonly Way[] = [
  ...[native, bare, overlappedFile, fsFile, fsPromises],
];

/** A request for many pages. */
export const PAGE_WAYS: readonly Way[] = [
  ...[native, bare, overlappedFile, fsPromises],
];

/** From the start to the end of a file. */
export const THROUGH_WAYS: readonly Way[] = [
  ...[native, syncFile, overlappedFile, fsFile, nodeFs],
];

/** Files that hold a great number of small things. */
export const WHOLE_FILE_WAYS: readonly Way[] = [
  ...[syncFile, fsFile, nodeFs],
];

/** Files as streams. */
export const STREAM_WAYS: readonly Way[] = [
  native,
  { ...overlappedFile, name: "OverlappedFile stream" },
  { ...fsFile, name: "Deno.FsFile stream" },
  bunFile,
  fsStreams,
];

const OTHER = new Map<string, ReturnType<typeof moduleWays>>();

/** Adds the ways of another checkout, each behind this one's. */
export async function withOther(
  ways: readonly Way[],
  url: string | undefined,
): Promise<readonly Way[]> {
  if (url === undefined) return ways;
  if (!OTHER.has(url)) {
    OTHER.set(url, moduleWays(await import(url) as Module, ", other"));
  }
  const other = OTHER.get(url)!;
  return ways.flatMap((way) => {
    if (way === raw) return [way, other.raw];
    if (way === syncFile) return [way, other.syncFile];
    return way === overlappedFile ? [way, other.overlappedFile] : [way];
  });
}

/** Returns who can take part at a point, if all is installed. */
export function waysAt(ways: readonly Way[], point: Point): Way[] {
  return ways.filter(({ runtime = point.runtime, refuses }) =>
    runtime === point.runtime && refuses?.(point) === undefined
  );
}
