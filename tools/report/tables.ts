import { markdownTable } from "markdown-table";

/** A table that is written for a terminal, for a page and for Markdown alike. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** How many columns from the left are words. All others are figures. */
  readonly words: number;
}

/** Writes a table for a terminal or a Markdown file. */
export function tableText({ head, rows, words }: Table): string {
  return markdownTable([head, ...rows], {
    align: head.map((_, i) => i < words ? "l" : "r"),
  });
}

/** Leaves out columns in which nothing stands. */
export function withoutEmpty({ head, rows, words }: Table): Table {
  const kept = head.map((_, i) => rows.some((row) => row[i]));
  const keep = (row: readonly string[]) => row.filter((_, i) => kept[i]);
  return {
    head: keep(head),
    rows: rows.map(keep),
    words: kept.slice(0, words).filter(Boolean).length,
  };
}
