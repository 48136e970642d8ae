// The limit: one call from here for all requests of a turn.

import { bind } from "../foreign.ts";
import { closeHandle, handleFile, openHandle } from "../handle.ts";
import { memoryOf, PAGE, renew } from "../loops.ts";
import { type Contestant, failed, type Job, type Way } from "../way.ts";
import { segmentsOf } from "./bare.ts";

const NOT_COMPILED =
  "there is no compiled C: `npm run bench` compiles it with MinGW-w64";
const FLIGHT_SIZE = 32;
const LIBRARY = {
  requests: "buffer i32 buffer i32 u32 i32 i32 i32 i32",
  flight_begin: "buffer buffer i32 i32",
  flight: "buffer buffer i32 u64 u64 i32 u32 i32 i32 i32 i32 i32",
  flight_end: "buffer",
};

/** The same loops, compiled by MinGW-w64 with -O2. */
export const native: Way = {
  name: "C",
  lacks: (library) => library === undefined ? NOT_COMPILED : undefined,
  requests,
  overlapped,
};

const kindOf = ({ writes, positional }: Job) =>
  (writes ? 1 : 0) | (positional ? 2 : 0);

function requests(job: Job): Contestant {
  const { paths, length, views, offsets } = job;
  const { requests } = bind(job.library!, LIBRARY);
  const files = paths.map((path) => handleFile(path, job));
  const handles = BigUint64Array.from(files, ({ handle }) => handle);
  const { bytes } = memoryOf(job);
  const given = [handles, files.length, bytes, views, length, kindOf(job)];
  return {
    run(count, first) {
      if (requests(...given, offsets, first, count) !== count) failed("C");
    },
    rewind: () => renew(files, job),
    close() {
      for (const file of files) file.close();
    },
  };
}

function overlapped(job: Job): Contestant {
  const { paths, length, offsets, depth = 1 } = job;
  const { flight_begin, flight, flight_end } = bind(job.library!, LIBRARY);
  const files = BigUint64Array.from(
    paths,
    (path) => openHandle(path, job, true),
  );
  const state = new Uint8Array(new ArrayBuffer(FLIGHT_SIZE));
  if (flight_begin(state, files, files.length, depth) === 0) failed("C");
  const memory = memoryOf({ ...job, views: depth, ordinary: false });
  const { address } = memory;
  const segments = job.pages ? segmentsOf(address, length, depth) : undefined;
  const given = [
    ...[state, files, files.length, address, segments?.address ?? 0n],
    ...[job.pages ? length / PAGE + 1 : 0, length, kindOf(job), depth, offsets],
  ];
  return {
    memory: [memory, segments],
    run(count, first) {
      if (flight(...given, first, count) !== count) failed("C");
    },
    close() {
      flight_end(state);
      for (const file of files) closeHandle(file);
    },
  };
}
