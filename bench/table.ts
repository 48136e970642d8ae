/** A table that is written for a terminal, for a page and for Markdown alike. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** How many columns from the left are words. All others are figures. */
  readonly words: number;
}

/** Writes a table for a terminal or a Markdown file. It needs no package: a machine may have a runtime and nothing else. */
export function tableText({ head, rows, words }: Table): string {
  const widths = head.map((_, i) =>
    Math.max(3, ...[head, ...rows].map((row) => row[i]!.length))
  );
  const line = (row: readonly string[]) =>
    `| ${
      row.map((cell, i) =>
        i < words ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)
      ).join(" | ")
    } |`;
  const rule = widths.map((width, i) =>
    i < words ? `:${"-".repeat(width - 1)}` : `${"-".repeat(width - 1)}:`
  );
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}

/** Leaves out columns in which nothing stands. */
export function withoutEmpty({ head, rows, words }: Table): Table {
  const full = head.map((_, i) => rows.some((row) => row[i]));
  const pick = (row: readonly string[]) => row.filter((_, i) => full[i]);
  return {
    head: pick(head),
    rows: rows.map(pick),
    words: full.slice(0, words).filter(Boolean).length,
  };
}
