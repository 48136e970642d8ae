// Finds the links and headings of Markdown pages.

/** Lists where the links and images of a page lead. */
export function linksOf(page: string): string[] {
  const text = withoutBlocks(page).replaceAll(/`[^`\n]*`/g, "");
  return Array.from(
    text.matchAll(/\]\(([^()\s]+)\)|^\[[^\]]+\]: (\S+)$/gm),
    ([, inline, reference]) => inline ?? reference!,
  );
}

/** Lists the anchors of a page's headings, as GitHub and JSR make them. */
export function headingsOf(page: string): string[] {
  const seen = new Map<string, number>();
  return Array.from(
    withoutBlocks(page).matchAll(/^#{1,6} +(.+)$/gm),
    ([, heading]) => {
      const anchor = heading!.toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").trim().replaceAll(/\s/g, "-");
      const count = seen.get(anchor) ?? 0;
      seen.set(anchor, count + 1);
      return count === 0 ? anchor : `${anchor}-${count}`;
    },
  );
}

function withoutBlocks(page: string): string {
  return page.replaceAll(/^```[^]*?^```$/gm, "");
}
