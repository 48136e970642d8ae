/** The kernel's time. It stands still until a test moves it, or a call blocks the JS thread with nothing else to happen. */
export class Clock {
  /** Milliseconds since the start of the test. */
  now = 0;
  readonly #deadlines = new Set<number>();
  readonly #moved: () => void;
  #jumps = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param moved Looks what is due. */
  constructor(moved: () => void) {
    this.#moved = moved;
  }

  /** Whether time passes by itself: at each turn of the event loop, up to the next moment that something waits for. */
  get jumps(): boolean {
    return this.#jumps;
  }

  set jumps(jumps: boolean) {
    this.#jumps = jumps;
    this.#schedule();
  }

  /** Names a moment at which something may be due. */
  at(time: number): void {
    if (time <= this.now) return;
    this.#deadlines.add(time);
    this.#schedule();
  }

  /** Lets so many milliseconds pass; what is due on the way happens in its order. */
  advance(milliseconds: number): void {
    const end = this.now + milliseconds;
    for (let next = this.#next(); next <= end; next = this.#next()) {
      this.#moveTo(next);
    }
    this.#moveTo(end);
  }

  /** Moves on to the next moment that something waits for. Returns whether there was one. */
  jump(): boolean {
    const next = this.#next();
    if (next === Infinity) return false;
    this.#moveTo(next);
    return true;
  }

  /** Starts anew. */
  reset(): void {
    this.now = 0;
    this.#jumps = false;
    this.#deadlines.clear();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #next(): number {
    return Math.min(...this.#deadlines);
  }

  #moveTo(time: number): void {
    this.#deadlines.delete(time);
    this.now = time;
    this.#moved();
  }

  #schedule(): void {
    if (!this.#jumps || this.#deadlines.size === 0) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.jump();
      this.#schedule();
    }, 0);
  }
}
