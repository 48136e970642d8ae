import { EXPERIMENTS } from "../../bench/experiments.ts";

/** What `--help` prints. */
export const USAGE: string = `Usage: npm run bench [-- OPTIONS]

Measures this module against C, bare foreign calls, the runtimes' own files and packages, on deno.exe, bun.exe and node.exe.

  --quick            everything in short, in two minutes
  --list             lists what would be measured and how long that takes, and measures nothing
  --runtime NAME     deno, bun or node. This and the following may be repeated
  --experiment NAME  ${Object.keys(EXPERIMENTS).join(", ")}
  --operation NAME   read, write, rewrite, append, "read at", …
  --pattern NAME     buffered, unbuffered, write-through, …
  --size BYTES       of a request: 512, 64K, 1M, …
  --way NAME         SyncFile, node:fs, …
  --processes COUNT  how many processes measure a point
  --milliseconds N   how long the rounds of each way at a point are timed at most: 75 by default,
                     12 with --quick
  --out FILE         where the results go, as JSON. Default: bench/out/results.json
  --csv FILE         where they go as a table. Default: bench/out/results.csv
  --html FILE        where the report goes. Default: bench/out/report.html
  --from FILE        measures nothing and reports results that were kept
  --resume FILE      measures what an interrupted run has not, and adds it to what that has measured. The other options
                     are as before, but for --processes, of which there may be more
  --compare FILE     tells what has changed since these results
  --markdown         prints the tables of README.md
  -h, --help         prints this`;
