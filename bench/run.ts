// run.ts [OPTIONS]
//
// Measures this module against all other ways to do the same, on the Windows and in the runtime that it runs on. `deno run -A bench/run.ts`
// and `bun bench/run.ts` need nothing installed; `--help` lists the options.
//
// run.ts --spec FILE OUTPUT
//
// Is the process that measures: what a file of JSON says. It writes a line of JSON for each point to another file, or prints it if that
// is `-`.

import { spawn } from "node:child_process";
import { existsSync, openSync, readFileSync, writeSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Line, measureAll, type Spec } from "./measure.ts";
import { type Options, parseOptions, USAGE, UsageError } from "./options.ts";
import { packageVersion } from "./packages.ts";
import { RUNTIME, WORDS } from "./runtime.ts";
import { type Host, listText, runBench } from "./session.ts";
import { summary } from "./summary.ts";
import { systemName } from "./system.ts";

const PROGRAM = fileURLToPath(new URL("run.ts", import.meta.url));

const [option, file = "", output = "-"] = process.argv.slice(2);
if (option === "--spec") {
  const target = output === "-" ? 1 : openSync(output, "a");
  const say = (line: Line) => {
    const bytes = new TextEncoder().encode(`${JSON.stringify(line)}\n`);
    for (let at = 0; at < bytes.length;) at += writeSync(target, bytes, at);
  };
  say({ system: systemName() });
  await measureAll(JSON.parse(readFileSync(file, "utf8")) as Spec, say);
  process.exit(0); // A completion port's thread may wait yet.
}
try {
  await main(parseOptions(process.argv.slice(2), [RUNTIME]));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}

async function main(options: Options): Promise<void> {
  if (options.help) return console.log(USAGE);
  if (options.list) return console.log(listText(options));
  const { library, out, against } = options;
  if (library !== undefined && !existsSync(library)) {
    throw new UsageError(`--library takes a file: there is no ${library}`);
  }
  if (against !== undefined && !existsSync(join(against, "mod.ts"))) {
    throw new UsageError(
      `--against takes a checkout: ${against} has no mod.ts`,
    );
  }
  const folder = await mkdtemp(join(tmpdir(), "kernel32-io-bench-"));
  try {
    const results = await runBench(
      options,
      hostOf(options, folder),
      (line) => console.log(line),
    );
    console.log(`\n${summary(results)}`);
    if (out === undefined) return;
    await mkdir(dirname(resolve(out)), { recursive: true });
    await writeFile(out, `${JSON.stringify(results)}\n`);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Has the runtime at hand measure, in processes of their own. */
function hostOf({ library, against }: Options, folder: string): Host {
  return {
    versions: {
      [`${RUNTIME}.exe`]: process.versions[RUNTIME] ?? "unknown",
      ...packageVersion(RUNTIME),
    },
    host: "",
    async measure(_runtime, spec, take) {
      const [path, said] = [join(folder, "spec.json"), join(folder, "said")];
      const whole: Spec = {
        ...{ ...spec, folder },
        ...library !== undefined && { library: resolve(library) },
        ...against !== undefined && {
          against: pathToFileURL(join(resolve(against), "mod.ts")).href,
        },
      };
      await writeFile(path, JSON.stringify(whole));
      await writeFile(said, "");
      const child = spawn(
        process.execPath,
        [...WORDS[RUNTIME], PROGRAM, "--spec", path, said],
        { stdio: ["ignore", "inherit", "inherit"] },
      );
      const code = await new Promise<number | null>((resolve, reject) => {
        child.on("error", reject);
        child.on("close", resolve);
      });
      // Deno's pipes panic at times under Wine: a file doesn't.
      const lines = (await readFile(said, "utf8")).trim().split("\n");
      for (const line of lines) take(JSON.parse(line) as Line);
      if (code !== 0) throw new Error(`Its process ended with code ${code}`);
    },
  };
}
