// Copies a file, a volume or a disk into an image past the system's cache, several blocks at once, and reads the image back to
// compare it. A run that was interrupted goes on when it is started again. Disks and volumes need an administrator's rights.
//
//   deno run --allow-ffi examples/disk_image.ts \\.\PhysicalDrive1 stick.img 8
//   bun examples/disk_image.ts \\.\PhysicalDrive1 stick.img 8

import { createHash } from "node:crypto";
import process from "node:process";
import {
  AlignedBuffer,
  open,
  openSync,
  type OverlappedFile,
  type Win32Error,
} from "@kernel32/io";

const BLOCK = 2 ** 20;
const DAMAGE = ["ERROR_CRC", "ERROR_SECTOR_NOT_FOUND", "ERROR_IO_DEVICE"]; // of sectors

const sum = (bytes: Uint8Array) =>
  createHash("sha256").update(bytes).digest("hex");

/** Reads a block; by sectors if some are damaged, with zeros for these. Returns how many there are. */
async function readBlock(
  source: OverlappedFile,
  bytes: Uint8Array<ArrayBuffer>,
  start: number,
): Promise<number> {
  let damaged = 0;
  for (let i = 0, step = bytes.length; i < bytes.length;) {
    const part = bytes.subarray(i, i + step);
    try {
      await source.readExactly(part, { at: start + i });
      i += step;
    } catch (error) {
      const { symbol } = error as Win32Error;
      if (!DAMAGE.includes(symbol)) throw error;
      if (step <= source.sectorSize().physical) {
        console.log(`${symbol} at ${start + i}: the image has zeros there`);
        part.fill(0);
        damaged++;
        i += step;
      } else step = source.sectorSize().physical;
    }
  }
  return damaged;
}

/** Makes an image, `depth` blocks at once, compares it, and returns its SHA-256. */
export async function makeImage(
  from: string,
  to: string,
  depth: number,
): Promise<string> {
  await using source = await open(from, {
    read: true,
    unbuffered: true,
    share: from.startsWith("\\\\.\\") ? ["read", "write"] : ["read"], // volumes want "write", files must not change
  });
  const size = source.size();

  const how = { read: true, write: true, create: true, unbuffered: true };
  await using image = await open(to, { ...how, preallocate: size });
  // A line for each block in the image, with its sum. Each begins with the line break, so that none continues a torn one.
  const access = { read: true, append: true, create: true, delete: true };
  using log = openSync(`${to}.blocks`, access);
  const write = (line: string) => log.writeAll(new TextEncoder().encode(line));
  const title = `${size} bytes of ${from}`;
  const [first, ...lines] = new TextDecoder().decode(log.readAll()).split("\n");
  if (first === "") write(title);
  else if (first !== title) {
    throw new Error(`${log.path} is about ${first}: delete it`);
  }
  const entries = lines.map((line) => /^(\d+) (\w{64})$/.exec(line) ?? []);
  const sums = new Map(entries.map(([, at, sum]) => [Number(at), sum]));

  const end = Math.min(image.size(), size);
  image.truncate(end); // what an older image has behind
  const blocks: number[] = [];
  for (let at = 0; at < size; at += BLOCK) {
    if (!sums.has(at) || Math.min(at + BLOCK, size) > end) blocks.push(at);
  }
  console.log(`${blocks.length} of ${Math.ceil(size / BLOCK)} blocks to copy`);
  let done = 0;
  const next = blocks.values();
  await Promise.all(Array.from({ length: depth }, async () => {
    using memory = new AlignedBuffer(BLOCK);
    for (const at of next) {
      const bytes = memory.bytes.subarray(0, Math.min(BLOCK, size - at));
      const damaged = await readBlock(source, bytes, at);
      await image.writeAll(bytes, { at });
      sums.set(at, sum(bytes));
      if (damaged === 0) write(`\n${at} ${sums.get(at)}`);
      const percent = Math.floor(100 * ++done / blocks.length);
      const bar = "#".repeat(percent / 2).padEnd(50, ".");
      const ending = percent === 100 ? "\n" : "";
      process.stderr.write(`\r[${bar}] ${percent} %${ending}`);
    }
  }));
  await image.flush();
  const whole = createHash("sha256");
  let at = 0;
  for await (const bytes of image.createReadable({ chunkSize: BLOCK })) {
    if (sum(bytes) !== sums.get(at)) throw new Error(`${to} is wrong at ${at}`);
    whole.update(bytes);
    at += bytes.length;
  }
  if (at !== size) throw new Error(`${to} ends at ${at} instead of ${size}`);
  log.delete();
  return whole.digest("hex");
}

if (import.meta.main) {
  const [from, to, depth = "4"] = process.argv.slice(2);
  if (!from || !to || !(Number(depth) >= 1)) {
    throw new Error("disk_image SOURCE IMAGE [BLOCKS AT ONCE]");
  }
  console.log(`SHA-256 ${await makeImage(from, to, Number(depth))}`);
}
