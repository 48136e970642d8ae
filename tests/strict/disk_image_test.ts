// portable
// examples/disk_image.ts on disks that are damaged, and on files whose copies are interrupted.

import { createHash } from "node:crypto";
import process from "node:process";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { makeImage } from "../../examples/disk_image.ts";
import { openSync, Win32Error } from "../../mod.ts";
import { Disk } from "../support/strict_kernel/disk.ts";
import { type StrictKernel, strictTest } from "../support/strict_kernel/mod.ts";

const SEEDS = [1, 2];
const BLOCK = 2 ** 20;

const LONG = Uint8Array.from(
  { length: 5 * BLOCK + 3 },
  (_, i) => (i * 31 + (i >> 13)) % 251,
);

/** Bytes that say where they stand. */
function content(length: number): Uint8Array<ArrayBuffer> {
  return LONG.slice(0, length);
}

function hash(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function bytesOf(path: string): Uint8Array {
  using file = openSync(path);
  return file.readAll();
}

function put(path: string, bytes: Uint8Array): void {
  using file = openSync(path, { write: true, create: true, truncate: true });
  file.writeAll(bytes);
}

function exists({ names }: StrictKernel, path: string): boolean {
  return names.volumes.get("C:")!.find(path.slice(2)) !== undefined;
}

/** Makes an image. Returns its hash, and what was printed meanwhile. */
async function imaged(
  from: string,
  depth: number,
): Promise<{ sum: string; lines: string[] }> {
  const { log } = console;
  const { write } = process.stderr;
  const lines: string[] = [];
  console.log = (line: string) => lines.push(line);
  process.stderr.write = () => true; // the progress
  try {
    return { sum: await makeImage(from, "C:\\image", depth), lines };
  } finally {
    console.log = log;
    process.stderr.write = write;
  }
}

strictTest("a file with an odd tail is imaged to its byte", async (kernel) => {
  for (const length of [0, 1, 511, BLOCK, 3 * BLOCK + 777]) {
    const bytes = content(length);
    put("C:\\source", bytes);
    put("C:\\image", content(length + 4096)); // an older one, that is longer
    const { sum } = await imaged("C:\\source", 3);
    assertEquals(sum, hash(bytes));
    assertEquals(hash(bytesOf("C:\\image")), hash(bytes));
    assert(!exists(kernel, "C:\\image.blocks"));
  }
}, SEEDS);

strictTest("damaged sectors of a disk are zeros, and named", async (kernel) => {
  const bytes = content(2 * BLOCK + 512);
  const badSectors = [1024, BLOCK - 512, 2 * BLOCK];
  const disk = new Disk({ size: bytes.length, badSectors });
  disk.bytes.write(0, bytes);
  kernel.names.devices.set("physicaldrive1", disk);
  for (const at of badSectors) bytes.fill(0, at, at + 512);
  const { sum, lines } = await imaged("\\\\.\\PhysicalDrive1", 2);
  assertEquals(sum, hash(bytes));
  assertEquals(hash(bytesOf("C:\\image")), hash(bytes));
  assertEquals(lines.slice(1).sort(), [
    "ERROR_CRC at 1024: the image has zeros there",
    "ERROR_CRC at 1048064: the image has zeros there",
    "ERROR_CRC at 2097152: the image has zeros there",
  ]);
}, SEEDS);

strictTest("a run that failed goes on where it was", async () => {
  const bytes = content(5 * BLOCK + 3);
  put("C:\\source", bytes);
  {
    const access = { read: true, write: true, create: true };
    using other = openSync("C:\\image", access);
    other.lock({ at: 3 * BLOCK, length: BLOCK });
    const error = await assertRejects(
      () => imaged("C:\\source", 1),
      Win32Error,
    );
    assertEquals(error.symbol, "ERROR_LOCK_VIOLATION");
  }
  const { sum, lines } = await imaged("C:\\source", 1);
  assertEquals(lines, ["3 of 6 blocks to copy"]);
  assertEquals(sum, hash(bytes));
  assertEquals(hash(bytesOf("C:\\image")), hash(bytes));
});

strictTest("a log whose image has gone is not believed", async () => {
  const bytes = content(BLOCK + 9);
  put("C:\\source", bytes);
  const line = `\n0 ${hash(bytes.subarray(0, BLOCK))}`;
  const title = `${bytes.length} bytes of C:\\source`;
  put("C:\\image.blocks", new TextEncoder().encode(`${title}${line}\n104`));
  const { lines } = await imaged("C:\\source", 4);
  assertEquals(lines, ["2 of 2 blocks to copy"]);
  assertEquals(hash(bytesOf("C:\\image")), hash(bytes));
  put("C:\\image.blocks", new TextEncoder().encode(`1 bytes of C:\\source`));
  await assertRejects(
    () => imaged("C:\\source", 4),
    Error,
    "C:\\image.blocks is about 1 bytes of C:\\source: delete it",
  );
});

strictTest("an image that has changed meanwhile is not right", async () => {
  const bytes = content(2 * BLOCK);
  put("C:\\source", bytes);
  put("C:\\image", new Uint8Array(2 * BLOCK));
  const line = `\n1048576 ${hash(bytes.subarray(BLOCK))}`;
  const title = `${bytes.length} bytes of C:\\source`;
  put("C:\\image.blocks", new TextEncoder().encode(title + line));
  await assertRejects(
    () => imaged("C:\\source", 4),
    Error,
    "C:\\image is wrong at 1048576",
  );
});
