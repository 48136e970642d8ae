// Reads what an example promises to print, and readies it for being run.

/** What a `console.log` in a block is said to print. */
export interface Expectation {
  /** The line in the block, from 1. */
  line: number;
  /** What the comment beside or below says. */
  text: string;
}

/**
 * Reads the comments that stand behind a `console.log`, or below one that ends its
 * block of statements.
 */
export function expectations(code: string): Expectation[] {
  const all: Expectation[] = [];
  for (const { line, end } of logs(code)) {
    const text = commentAfter(code.slice(end));
    if (text !== undefined) all.push({ line, text });
  }
  return all;
}

/** Lets `console.log` report the line that it stands in to the runner. */
export function instrumented(code: string): string {
  let result = "";
  let from = 0;
  for (const { line, start, open } of logs(code)) {
    result += `${code.slice(from, start)}__print(${line})(`;
    from = open + 1;
  }
  return result + code.slice(from);
}

/** Returns whether something printed is what a comment says. */
export function isAsExpected(
  expectation: string,
  printed: readonly string[],
): boolean {
  return printed.some((form) => plain(form) === plain(expectation));
}

function plain(text: string): string {
  return text
    .replaceAll(/\s+/g, " ")
    .replaceAll(/(?<=[[{]) | (?=[\]}])/g, "")
    .trim();
}

interface Log {
  line: number;
  /** Where `console` begins, its parenthesis opens, and what follows that begins. */
  start: number;
  open: number;
  end: number;
}

function logs(code: string): Log[] {
  return Array.from(
    code.matchAll(/\bconsole\.log\(/g),
    ({ 0: { length }, index }) => {
      const open = index + length - 1;
      return {
        line: code.slice(0, index).split("\n").length,
        start: index,
        open,
        end: closing(code, open) + 1,
      };
    },
  );
}

/** Where the parenthesis closes that opens at `open`. Texts and comments are passed over. */
function closing(code: string, open: number): number {
  const token =
    /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|\/\/.*|\/\*[^]*?\*\/|[()]/g;
  token.lastIndex = open;
  let depth = 0;
  for (let match; (match = token.exec(code)) !== null;) {
    if (match[0] === "(") depth++;
    else if (match[0] === ")" && --depth === 0) return match.index;
  }
  throw new Error(`A parenthesis is not closed in:\n${code}`);
}

function commentAfter(rest: string): string | undefined {
  const beside = /^;?[ \t]*\/\/ ?(.*)/.exec(rest);
  if (beside) return beside[1];
  const below = /^;?[ \t]*\n((?:[ \t]*\/\/.*\n)+)[ \t]*(?:\}|\n|$)/.exec(rest);
  return below?.[1]?.replaceAll(/^[ \t]*\/\/ ?/gm, "");
}
