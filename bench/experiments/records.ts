// Records of a structure, by `struct()` and by hand.

import { struct } from "../../src/structs.ts";
import type { Bytes } from "../way.ts";

/** The record: `Record` in records.c. */
const Trade = struct({
  ...{ id: "u32", kind: "u16", flags: "u16" } as const,
  ...{ price: "f64", volume: "f64", bid: "f32", ask: "f32" } as const,
});

/** The length of a record. */
export const RECORD: number = Trade.size;

/** The sum of the prices of so many records. */
export function sumOf(count: number): number {
  return 0.5 * count * (count - 1) / 2;
}

/** Packs records, as many as a buffer holds at a time. */
export function* writeStructs(size: number, count: number): Iterable<Bytes> {
  const buffer = new Uint8Array(size);
  const each = Math.floor(size / RECORD);
  for (let first = 0; first < count; first += each) {
    const end = Math.min(first + each, count);
    for (let i = first, at = 0; i < end; i++, at += RECORD) {
      Trade.write(buffer, {
        id: i,
        kind: i & 7,
        flags: 1,
        price: i * 0.5,
        volume: 100,
        bid: 1.5,
        ask: 2.5,
      }, at);
    }
    yield buffer.subarray(0, (end - first) * RECORD);
  }
}

/** Unpacks records. Returns the sum of their prices, or NaN. */
export function readStructs(bytes: Bytes): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += RECORD) {
    const { price, flags } = Trade.read(bytes, at);
    if (flags !== 1) return NaN;
    sum += price;
  }
  return sum;
}

/** By hand, as one does without structures. */
export function* writeRecords(size: number, count: number): Iterable<Bytes> {
  const buffer = new Uint8Array(size);
  const view = new DataView(buffer.buffer);
  const each = Math.floor(size / RECORD);
  for (let first = 0; first < count; first += each) {
    const end = Math.min(first + each, count);
    for (let i = first, at = 0; i < end; i++, at += RECORD) {
      view.setUint32(at, i, true);
      view.setUint16(at + 4, i & 7, true);
      view.setUint16(at + 6, 1, true);
      view.setFloat64(at + 8, i * 0.5, true);
      view.setFloat64(at + 16, 100, true);
      view.setFloat32(at + 24, 1.5, true);
      view.setFloat32(at + 28, 2.5, true);
    }
    yield buffer.subarray(0, (end - first) * RECORD);
  }
}

/** By hand. */
export function readRecords(bytes: Bytes): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let sum = 0;
  for (let at = 0; at < bytes.length; at += RECORD) {
    const record = {
      id: view.getUint32(at, true),
      kind: view.getUint16(at + 4, true),
      flags: view.getUint16(at + 6, true),
      price: view.getFloat64(at + 8, true),
      volume: view.getFloat64(at + 16, true),
      bid: view.getFloat32(at + 24, true),
      ask: view.getFloat32(at + 28, true),
    };
    if (record.flags !== 1) return NaN;
    sum += record.price;
  }
  return sum;
}
