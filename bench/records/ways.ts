import { struct } from "../../src/structs.ts";
import { type Candidate, failed } from "../contestant.ts";
import { bind } from "../foreign.ts";
import { closeHandle, openHandle } from "../handle.ts";
import type { Runtime, Way } from "../schema.ts";
import {
  BUFFER_SIZE,
  openDeno,
  openNode,
  openOurs,
  type OpenWhole,
  renew,
  type WholeFile,
  type WholeFileTask,
} from "../whole_file.ts";

/** The record: `Record` in records.c. */
const Trade = struct({
  ...{ id: "u32", kind: "u16", flags: "u16" } as const,
  ...{ price: "f64", volume: "f64", bid: "f32", ask: "f32" } as const,
});

/** The length of a record. */
export const RECORD: number = Trade.size;

/** All ways to write and read records. */
export const WAYS: readonly Candidate<WholeFileTask>[] = [
  native(),
  way("SyncFile", ["deno", "bun"], openOurs, writeViews, readViews),
  way(
    "SyncFile, struct()",
    ["deno", "bun"],
    openOurs,
    writeStructs,
    readStructs,
  ),
  way("Deno.FsFile", ["deno"], openDeno, writeViews, readViews),
  way("node:fs", ["deno", "bun", "node"], openNode, writeViews, readViews),
];

/** The sum of the prices of so many records. */
function sumOf(count: number): number {
  return 0.5 * count * (count - 1) / 2;
}

function way(
  name: Way,
  runtimes: readonly Runtime[],
  open: OpenWhole,
  write: (file: WholeFile, count: number) => void,
  read: (file: WholeFile) => number,
): Candidate<WholeFileTask> {
  return {
    way: name,
    runtimes,
    prepare: ({ writes, path }) => ({
      run(count) {
        const file = open(path, writes);
        if (writes) write(file, count);
        else if (read(file) !== sumOf(count)) failed(name);
        file.close();
      },
      rewind: () => renew(path, writes),
      close() {},
    }),
  };
}

/** With this module's structures. */
function writeStructs(file: WholeFile, count: number): void {
  const buffer = new Uint8Array(BUFFER_SIZE);
  let fill = 0;
  for (let i = 0; i < count; i++) {
    Trade.write(buffer, {
      id: i,
      kind: i & 7,
      flags: 1,
      price: i * 0.5,
      volume: 100,
      bid: 1.5,
      ask: 2.5,
    }, fill);
    fill += RECORD;
    if (fill + RECORD > BUFFER_SIZE || i === count - 1) {
      file.write(buffer.subarray(0, fill));
      fill = 0;
    }
  }
}

function readStructs(file: WholeFile): number {
  const buffer = new Uint8Array(BUFFER_SIZE);
  let sum = 0;
  for (let n = file.read(buffer); n > 0; n = file.read(buffer)) {
    for (let at = 0; at < n; at += RECORD) {
      const { price, flags } = Trade.read(buffer, at);
      if (flags !== 1) return -1;
      sum += price;
    }
  }
  return sum;
}

/** By hand, as one does without structures. */
function writeViews(file: WholeFile, count: number): void {
  const buffer = new Uint8Array(BUFFER_SIZE);
  const view = new DataView(buffer.buffer);
  let fill = 0;
  for (let i = 0; i < count; i++) {
    view.setUint32(fill, i, true);
    view.setUint16(fill + 4, i & 7, true);
    view.setUint16(fill + 6, 1, true);
    view.setFloat64(fill + 8, i * 0.5, true);
    view.setFloat64(fill + 16, 100, true);
    view.setFloat32(fill + 24, 1.5, true);
    view.setFloat32(fill + 28, 2.5, true);
    fill += RECORD;
    if (fill + RECORD > BUFFER_SIZE || i === count - 1) {
      file.write(buffer.subarray(0, fill));
      fill = 0;
    }
  }
}

function readViews(file: WholeFile): number {
  const buffer = new Uint8Array(BUFFER_SIZE);
  const view = new DataView(buffer.buffer);
  let sum = 0;
  for (let n = file.read(buffer); n > 0; n = file.read(buffer)) {
    for (let at = 0; at < n; at += RECORD) {
      const record = {
        id: view.getUint32(at, true),
        kind: view.getUint16(at + 4, true),
        flags: view.getUint16(at + 6, true),
        price: view.getFloat64(at + 8, true),
        volume: view.getFloat64(at + 16, true),
        bid: view.getFloat32(at + 24, true),
        ask: view.getFloat32(at + 28, true),
      };
      if (record.flags !== 1) return -1;
      sum += record.price;
    }
  }
  return sum;
}

interface Library {
  records_write(
    file: bigint,
    buffer: Uint8Array,
    size: number,
    count: number,
  ): number;
  records_read(
    file: bigint,
    buffer: Uint8Array,
    size: number,
    sum: Uint8Array,
  ): number;
}

function native(): Candidate<WholeFileTask> {
  return {
    way: "C",
    runtimes: ["deno", "bun", "node"],
    prepare({ writes, path, library = "" }) {
      const { records_write, records_read } = bind<Library>(library, {
        records_write: ["u64", "buffer", "u32", "i32"],
        records_read: ["u64", "buffer", "u32", "buffer"],
      });
      const buffer = new Uint8Array(new ArrayBuffer(BUFFER_SIZE));
      const sum = new Float64Array(new ArrayBuffer(8));
      const sumBytes = new Uint8Array(sum.buffer);
      return {
        run(count) {
          const file = openHandle(path, { flags: 0, create: writes });
          if (writes) {
            const done = records_write(file, buffer, BUFFER_SIZE, count);
            if (done !== count) failed("C");
          } else {
            records_read(file, buffer, BUFFER_SIZE, sumBytes);
            if (sum[0] !== sumOf(count)) failed("C");
          }
          closeHandle(file);
        },
        rewind: () => renew(path, writes),
        close() {},
      };
    },
  };
}
