import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Results } from "./schema.ts";

/** What a run has measured so far, in a file beside the one that gets its results, which is left alone until there are all. */
export class Unfinished {
  readonly path: string;
  #isWritten = false;

  /** Names the file for a run whose results go to `out`. Does nothing yet. */
  constructor(out: string) {
    this.path = `${
      out.replace(/(\.unfinished)?(\.json)?$/, "")
    }.unfinished.json`;
  }

  /** Whether this has been written, and not removed. */
  get isWritten(): boolean {
    return this.#isWritten;
  }

  /** Whether there is one, which may be another run's. */
  exists(): boolean {
    return existsSync(this.path);
  }

  /** Writes the file, or all of it anew: whoever pulls the plug meanwhile finds the old one. */
  async write(results: Results): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true });
    await writeWhole(
      this.path,
      `${JSON.stringify({ ...results, unfinished: true })}\n`,
    );
    this.#isWritten = true;
  }

  /** Removes the file. */
  async remove(): Promise<void> {
    this.#isWritten = false;
    await rm(this.path, { force: true });
  }
}

/** Writes a file of which there is all or what was there before, whatever happens meanwhile. */
async function writeWhole(path: string, text: string): Promise<void> {
  const aside = `${path}.new`;
  await writeFile(aside, text, { flush: true });
  await rename(aside, path);
}
