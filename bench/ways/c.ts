// The limit: one call from here for all requests of a turn.

import { FILE_FLAG_OVERLAPPED } from "../../src/raw.ts";
import { bind, type Word } from "../foreign.ts";
import {
  closeHandle,
  handleFile,
  openHandle,
  PATTERN_FLAGS,
} from "../handle.ts";
import { memoryOf, PAGE, renew } from "../loops.ts";
import { missing } from "../packages.ts";
import { RUNTIME } from "../runtime.ts";
import { type Contestant, failed, type Job, type Way } from "../way.ts";
import { segmentsOf } from "./bare.ts";

const WRITES = 1;
const POSITIONAL = 2;

const NOT_COMPILED =
  "there is no compiled C: `npm run bench` compiles it with MinGW-w64";

interface Library {
  requests(
    files: BigUint64Array,
    among: number,
    memory: Uint8Array,
    views: number,
    length: number,
    kind: number,
    offsets: number,
    first: number,
    count: number,
  ): number;
  flight_begin(
    flight: Uint8Array,
    files: BigUint64Array,
    count: number,
    depth: number,
  ): number;
  flight(
    flight: Uint8Array,
    files: BigUint64Array,
    among: number,
    memory: bigint,
    segments: bigint,
    segmentsEach: number,
    length: number,
    kind: number,
    depth: number,
    offsets: number,
    first: number,
    count: number,
  ): number;
  flight_end(flight: Uint8Array): number;
}

const FLIGHT_SIZE = 32;
const THREE: readonly Word[] = ["i32", "i32", "i32"];
const LIBRARY: Record<keyof Library, readonly Word[]> = {
  requests: ["buffer", "i32", "buffer", "i32", "u32", "i32", ...THREE],
  flight_begin: ["buffer", "buffer", "i32", "i32"],
  flight: [
    ...["buffer", "buffer", "i32", "u64", "u64", "i32", "u32"] as const,
    ...["i32", "i32", ...THREE] as const,
  ],
  flight_end: ["buffer"],
};

/** The same loops, compiled by MinGW-w64 with -O2. */
export const native: Way = {
  name: "C",
  runtimes: ["deno", "bun", "node"],
  lacks(library) {
    if (library === undefined) return NOT_COMPILED;
    return RUNTIME === "node" ? missing("koffi") : undefined;
  },
  requests,
  overlapped,
};

const kindOf = ({ writes, positional }: Job) =>
  (writes ? WRITES : 0) | (positional ? POSITIONAL : 0);

function requests(job: Job): Contestant {
  const { paths, length, views, offsets } = job;
  const { requests } = bind<Library>(job.library!, LIBRARY);
  const files = paths.map((path) => handleFile(path, job));
  const handles = BigUint64Array.from(files, ({ handle }) => handle);
  const memory = memoryOf(job);
  const kind = kindOf(job);
  return {
    run(count, first) {
      const made = requests(
        handles,
        files.length,
        memory.bytes,
        views,
        length,
        kind,
        offsets,
        first,
        count,
      );
      if (made !== count) failed("C");
    },
    rewind: () => renew(files, job),
    close() {
      for (const file of files) file.close();
    },
  };
}

function overlapped(job: Job): Contestant {
  const { paths, length, pattern, offsets, depth = 1 } = job;
  const library = bind<Library>(job.library!, LIBRARY);
  const flags = PATTERN_FLAGS[pattern] | FILE_FLAG_OVERLAPPED;
  const files = BigUint64Array.from(
    paths,
    (path) => openHandle(path, { flags }),
  );
  const flight = new Uint8Array(new ArrayBuffer(FLIGHT_SIZE));
  if (library.flight_begin(flight, files, files.length, depth) === 0) {
    failed("C");
  }
  const memory = memoryOf({ ...job, views: depth, ordinary: false });
  const segments = job.pages
    ? segmentsOf(memory.address, length, depth)
    : undefined;
  const kind = kindOf(job);
  return {
    run(count, first) {
      const done = library.flight(
        flight,
        files,
        files.length,
        memory.address,
        segments?.address ?? 0n,
        job.pages ? length / PAGE + 1 : 0,
        length,
        kind,
        depth,
        offsets,
        first,
        count,
      );
      if (done !== count) failed("C");
    },
    close() {
      library.flight_end(flight);
      for (const file of files) closeHandle(file);
    },
  };
}
