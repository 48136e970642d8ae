import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bundle } from "./bundle.ts";
import { emitDeclarations } from "./declarations.ts";
import { entriesOf, type Entry, manifest, readProject } from "./manifest.ts";

/** What the package has as it stands in the repository: also what the README links to. */
export const COPIED: readonly string[] = [
  ...["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "ARCHITECTURE.md"],
  ...["SECURITY.md", "LICENSE", "docs", "examples"],
];

/** What {@link buildPackage} made. */
export interface Package {
  /** The modules that can be imported from it. */
  entries: Entry[];
}

/**
 * Makes the npm package, afresh.
 *
 * @param repository The repository's folder.
 * @param folder Where the package goes. What stands there is deleted.
 */
export async function buildPackage(
  repository: string,
  folder: string,
): Promise<Package> {
  const project = await readProject(repository);
  const entries = entriesOf(project);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await bundle(repository, entries, folder);
  await mkdir(join(folder, "types"));
  await emitDeclarations(repository, entries, join(folder, "types"));
  await writeFile(
    join(folder, "package.json"),
    JSON.stringify(manifest(project, entries), null, 2) + "\n",
  );
  for (const name of COPIED) {
    await cp(join(repository, name), join(folder, name), { recursive: true });
  }
  return { entries };
}
