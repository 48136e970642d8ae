/** Markup that is to stand as it is. */
export interface Markup {
  readonly markup: string;
}

type Part = string | number | Markup | readonly Markup[];

/** Makes markup of a template. Text that is put into it is escaped; markup, and lists of it, are not. */
export function markup(
  strings: TemplateStringsArray,
  ...parts: readonly Part[]
): Markup {
  return raw(
    strings.map((string, i) => string + (i in parts ? textOf(parts[i]!) : ""))
      .join(""),
  );
}

/** Takes text for markup. */
export function raw(text: string): Markup {
  return { markup: text };
}

/** What stands for nothing. */
export const NOTHING: Markup = raw("");

function textOf(part: Part): string {
  if (typeof part === "number") return String(part);
  if (typeof part === "string") return escaped(part);
  return "markup" in part
    ? part.markup
    : part.map(({ markup }) => markup).join("");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** Makes code of what stands between backticks, and text of everything else. */
export function inline(text: string): Markup {
  return raw(
    text.split("`").map((part, i) =>
      i % 2 ? `<code>${escaped(part)}</code>` : escaped(part)
    ).join(""),
  );
}
