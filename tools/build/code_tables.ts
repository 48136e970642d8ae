import type { Plugin } from "esbuild";
import { pathToFileURL } from "node:url";

/** A row of `src/errors/*_table.ts`: a code, its symbol, and in some rows the name of a code that it is translated to. */
type CodeRow = readonly [code: number, symbol: string, translation?: string];

/**
 * Has the package hold the tables of error codes as texts: of each row the distance to the code before, if that is not one, and the
 * names. As lists of lists, they take half a kilobyte more of a program, compressed.
 */
export const CODE_TABLES: Plugin = {
  name: "tables of codes",
  setup(build) {
    build.onLoad({ filter: /_table\.ts$/ }, async ({ path }) => {
      const module = await import(pathToFileURL(path).href);
      return {
        contents: Object.entries(module as Record<string, () => CodeRow[]>)
          .map(([name, rows]) => tableModule(name, rows())).join(""),
      };
    });
  },
};

function tableModule(name: string, rows: readonly CodeRow[]): string {
  let last = -1;
  const lines = rows.map(([code, ...names]) => {
    const step = code - last;
    last = code;
    return [step === 1 ? "" : step, ...names].join(" ");
  });
  return `export const ${name} = () => {
    let code = -1;
    return \`${lines.join("\n")}\`.split("\\n").map((row) => {
      const [step, symbol, translation] = row.split(" ");
      code += Number(step) || 1;
      return [code, symbol, translation];
    });
  };`;
}
