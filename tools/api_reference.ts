import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Makes the API reference, as pages to be opened in a browser.
 *
 * @param repository The repository's folder.
 * @param folder Where the pages go. What stands there is deleted.
 * @throws {Error} If a page could not be made.
 */
export function makeApiReference(repository: string, folder: string): void {
  const { name, exports } = JSON.parse(
    readFileSync(join(repository, "deno.json"), "utf8"),
  ) as { name: string; exports: Record<string, string> };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      join(repository, "node_modules/deno/bin.cjs"),
      ...["doc", "--quiet", "--html", `--name=${name}`, `--output=${folder}`],
      ...Object.values(exports),
    ],
    { cwd: repository, encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`deno doc failed: ${stderr}`);
}
