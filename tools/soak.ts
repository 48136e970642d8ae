// npm run soak [-- --minutes N] [--seed S] [--runtime node|deno|bun]... [--kill]
//
// Uses the module for as long as one likes, and compares what it does with simple models. Exit code 0 only if nothing was wrong;
// 2 if the request makes no sense.

import { randomInt } from "node:crypto";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { onInterruption } from "./interruption.ts";
import { provision } from "./windows/mod.ts";

const USAGE =
  `Usage: npm run soak [-- [--minutes N] [--seed S] [--runtime NAME]... [--kill]]

Does random sequences of operations on files, pipes, locks and streams, and compares each step with a simple model. Handles,
memory and pending operations are counted in between, and must not grow.

  --minutes N     how long, for each runtime (1)
  --seed S        the first seed: a failure names the one that repeats it (a random one)
  --runtime NAME  node, on a Windows kernel in memory, or deno or bun, on Windows or under Wine (all three)
  --kill          kills programs instead that append to a log or replace a file, and looks for all that they had promised
                  (deno and bun)`;

const REPOSITORY = fileURLToPath(new URL("../", import.meta.url));
const SEQUENCES = "tests/soak/sequences.ts";
const KILLS = "tests/soak/kills.ts";

/** How the runtimes are told to run a program. */
const START = {
  deno: ["run", "--allow-all", "--no-check", "--quiet"],
  bun: ["run"],
} as const;

const SEEDS = 2 ** 32;

interface Options {
  readonly minutes: number;
  readonly seed: number;
  readonly runtimes: readonly string[];
  readonly kill: boolean;
}

try {
  const options = parseOptions();
  onInterruption((signal) => process.exit(128 + constants.signals[signal]));
  process.exitCode = await soak(options) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof TypeError ? 2 : 1;
}

/** @throws {TypeError} If the request makes no sense. */
function parseOptions(): Options {
  const { values } = parseArgs({
    options: {
      minutes: { type: "string", default: "1" },
      seed: { type: "string" },
      runtime: { type: "string", multiple: true },
      kill: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    process.exit();
  }
  const { kill, runtime } = values;
  const known = kill ? ["deno", "bun"] : ["node", "deno", "bun"];
  const runtimes = runtime ?? known;
  const minutes = Number(values.minutes);
  const seed = Number(values.seed ?? randomInt(SEEDS));
  const refused = !(minutes >= 0 && minutes < Infinity)
    ? `--minutes takes a number from 0 on, not ${values.minutes}.`
    : !(Number.isInteger(seed) && seed >= 0 && seed < SEEDS)
    ? `--seed takes a whole number from 0 to 2^32-1, not ${values.seed}.`
    : runtimes.some((name) => !known.includes(name))
    ? `--runtime is one of ${known.join(", ")} here, not ${runtimes}.`
    : kill && values.seed !== undefined
    ? "--kill has no seeds: when a program is killed is up to the system."
    : undefined;
  if (refused !== undefined) throw new TypeError(`${refused}\n\n${USAGE}`);
  return { minutes, seed, runtimes, kill };
}

/** Returns whether nothing was wrong. */
async function soak(options: Options): Promise<boolean> {
  const { minutes, seed, runtimes, kill } = options;
  const words = [SEQUENCES, String(minutes), String(seed)];
  for (const runtime of runtimes) {
    console.log(runtime === "node" ? "strict kernel" : `${runtime}.exe`);
    const code = kill
      ? await onNode(KILLS, String(minutes), runtime)
      : runtime === "deno" || runtime === "bun"
      ? await onWindows(runtime, words)
      : await onNode(...words);
    if (code !== 0) return false;
  }
  return true;
}

/** Runs a program on a runtime. Returns its exit code. */
async function onWindows(
  runtime: keyof typeof START,
  words: readonly string[],
): Promise<number> {
  const windows = await provision({ runtimes: [runtime] });
  await using _session = await windows.session();
  const options = { cwd: REPOSITORY, env: { NO_COLOR: "1" } };
  const all = [...START[runtime], ...words];
  return (await windows.run(runtime, all, options)).code;
}

/** Runs a program on this system's Node. Returns its exit code. */
async function onNode(...words: string[]): Promise<number> {
  const child = spawn(process.execPath, ["--import", "tsx", ...words], {
    cwd: REPOSITORY,
    stdio: ["ignore", "inherit", "inherit"],
  });
  process.on("exit", () => child.kill());
  const [code] = await once(child, "exit");
  return code ?? 1;
}
