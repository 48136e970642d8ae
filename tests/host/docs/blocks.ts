// Finds the programs that documentation shows.

/** A block of TypeScript in a comment or a Markdown page. */
export interface CodeBlock {
  /** Where it stands: "src/open.ts:42". */
  location: string;
  /** The name of the example, or the heading above. */
  title: string;
  code: string;
}

/** Takes the blocks marked `ts` out of a source's comments or a Markdown page. */
export function codeBlocks(file: string, text: string): CodeBlock[] {
  const isPage = file.endsWith(".md");
  const blocks: CodeBlock[] = [];
  let title = "";
  let open: { line: number; code: string[] } | undefined;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const words = isPage ? line : inComment(line);
    if (words === undefined) continue;
    if (open === undefined) {
      title = titleIn(words) ?? title;
      if (words === "```ts") open = { line: index + 1, code: [] };
    } else if (words === "```") {
      const location = `${file}:${open.line}`;
      blocks.push({ location, title, code: open.code.join("\n") + "\n" });
      open = undefined;
    } else open.code.push(words);
  }
  if (open) throw new Error(`${file}:${open.line}: the block does not end`);
  return blocks;
}

/** What a comment's line says, without the frame of the comment. */
function inComment(line: string): string | undefined {
  return /^\s*\/?\*+ ?(.*?)(?:\s*\*\/)?$/.exec(line)?.[1];
}

function titleIn(line: string): string | undefined {
  return /^(?:@example|#+) +(.+)/.exec(line)?.[1];
}
