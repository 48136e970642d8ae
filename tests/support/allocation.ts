import process from "node:process";
import { collectGarbage, nextJob, survivors } from "./garbage.ts";
import { runtime } from "./runtime.ts";

/** A call that is made again and again; it is given how often. */
export type RepeatedCall = (i: number) => void;

const CALLS = 1_000_000;
/** Objects made by so few calls fit into V8's youngest space. */
const CALLS_PER_READING = 10_000;

const sink: unknown[] = [];

/** What a call would do if it made one small object. */
export function allocate(i: number): void {
  sink[i & 7] = 0x1_0000_0000_0000n + BigInt(i);
}

/**
 * Whether a million calls allocate so much that garbage made beforehand gets
 * collected. The runtime may collect for reasons of its own, but not every time.
 */
export async function makesGarbage(call: RepeatedCall): Promise<boolean> {
  for (let tries = 0; tries < 4; tries++) {
    if (!await isCollectedDuring(call)) return false;
  }
  return true;
}

async function isCollectedDuring(call: RepeatedCall): Promise<boolean> {
  repeat(call, CALLS_PER_READING);
  await survivors([]); // The collector begins anew.
  const garbage = Array.from({ length: 64 }, () => new WeakRef({}));
  await nextJob();
  repeat(call, CALLS);
  const left = garbage.filter((object) => object.deref() !== undefined);
  await nextJob();
  return left.length < garbage.length / 2;
}

/**
 * The bytes by which a call lets the heap grow. In V8 that is what it makes,
 * needed or not; Bun counts only now and then, so that there it is what is left
 * after a collection.
 */
export function heapGrowth(call: RepeatedCall): number {
  return runtime === "bun" ? bytesLeft(call) : bytesMade(call);
}

/** The least that {@linkcode heapGrowth} says of a call that makes an object. */
export function growthOfOneObject(): number {
  const kept: unknown[] = [];
  const keep = (i: number) => void kept.push(0x1_0000_0000_0000n + BigInt(i));
  return runtime === "bun" ? bytesLeft(keep) : bytesMade(allocate);
}

/** The bytes that a call adds to the heap, whether they are needed or not. */
function bytesMade(call: RepeatedCall): number {
  repeat(call, 20 * CALLS_PER_READING);
  let growth = 0;
  let readings = 0;
  for (let done = 0; done < CALLS; done += CALLS_PER_READING) {
    const before = process.memoryUsage().heapUsed;
    repeat(call, CALLS_PER_READING);
    const change = process.memoryUsage().heapUsed - before;
    if (change < 0) continue; // There was a collection.
    growth += change;
    readings++;
  }
  return growth / readings / CALLS_PER_READING;
}

/** The bytes that a call leaves on the heap for good. */
function bytesLeft(call: RepeatedCall): number {
  repeat(call, CALLS_PER_READING);
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  repeat(call, CALLS);
  collectGarbage();
  return (process.memoryUsage().heapUsed - before) / CALLS;
}

function repeat(call: (i: number) => void, times: number): void {
  for (let i = 0; i < times; i++) call(i);
}
