// Installs the development tools that package-lock.json pins, if that has not been done since the file last changed.
// Plain JavaScript with Node's own modules: it runs before anything is installed.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const repository = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(repository, "node_modules");
const installed = join(modules, ".package-lock.json"); // npm writes it last
const completed = join(modules, ".install-scripts-done"); // this script writes it last

// Newer versions of npm run a package's install script only for those who approved it. These fetch nothing: they put a
// platform's program, which is a package of its own, into place.
const WITH_INSTALL_SCRIPT = ["bun", "deno", "esbuild"];

if (!isDone()) {
  withLock(() => {
    if (!isNewer(installed, join(repository, "package-lock.json"))) {
      console.error("Installing the development tools (npm ci)");
      npm("ci", "--ignore-scripts", "--no-fund", "--no-audit");
    }
    if (isDone()) return;
    for (const name of WITH_INSTALL_SCRIPT) runInstallScript(name);
    writeFileSync(completed, "");
  });
}

function isDone() {
  return isNewer(installed, join(repository, "package-lock.json")) &&
    isNewer(completed, installed);
}

function isNewer(file, than) {
  return existsSync(file) && statSync(file).mtimeMs >= statSync(than).mtimeMs;
}

/** Runs `work` in one process at a time. */
function withLock(work) {
  const name = createHash("sha256").update(repository).digest("hex");
  const lock = join(tmpdir(), `kernel32-io-install-${name}`);
  while (true) {
    try {
      writeFileSync(lock, String(process.pid), { flag: "wx" });
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    if (isRunning(lock)) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    } else rmSync(lock, { force: true });
  }
  process.on("exit", () => rmSync(lock, { force: true }));
  work();
}

/** Tells whether the process that made the lock is still there. One that has just made it may not have written its number yet. */
function isRunning(lock) {
  try {
    const pid = readFileSync(lock, "utf8");
    if (pid === "") return Date.now() - statSync(lock).mtimeMs < 5000;
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
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
  const manifest = readFileSync(join(folder, "package.json"), "utf8");
  const script = JSON.parse(manifest).scripts?.postinstall;
  if (script) {
    run(process.execPath, script.split(" ").slice(1), { cwd: folder });
  }
}

function run(program, args, options) {
  const { status, error, stdout, stderr } = spawnSync(program, args, {
    ...options,
    encoding: "utf8",
  });
  if (status === 0) return;
  const reason = error?.message ?? `code ${status}`;
  console.error(`${[program, ...args].join(" ")} failed (${reason})`);
  console.error(`${stdout ?? ""}${stderr ?? ""}`);
  process.exit(1);
}
