const COUNT = 1024;

/** How many bytes of UTF-8 a line has on average, with its end. */
export const LINE_BYTES = 64;

/** Lines of text, without their ends, as many longer than the average as shorter, and half of them with letters that take two bytes. */
export const LINES: readonly string[] = Array.from(
  { length: COUNT },
  (_, i) => {
    const length = LINE_BYTES - 1 + (i % 2 === 0 ? 1 : -1) * ((i >> 1) % 48);
    const word = i % 4 < 2 ? "Größe " : "offset ";
    const words = word.repeat(length / new TextEncoder().encode(word).length);
    return words + "x".repeat(length - new TextEncoder().encode(words).length);
  },
);

/** The sum of the lengths of so many lines, without their ends. */
export function lengthOf(count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += LINES[i % COUNT]!.length;
  return sum;
}

/** Makes texts of at least `size` units each, as many as `count` lines take. */
export function* textsOf(count: number, size: number): Generator<string> {
  let text = "";
  for (let i = 0; i < count; i++) {
    text += `${LINES[i % COUNT]!}\n`;
    if (text.length < size && i < count - 1) continue;
    yield text;
    text = "";
  }
}

/** Counts the lines of texts that follow each other, and adds up their lengths. */
export class LineCounter {
  count = 0;
  length = 0;
  #rest = "";

  /** Takes the next text. */
  take(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop()!;
    this.count += lines.length;
    for (const line of lines) this.length += line.length;
  }

  /** Whether there were so many lines, all of them whole. */
  isWhole(count: number, length: number): boolean {
    return this.count === count && this.length === length && this.#rest === "";
  }
}
