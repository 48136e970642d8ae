import type { Experiment } from "../experiment.ts";
import { RECORD, WAYS } from "../records/ways.ts";
import { wholeFiles } from "./whole_files.ts";

/** Records of a structure, packed into a buffer and written, or read and unpacked. An operation is a record. */
export const experiment: Experiment = wholeFiles("records", RECORD, WAYS, {
  quick: 3000,
  full: 200_000,
});
