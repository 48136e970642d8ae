// mixed.ts [--milliseconds N] [--against FOLDER] [--library FILE] [--experiment NAME]
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { EXPERIMENTS } from "./experiments.ts";
import { measureAll } from "./measure.ts";
import { median } from "./rounds.ts";
import { RUNTIME } from "./runtime.ts";

const { values } = parseArgs({ options: {
  milliseconds: { type: "string", default: "75" },
  against: { type: "string" }, library: { type: "string" }, experiment: { type: "string" },
} });
const folder = await mkdtemp(join(tmpdir(), "mixed-"));
const { library, against } = values;
if (library && !existsSync(library)) throw new Error(library);
const names = values.experiment ? [values.experiment] : ["mixed", "mixed overlapped"];
const points = names.flatMap((name) => EXPERIMENTS[name as "mixed"].points(false, RUNTIME));
await measureAll({ folder, points, quick: false, milliseconds: Number(values.milliseconds),
  ...library && { library: resolve(library) },
  ...against && { against: pathToFileURL(join(resolve(against), "mod.ts")).href } }, (line) => {
  if (!("run" in line)) return void ("skipped" in line && console.log(line));
  const { ways } = line.run;
  const of = (name: string) => ways[name as "C"]?.rounds;
  const cells = Object.entries(ways).map(([name, { rounds }]) => {
    const ratio = (base?: readonly number[]) => base ? median(rounds.map((v, i) => v / base[i]!)).toFixed(3) : "-";
    return `${name} ${(median([...rounds]) / 1000).toFixed(2)}µs C×${ratio(of("C"))} bare×${ratio(of("bare"))}`;
  });
  console.log(`${line.point.operation}, ${line.point.phase}, ×${line.point.depth}\n    ${cells.join("\n    ")}`);
});
await rm(folder, { recursive: true, force: true });
process.exit(0);
