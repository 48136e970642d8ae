// Installs the development tools that package-lock.json pins, if that has not been done since the file last changed.
// Plain JavaScript with Node's own modules: it runs before anything is installed.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync, utimesSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const repository = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(repository, "node_modules");
// npm writes this file last.
const marker = join(modules, ".package-lock.json");

if (!isFresh()) {
  console.error("Installing the development tools (npm ci)");
  npm("ci", "--ignore-scripts", "--loglevel=error", "--no-fund", "--no-audit");
  // Newer versions of npm run a package's install script only for those who approved it. These are the three that fetch
  // nothing and only put a platform's program into place; each is run here by its name, whatever npm's version.
  for (const name of ["bun", "deno", "esbuild"]) runInstallScript(name);
  const now = new Date();
  utimesSync(marker, now, now);
}

function isFresh() {
  return existsSync(marker) &&
    statSync(marker).mtimeMs >=
      statSync(join(repository, "package-lock.json")).mtimeMs;
}

function npm(...args) {
  const main = process.env.npm_execpath;
  const known = main?.endsWith("npm-cli.js");
  run(known ? process.execPath : "npm", known ? [main, ...args] : args, {
    cwd: repository,
    shell: !known && process.platform === "win32",
  });
}

function runInstallScript(name) {
  const folder = join(modules, name);
  const { scripts } = JSON.parse(
    readFileSync(join(folder, "package.json"), "utf8"),
  );
  const script = scripts?.postinstall;
  if (script === undefined) return;
  run(process.execPath, script.split(" ").slice(1), { cwd: folder });
}

function run(program, args, options) {
  const { status, error, stdout, stderr } = spawnSync(program, args, {
    ...options,
    encoding: "utf8",
  });
  if (status === 0) return;
  console.error(
    `${[program, ...args].join(" ")} failed${
      error ? `: ${error.message}` : ""
    }\n${stdout ?? ""}${stderr ?? ""}`,
  );
  process.exit(1);
}
