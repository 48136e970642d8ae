import { SingleBar } from "cli-progress";

const LINE_INTERVAL = 5000; // ms

/** Shows how far the bench is: with a bar on a terminal, with a line now and then elsewhere. */
export class Progress {
  readonly #total: number;
  #done = 0;
  #label = "";
  #lastLine = -Infinity;
  readonly #start = performance.now();
  #bar: SingleBar | undefined;

  /** Makes one for work that is guessed to take so many seconds. */
  constructor(seconds: number) {
    this.#total = seconds;
  }

  /** Shows what is measured now. */
  begin(label: string): void {
    this.#label = label;
    this.#show();
  }

  /** Counts work as done that was guessed to take so many seconds. */
  done(seconds: number): void {
    this.#done += seconds;
    this.#show();
  }

  /** Prints a line above the bar. */
  print(line: string): void {
    this.clear();
    console.log(line);
    this.#show();
  }

  /** Takes the bar off the screen. */
  clear(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }

  #show(): void {
    if (this.#label === "") return; // Nothing is measured yet.
    const left = timeName(
      secondsLeft(
        this.#done,
        this.#total,
        (performance.now() - this.#start) / 1000,
      ),
    );
    if (process.stderr.isTTY) {
      this.#bar ??= startBar();
      this.#bar.update(Math.min(1, this.#done / this.#total), {
        left,
        label: this.#label,
      });
      return;
    }
    const now = performance.now();
    if (now - this.#lastLine < LINE_INTERVAL) return;
    this.#lastLine = now;
    const percent = Math.floor(100 * Math.min(1, this.#done / this.#total));
    console.error(`${percent} %, ${left} left: ${this.#label}`);
  }
}

function startBar(): SingleBar {
  const bar = new SingleBar({
    format: "[{bar}] {percentage} %, {left} left: {label}",
    stream: process.stderr,
    barsize: 20,
    clearOnComplete: true,
    hideCursor: null,
    linewrap: false,
    gracefulExit: false, // an interruption has more to do
  });
  bar.start(1, 0, { left: "", label: "" });
  return bar;
}

/** What a guess is worth against what was seen, in seconds of either. */
const TRUST = 10;

/**
 * Guesses how many seconds are left. The guess before the start counts less and less.
 *
 * @param done What was done, in guessed seconds.
 * @param total All that is to be done, in guessed seconds.
 * @param elapsed What that took.
 */
export function secondsLeft(
  done: number,
  total: number,
  elapsed: number,
): number {
  const pace = (elapsed + TRUST) / (done + TRUST);
  return Math.max(0, total - done) * (done === 0 ? 1 : pace);
}

/** Says how long something takes. */
export function timeName(seconds: number): string {
  if (seconds < 99.5) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 100) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
