import { build, type Plugin } from "esbuild";
import { readFile } from "node:fs/promises";
import type { Windows } from "../windows/mod.ts";

/**
 * Puts a program of the bench and all that it imports into one file. Opening a hundred files costs Wine, and a scanner of viruses, more
 * than a second, in each of the many processes of a run.
 *
 * What a module finds beside itself, by `import.meta.url`, it goes on finding where it was.
 */
export async function bundleProgram(
  windows: Windows,
  source: string,
  output: string,
): Promise<void> {
  await build({
    ...{ entryPoints: [source], outfile: output, bundle: true },
    ...{ format: "esm", platform: "node", target: "es2024" },
    ...{ logLevel: "warning", plugins: [ownUrls(windows)] },
  });
}

/** The URL by which Windows programs know a file of the host. */
export function urlOf(windows: Windows, path: string): string {
  return `file:///${windows.path(path).replaceAll("\\", "/")}`;
}

function ownUrls(windows: Windows): Plugin {
  return {
    name: "own URLs",
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const text = await readFile(path, "utf8");
        const url = JSON.stringify(urlOf(windows, path));
        const contents = text.replaceAll("import.meta.url", url);
        return { contents, loader: "ts" };
      });
    },
  };
}
