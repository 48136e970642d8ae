import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** What deno.json and package.json say of the project. */
export interface Project {
  name: string;
  version: string;
  license: string;
  description: string;
  /** Subpaths (".", "./raw") and the sources behind them. */
  exports: Record<string, string>;
}

/** A module that can be imported from the package. */
export interface Entry {
  /** "." or "./raw". */
  subpath: string;
  /** "@kernel32/io/raw". */
  name: string;
  /** Its source, relative to the repository: "src/raw.ts". */
  source: string;
  /** Its file in the package: "raw.js". */
  script: string;
  /** Its declarations in the package: "types/src/raw.d.ts". */
  types: string;
}

/** Reads what the repository's own manifests say. */
export async function readProject(repository: string): Promise<Project> {
  const read = async (name: string) =>
    JSON.parse(await readFile(join(repository, name), "utf8"));
  const { name, version, license, exports } = await read("deno.json");
  const { description } = await read("package.json");
  return { name, version, license, description, exports };
}

/** Lists the modules that can be imported. */
export function entriesOf({ name, exports }: Project): Entry[] {
  return Object.entries(exports).map(([subpath, path]) => {
    const source = path.replace(/^\.\//, "");
    return {
      subpath,
      name: name + subpath.slice(1),
      source,
      script: subpath === "." ? "mod.js" : `${subpath.slice(2)}.js`,
      types: `types/${source.replace(/\.ts$/, ".d.ts")}`,
    };
  });
}

/**
 * Makes the package's package.json. It names no `os`: structures, alignment and error tables work on every system, and a package
 * that depends on this one must be installable there.
 */
export function manifest(
  { name, version, license, description }: Project,
  entries: readonly Entry[],
): Record<string, unknown> {
  return {
    name,
    version,
    description,
    license,
    author: "the @kernel32/io authors",
    keywords: [
      ...["windows", "win32", "kernel32", "ffi", "deno", "bun"],
      ...["file", "io", "writefile", "readfile", "unbuffered", "named-pipe"],
    ],
    type: "module",
    sideEffects: false,
    exports: {
      ...Object.fromEntries(entries.map(({ subpath, script, types }) => [
        subpath,
        { types: `./${types}`, default: `./${script}` },
      ])),
      "./package.json": "./package.json",
    },
    files: ["*.js", "types/", "CHANGELOG.md"],
    engines: { deno: ">=2.5.0", bun: ">=1.3.0", node: ">=22" },
  };
}
