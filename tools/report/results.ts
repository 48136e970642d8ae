import { readFile } from "node:fs/promises";
import { type Results, SCHEMA } from "../../bench/schema.ts";

/**
 * Reads what a run of the bench has written.
 *
 * @throws {Error} It is not a result file, or one of another version.
 */
export async function readResults(path: string): Promise<Results> {
  let value: Partial<Results> | null;
  try {
    value = JSON.parse(await readFile(path, "utf8")) as Partial<Results> | null;
  } catch (error) {
    throw new Error(`${path} is no result file: ${(error as Error).message}`);
  }
  if (value?.schema === SCHEMA && Array.isArray(value.points)) {
    return value as Results;
  }
  throw new Error(
    `${path} is of version ${
      value?.schema ?? "1 or none"
    }, and this bench reads version ${SCHEMA}. Measure again.`,
  );
}
