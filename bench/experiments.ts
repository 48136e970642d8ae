import type { Experiment } from "./experiment.ts";
import { echo } from "./experiments/echo.ts";
import { fileSize } from "./experiments/file_size.ts";
import { mixed, mixedOverlapped } from "./experiments/mixed.ts";
import { gather, overlapped } from "./experiments/overlapped.ts";
import { transfer } from "./experiments/transfer.ts";
import { records, streams, text } from "./experiments/whole_files.ts";
import type { Experiment as Name } from "./schema.ts";

/** Everything that can be measured, in the order in which it is. */
export const EXPERIMENTS: Readonly<Record<Name, Experiment>> = {
  mixed,
  "mixed overlapped": mixedOverlapped,
  ...{ transfer, overlapped, gather, records, text, streams, echo },
  "file size": fileSize,
};
