import type { Experiment } from "./experiment.ts";
import { experiment as gather } from "./experiments/gather.ts";
import { experiment as overlapped } from "./experiments/overlapped.ts";
import { experiment as records } from "./experiments/records.ts";
import { experiment as streams } from "./experiments/streams.ts";
import { experiment as text } from "./experiments/text.ts";
import { experiment as transfer } from "./experiments/transfer.ts";
import { experiment as bufferSize } from "./scaling/buffer_size.ts";
import { experiment as fileSize } from "./scaling/file_size.ts";
import { experiment as inFlight } from "./scaling/in_flight.ts";
import { experiment as openFiles } from "./scaling/open_files.ts";
import {
  experiment as workers,
  sharing as workersOnOneFile,
} from "./scaling/workers.ts";
import type { Experiment as Name } from "./schema.ts";

/** Everything that can be measured, in the order in which it is. */
export const EXPERIMENTS: Readonly<Partial<Record<Name, Experiment>>> = {
  ...{ transfer, overlapped, gather, records, text, streams },
  "file size": fileSize,
  "open files": openFiles,
  "in flight": inFlight,
  workers,
  "workers on one file": workersOnOneFile,
  "buffer size": bufferSize,
};
