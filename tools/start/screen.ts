import { SingleBar } from "cli-progress";
import type { Copied, Progress } from "./events.ts";

const LINE_INTERVAL = 5000; // ms

/** Shows how a copy gets on: with a bar on a terminal, with a line now and then elsewhere. */
export class ProgressBar {
  readonly #total: number;
  #lastLine = performance.now();
  #label = "";
  #bar: SingleBar | undefined;

  /** Makes one for files of so many bytes. */
  constructor(total: number) {
    this.#total = total;
  }

  /** Shows how far a step has come. */
  show({ mode, step, bytes }: Progress): void {
    if (this.#total === 0) return;
    const label = `${mode}: ${step}`;
    if (!process.stdout.isTTY) return this.#showLine(label, bytes);
    if (label !== this.#label) this.clear();
    this.#label = label;
    this.#bar ??= this.#start();
    this.#bar.update(bytes);
  }

  /** Takes the bar off the screen. */
  clear(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }

  #showLine(label: string, bytes: number): void {
    const now = performance.now();
    if (now - this.#lastLine < LINE_INTERVAL) return;
    this.#lastLine = now;
    console.log(`  ${Math.floor(100 * bytes / this.#total)} % ${label}`);
  }

  #start(): SingleBar {
    const bar = new SingleBar({
      format: `  [{bar}] {percentage} % ${this.#label}`,
      stream: process.stdout,
      barsize: 20,
      clearOnComplete: true,
      hideCursor: null,
      linewrap: true,
      gracefulExit: false, // an interruption has more to do
    });
    bar.start(this.#total, 0);
    return bar;
  }
}

/** Tells what came of a copy. */
export function describeCopy(copied: Copied): string {
  const { mode, depth, bytes, seconds, sourceHash, copyHash } = copied;
  const speed = bytes === 0
    ? ""
    : `, ${(bytes / 1e6 / seconds).toFixed(0)} MB/s`;
  const way = depth > 1 ? `${mode}, queue depth ${depth}` : mode;
  return `  ${way}: ${bytes.toLocaleString("en")} bytes in ${
    seconds.toFixed(3)
  } s${speed}
    SHA-256 of the source ${sourceHash}
    SHA-256 of the copy   ${copyHash}`;
}
