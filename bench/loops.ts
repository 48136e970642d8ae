// The loops around requests, one for every experiment.

import { truncateSync } from "node:fs";
import { alignedMemory, plainBytes } from "./memory.ts";
import {
  type AsyncAccess,
  type Bytes,
  type Contestant,
  failed,
  type Job,
  type SyncAccess,
  type Way,
} from "./way.ts";

/** The length of a page, of which gathers are made. */
export const PAGE = 4096;

type Transfer = (bytes: Bytes) => number | null;
type TransferAt = (bytes: Bytes, at: number) => number | null;

/** At the file pointers of files, which take turns, with views, which take turns. Returns how many were whole. */
function inTurn(
  transfers: readonly Transfer[],
  views: readonly Bytes[],
  length: number,
  count: number,
): number {
  for (let i = 0, file = 0, view = 0; i < count; i++) {
    if (transfers[file]!(views[view]!) !== length) return i;
    if (++file === transfers.length) file = 0;
    if (++view === views.length) view = 0;
  }
  return count;
}

/** The same, with a view that is made for the request. */
function withFreshViews(
  transfers: readonly Transfer[],
  views: readonly Bytes[],
  length: number,
  count: number,
): number {
  const { buffer, byteOffset } = views[0]!;
  const memory = new Uint8Array(buffer, byteOffset, views.length * length);
  for (let i = 0, file = 0, at = 0; i < count; i++) {
    const bytes = memory.subarray(at, at + length);
    if (transfers[file]!(bytes) !== length) return i;
    if (++file === transfers.length) file = 0;
    at += length;
    if (at === memory.length) at = 0;
  }
  return count;
}

/** At offsets, which take turns. */
function atOffsets(
  transfers: readonly TransferAt[],
  views: readonly Bytes[],
  length: number,
  count: number,
  first: number,
  offsets: number,
): number {
  let file = first % transfers.length;
  let view = first % views.length;
  let place = Math.floor(first / transfers.length) % offsets;
  for (let i = 0; i < count; i++) {
    if (transfers[file]!(views[view]!, place * length) !== length) return i;
    if (++view === views.length) view = 0;
    if (++file === transfers.length) {
      file = 0;
      if (++place === offsets) place = 0;
    }
  }
  return count;
}

let copies = 0;

/**
 * Returns a copy of a loop with code of its own. A loop that served several ways would call through one site, for which a compiler can
 * neither inline a wrapper nor take a foreign function's fast path.
 *
 * @param loop A function that uses its parameters alone.
 */
export function ownCopy<Loop extends (...args: never[]) => unknown>(
  loop: Loop,
): Loop {
  return new Function(`return ${loop}\n// ${++copies}`)() as Loop;
}

const ownLoops = new Map<string, unknown>();

/** The loop of a way for reads or writes, the same for all points of a process. */
function ownLoop<Loop extends (...args: never[]) => unknown>(
  loop: Loop,
  name: string,
  writes: boolean,
): Loop {
  const key = `${name} ${writes} ${loop.name}`;
  if (!ownLoops.has(key)) ownLoops.set(key, ownCopy(loop));
  return ownLoops.get(key) as Loop;
}

/** Memory of so many requests. */
export interface Memory {
  readonly bytes: Bytes;
  readonly views: readonly Bytes[];
  /** 0 for the runtime's own memory. */
  readonly address: bigint;
  /** What has the memory freed when it is collected. */
  readonly whole: unknown;
}

const shared = new Map<string, Memory>();

/** The memory of a job. It is the same for all ways, as it matters where memory lies. */
export function memoryOf({ views, length, ordinary = false }: Job): Memory {
  const key = [views, length, ordinary].join();
  const known = shared.get(key);
  if (known !== undefined) return known;
  const whole = ordinary
    ? { bytes: plainBytes(views * length), address: 0n }
    : alignedMemory(views * length);
  const { bytes, address } = whole;
  const pieces = Array.from(
    { length: views },
    (_, i) => bytes.subarray(i * length, (i + 1) * length),
  );
  const memory = { bytes, views: pieces, address, whole };
  shared.set(key, memory);
  return memory;
}

/** Cuts memory into pages. The last one comes first: they do not lie in a row. */
function pagesOf(bytes: Bytes): Bytes[] {
  return Array.from(
    { length: bytes.length / PAGE },
    (_, i) => bytes.subarray(i * PAGE, (i + 1) * PAGE),
  ).toReversed();
}

/** Prepares a way for a job. */
export async function contestantOf(way: Way, job: Job): Promise<Contestant> {
  const { depth } = job;
  if (depth !== undefined && way.overlapped) return way.overlapped(job);
  if (depth === undefined && way.requests) return way.requests(job);
  return depth === undefined && way.openSync
    ? withCalls(way, job)
    : await withPromises(way, job, depth ?? 1);
}

function withCalls({ name, openSync }: Way, job: Job): Contestant {
  const { writes, positional, length, paths, offsets } = job;
  const files: SyncAccess[] = [];
  for (const path of paths) files.push(openSync!(path, job));
  const { views } = memoryOf(job);
  const check = (made: number, count: number) => {
    if (made !== count) failed(name);
  };
  const transfers = files.map(({ read, write }) => writes ? write : read);
  const transfersAt = files.map(({ readAt, writeAt }) =>
    (writes ? writeAt : readAt)!
  );
  const loop = ownLoop(job.fresh ? withFreshViews : inTurn, name, writes);
  const loopAt = ownLoop(atOffsets, name, writes);
  return {
    run: positional
      ? (count, first) =>
        check(loopAt(transfersAt, views, length, count, first, offsets), count)
      : (count) => check(loop(transfers, views, length, count), count),
    rewind: () => renew(files, job),
    close() {
      for (const file of files) file.close();
    },
  };
}

/** Puts files back to what they were before a lap. */
export function renew(
  files: readonly Pick<SyncAccess, "resize" | "rewind">[],
  { positional, append, renewed, paths }: Job,
): void {
  if (positional) return;
  if (append) return paths.forEach((path) => truncateSync(path));
  for (const file of files) {
    if (renewed !== undefined) file.resize(0);
    if (renewed) file.resize(renewed);
    file.rewind();
  }
}

/** With promises, as many at a time as the job's depth. */
async function withPromises(
  { name, open }: Way,
  job: Job,
  depth: number,
): Promise<Contestant> {
  const { writes, positional, length, paths, offsets, renewed } = job;
  const files: AsyncAccess[] = [];
  const close = async () => {
    for (const file of files) await file.close();
  };
  try {
    for (const path of paths) files.push(await open!(path, job));
  } catch (error) {
    await close();
    throw error;
  }
  const { views } = memoryOf(job);
  const pages = job.pages ? views.map(pagesOf) : [];
  const signal = job.signal ? new AbortController().signal : undefined;
  const operate = (index: number, lane: number) => {
    const file = files[(depth === 1 ? index : lane) % files.length]!;
    const place = Math.floor(index / files.length) % offsets;
    const at = positional ? place * length : undefined;
    if (job.pages) {
      const its = pages[lane % pages.length]!;
      return writes
        ? file.writePages!(its, place * length)
        : file.readPages!(its, place * length);
    }
    const bytes = views[(depth === 1 ? index : lane) % views.length]!;
    return writes
      ? file.write(bytes, at, signal)
      : file.read(bytes, at, signal);
  };
  return {
    async run(count, first) {
      let next = first;
      const perform = async (lane: number) => {
        while (next < first + count) {
          if (await operate(next++, lane) !== length) failed(name);
        }
      };
      if (depth === 1) return await perform(0);
      await Promise.all(Array.from({ length: depth }, (_, i) => perform(i)));
    },
    async rewind() {
      if (positional) return;
      for (const file of files) {
        if (renewed !== undefined) await file.resize!(0);
        await file.rewind();
      }
    },
    close,
  };
}
