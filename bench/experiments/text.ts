import type { Experiment } from "../experiment.ts";
import { LINE_BYTES } from "../text/lines.ts";
import { WAYS } from "../text/ways.ts";
import { wholeFiles } from "./whole_files.ts";

/** Lines of text, encoded and written, or read, decoded and told apart. An operation is a line, its length the average. */
export const experiment: Experiment = wholeFiles("text", LINE_BYTES, WAYS, {
  quick: 3000,
  full: 100_000,
});
