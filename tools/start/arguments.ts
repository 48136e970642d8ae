import { existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";

export const USAGE = `Usage: npm start [-- SOURCE [DESTINATION]]

Copies a file with ReadFile and WriteFile, on deno.exe and on bun.exe, through the system's cache and past it, and
compares each copy with its source. Paths are relative to the folder that npm is called in.

  SOURCE       an ordinary file; by default the deno.exe that the copy is made with
  DESTINATION  where a verified copy is to stay; a file that is there is replaced. By default no copy stays

  -h, --help   prints this`;

/** What the caller asks for. */
export interface Request {
  help: boolean;
  source: string | undefined;
  destination: string | undefined;
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
  return { help: values.help, source, destination };
}

function parse(words: string[]) {
  try {
    return parseArgs({
      args: words,
      allowPositionals: true,
      options: { help: { type: "boolean", short: "h", default: false } },
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
