import { WAY_NAMES } from "../../bench/names.ts";
import type { Pattern, Way } from "../../bench/schema.ts";
import { PATTERNS } from "../../bench/schema.ts";

/** How one of several lines looks: by its colour, and without colours by its mark. */
export interface Series {
  readonly name: string;
  /** A custom property of the page's style: it differs by what the page is read on. */
  readonly colour: string;
  readonly symbol: Symbol;
  readonly isDashed: boolean;
}

/** Marks that are distinct at a few pixels. */
export type Symbol =
  | `${"circle" | "square" | "triangle" | "diamond"}`
  | `${"times" | "plus" | "asterisk" | "hexagon"}`;

type Look = readonly [colour: string, symbol: Symbol];

/** Ways that are never in one chart share a look. */
const LOOKS: Readonly<Record<Way, Look>> = {
  "C": ["ink", "times"],
  "bare": ["grey", "plus"],
  "kernel32": ["sky", "square"],
  "SyncFile": ["blue", "circle"],
  "OverlappedFile": ["violet", "hexagon"],
  "kernel32, other": ["green", "plus"],
  "SyncFile, other": ["red", "triangle"],
  "OverlappedFile, other": ["red", "triangle"],
  "SyncFile, struct()": ["sky", "square"],
  "PipeConnection": ["violet", "hexagon"],
  "OverlappedFile stream": ["violet", "hexagon"],
  "Deno.FsFile": ["orange", "triangle"],
  "Deno.FsFile stream": ["orange", "triangle"],
  "Bun.file": ["sky", "square"],
  "node:fs": ["green", "diamond"],
  "node:fs stream": ["green", "diamond"],
  "node:fs/promises": ["red", "asterisk"],
  "node:net": ["green", "diamond"],
  "@bun-win32/kernel32": ["pink", "square"],
};

const PATTERN_LOOKS: Readonly<Record<Pattern, Look>> = {
  "buffered": ["blue", "circle"],
  "sequential": ["sky", "square"],
  "preallocated": ["green", "diamond"],
  "write-through": ["orange", "triangle"],
  "unbuffered": ["violet", "hexagon"],
  "unbuffered write-through": ["red", "asterisk"],
};

/** Looks of ways, in the order of every legend. */
export const WAY_SERIES: readonly Series[] = WAY_NAMES.map((name) =>
  series(name, LOOKS[name], name === "C" || name === "bare")
);

/** Looks of patterns, in the order of every legend. */
export const PATTERN_SERIES: readonly Series[] = PATTERNS.map((name) =>
  series(name, PATTERN_LOOKS[name], false)
);

function series(
  name: string,
  [colour, symbol]: Look,
  isDashed: boolean,
): Series {
  return { name, colour: `var(--${colour})`, symbol, isDashed };
}
