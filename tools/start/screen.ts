import { SingleBar } from "cli-progress";
import type { Copied, Progress } from "./events.ts";

/** Shows how a copy gets on: a bar on a terminal, nothing elsewhere. */
export class ProgressBar {
  readonly #total: number;
  #label = "";
  #bar: SingleBar | undefined;

  /** Makes one for files of so many bytes. */
  constructor(total: number) {
    this.#total = total;
  }

  /** Shows how far a step has come. */
  show({ mode, step, bytes }: Progress): void {
    if (!process.stdout.isTTY || this.#total === 0) return;
    const label = `${mode}: ${step}`;
    if (label !== this.#label) this.clear();
    this.#label = label;
    this.#bar ??= this.#start();
    this.#bar.update(bytes, { done: megabytes(bytes) });
  }

  /** Takes the bar off the screen. */
  clear(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }

  #start(): SingleBar {
    const bar = new SingleBar({
      format: `  ${this.#label} [{bar}] {percentage} %, {done} of ${
        megabytes(this.#total)
      } MB`,
      stream: process.stdout,
      barsize: 30,
      clearOnComplete: true,
      hideCursor: null,
      linewrap: true,
      gracefulExit: false, // an interruption has more to do
    });
    bar.start(this.#total, 0, { done: "0.0" });
    return bar;
  }
}

/** Tells what came of a copy. */
export function describeCopy(copied: Copied): string {
  const { mode, bytes, seconds, sourceHash, copyHash } = copied;
  const speed = bytes === 0
    ? ""
    : `, ${(bytes / 1e6 / seconds).toFixed(0)} MB/s`;
  return `  ${mode}: ${bytes.toLocaleString("en")} bytes in ${
    seconds.toFixed(3)
  } s${speed}
    SHA-256 of the source ${sourceHash}
    SHA-256 of the copy   ${copyHash}`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
