import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/** What deno.json and package.json say of the project. */
export interface Project {
  name: string;
  version: string;
  license: string;
  description: string;
  /** Where the sources are published, if they are: "https://github.com/owner/name". */
  url: string | undefined;
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
  /** Its declarations in the package: "types/raw.d.ts". */
  types: string;
}

/** Reads what the repository's own manifests say. */
export async function readProject(repository: string): Promise<Project> {
  const read = async (name: string) =>
    JSON.parse(await readFile(join(repository, name), "utf8"));
  const { name, version, license, exports } = await read("deno.json");
  const { description, repository: stated } = await read("package.json");
  const url = webUrlOf(stated?.url ?? stated ?? await originOf(repository));
  return { name, version, license, description, url, exports };
}

/** Returns where `git push` goes to, if anywhere. */
async function originOf(repository: string): Promise<string> {
  const words = ["-C", repository, "remote", "get-url", "origin"];
  const { stdout } = await promisify(execFile)("git", words)
    .catch(() => ({ stdout: "" }));
  return stdout.trim();
}

/** Turns the address of a repository on GitHub, in any of its forms, into that of its page. */
export function webUrlOf(address: string): string | undefined {
  const path =
    /^(?:github:|(?:git\+)?https:\/\/github\.com\/|(?:ssh:\/\/)?git@github\.com[:/])([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/
      .exec(address)?.[1];
  return path && `https://github.com/${path}`;
}

/** Lists the modules that can be imported. */
export function entriesOf({ name, exports }: Project): Entry[] {
  return Object.entries(exports).map(([subpath, path]) => {
    const source = path.replace(/^\.\//, "");
    const base = subpath === "." ? "mod" : subpath.slice(2);
    return {
      subpath,
      name: name + subpath.slice(1),
      source,
      script: `${base}.js`,
      types: `types/${base}.d.ts`,
    };
  });
}

/**
 * Makes the package's package.json. It names no `os`: structures, alignment and error tables work on every system, and a package
 * that depends on this one must be installable there.
 */
export function manifest(
  { name, version, license, description, url }: Project,
  entries: readonly Entry[],
): Record<string, unknown> {
  return {
    name,
    version,
    description,
    license,
    author: "the @kernel32/io authors",
    ...(url && {
      homepage: `${url}#readme`,
      repository: { type: "git", url: `git+${url}.git` },
      bugs: { url: `${url}/issues` },
    }),
    keywords: [
      ...["windows", "win32", "kernel32", "ffi", "deno", "bun"],
      ...["file", "io", "writefile", "readfile", "unbuffered", "overlapped"],
      ...["file-lock", "named-pipe", "completion-port", "scatter-gather"],
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
    files: ["*.js", "types/", "docs/", "examples/", "*.md"],
    engines: { deno: ">=2.5.0", bun: ">=1.3.0", node: ">=22" },
  };
}
