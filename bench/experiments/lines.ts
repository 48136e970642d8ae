/** How many lines differ. */
const COUNT = 1024;

/** How many bytes of UTF-8 a line has on average, with its end. */
export const LINE_BYTES = 64;

const WORDS =
  "read write seek lock flush sector segment overlapped Größe naïve völlig position buffer the of and"
    .split(" ");

/** Lines of text, without their ends: some with letters that take two bytes. */
export const LINES: readonly string[] = makeLines();

/** The lines in UTF-8, each with its end. */
export const LINE_TEXT: Uint8Array<ArrayBuffer> = new TextEncoder().encode(
  LINES.map((line) => `${line}\n`).join(""),
);

function makeLines(): string[] {
  const lines: string[] = [];
  for (let i = 0; i < COUNT; i++) {
    // As many are longer than the average as are shorter.
    const length = LINE_BYTES - 1 + (i % 2 === 0 ? 1 : -1) * (i >> 1) % 48;
    lines.push(lineOf(i, length));
  }
  return lines;
}

/** Makes a line of so many bytes. */
function lineOf(index: number, length: number): string {
  const encoder = new TextEncoder();
  let line = "";
  for (let i = index;; i += 7) {
    const longer = `${line}${WORDS[i % WORDS.length]} `;
    if (encoder.encode(longer).length > length) break;
    line = longer;
  }
  return line + "x".repeat(length - encoder.encode(line).length);
}

/** The sum of the lengths of so many lines, in UTF-16 units or bytes, without their ends. */
export function lengthOf(count: number, unit: "units" | "bytes"): number {
  const encoder = new TextEncoder();
  const lengths = LINES.map((line) =>
    unit === "units" ? line.length : encoder.encode(line).length
  );
  let sum = 0;
  for (let i = 0; i < count; i++) sum += lengths[i % COUNT]!;
  return sum;
}

/** Makes texts of many lines each, as many as `count` lines take. */
export function* textsOf(count: number, size: number): Generator<string> {
  let text = "";
  for (let i = 0; i < count; i++) {
    text += LINES[i % COUNT]! + "\n";
    if (text.length >= size) {
      yield text;
      text = "";
    }
  }
  if (text !== "") yield text;
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
    for (const line of lines) this.line(line);
  }

  /** Takes a line, without its end. */
  line(line: string): void {
    this.count++;
    this.length += line.length;
  }

  /** Whether there were so many lines, all of them whole. */
  isWhole(count: number, length: number): boolean {
    return this.count === count && this.length === length && this.#rest === "";
  }
}
