import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { openSync, type SyncFile } from "../../mod.ts";
import { UnbufferedIo } from "../../src/sync/sector_io.ts";
import { StrictDevice } from "./strict_device.ts";
import { contentOf, kernelFolder } from "./windows_or_strict.ts";

/** The length of the bounce buffer. */
export const BOUNCE: number = 1024 * 1024;

/** Logical and physical sectors that disks have: old ones, 512e and 4Kn. */
const SECTORS = [[512, 512], [512, 4096], [4096, 4096]] as const;

/** A file as a device of sectors, and what makes it look like an ordinary one. */
export interface Setup {
  readonly io: UnbufferedIo;
  readonly device: StrictDevice;
  /** The same file, buffered. */
  readonly file: SyncFile;
  readonly logical: number;
  readonly physical: number;
  /** All that the file has. */
  content(): Uint8Array;
}

/** Runs a body on a new file for each kind of sectors. */
export function onDevice(run: (setup: Setup) => void): void {
  for (const [logical, physical] of SECTORS) {
    using folder = kernelFolder();
    const path = folder.file("a.bin");
    using file = openSync(path, { read: true, write: true, create: true });
    const device = new StrictDevice(file, logical, physical);
    const io = new UnbufferedIo(device);
    const content = () => contentOf(path);
    run({ io, device, file, logical, physical, content });
  }
}

/** Bytes none of which is 0, a different sequence for each seed, in memory that is not aligned. */
export function pattern(length: number, seed = 0): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(new ArrayBuffer(length + 1), 1);
  for (let i = 0; i < length; i++) bytes[i] = (i * 7 + seed) % 255 + 1;
  return bytes;
}

/** Asserts that bytes are the same, and says where they are not. */
export function same(
  actual: Uint8Array,
  expected: Uint8Array,
  message = "",
): void {
  if (Buffer.compare(actual, expected) === 0) return;
  assertEquals(actual.length, expected.length, `length ${message}`);
  const at = actual.findIndex((byte, i) => byte !== expected[i]);
  assertEquals(at, -1, `the first other byte ${message}`);
}
