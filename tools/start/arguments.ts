import { existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";

const DEFAULT_DEPTH = 8;
/** Each has a buffer of 1 MiB. */
const MAX_DEPTH = 64;

export const USAGE: string =
  `Usage: npm start [-- [--depth N] [SOURCE [DESTINATION]]]

Copies a file with ReadFile and WriteFile, on deno.exe and on bun.exe, through the system's cache and past it, with one
operation at a time and with several, and compares each copy with its source. Paths are relative to the folder that npm
is called in.

  SOURCE       an ordinary file; by default the deno.exe that the copy is made with
  DESTINATION  where a verified copy is to stay; a file that is there is replaced. By default no copy stays

  --depth N    how many operations there are at a time where there are several: ${DEFAULT_DEPTH}, or from 1 to ${MAX_DEPTH}
  -h, --help   prints this`;

/** What the caller asks for. */
export interface Request {
  help: boolean;
  source: string | undefined;
  destination: string | undefined;
  /** How many operations are to be under way at once. */
  depth: number;
}

/** The caller asks for something that cannot be meant. */
export class UsageError extends Error {
  override name = "UsageError";
}

/**
 * Reads the command line.
 *
 * @param folder What paths are relative to.
 * @throws {UsageError} If it is not as `USAGE` says.
 */
export function parseRequest(words: string[], folder: string): Request {
  const { values, positionals } = parse(words);
  if (positionals.length > 2) {
    throw new UsageError(
      `One source and one destination are copied, not ${positionals.length} files. Quote a path that has spaces.`,
    );
  }
  if (positionals.includes("")) {
    throw new UsageError("A path must not be empty.");
  }
  const [source, destination] = positionals.map((path) =>
    resolve(folder, path)
  );
  const depth = depthFrom(values.depth);
  return { help: values.help, source, destination, depth };
}

function depthFrom(text: string | undefined): number {
  if (text === undefined) return DEFAULT_DEPTH;
  const depth = Number(text);
  if (/^\d+$/.test(text) && depth >= 1 && depth <= MAX_DEPTH) return depth;
  throw new UsageError(
    `--depth takes a whole number from 1 to ${MAX_DEPTH}, not ${
      JSON.stringify(text)
    }.`,
  );
}

function parse(words: string[]) {
  try {
    return parseArgs({
      args: words,
      allowPositionals: true,
      options: {
        depth: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/**
 * Checks what the paths stand for, before anything is begun.
 *
 * @returns The size of the source.
 * @throws {UsageError} If the source cannot be copied to the destination.
 */
export function checkPaths(
  source: string,
  destination: string | undefined,
): number {
  const from = statSync(source, { bigint: true, throwIfNoEntry: false });
  if (from === undefined) {
    throw new UsageError(`There is no file ${source} to copy.`);
  }
  if (!from.isFile()) {
    throw new UsageError(`${source} is not an ordinary file.`);
  }
  if (destination !== undefined) {
    const to = statSync(destination, { bigint: true, throwIfNoEntry: false });
    if (to?.isDirectory()) {
      throw new UsageError(
        `${destination} is a folder. Name the file in it that the copy is to be.`,
      );
    }
    if (to !== undefined && !to.isFile()) {
      throw new UsageError(
        `${destination} is not an ordinary file, so it is not replaced.`,
      );
    }
    // Also by another name: a link, or another spelling.
    if (to !== undefined && to.dev === from.dev && to.ino === from.ino) {
      throw new UsageError(
        `${source} and ${destination} are the same file. Name another destination.`,
      );
    }
    if (!existsSync(dirname(destination))) {
      throw new UsageError(
        `There is no folder ${dirname(destination)} for the copy.`,
      );
    }
  }
  return Number(from.size);
}
