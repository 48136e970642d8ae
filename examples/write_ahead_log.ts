// A write-ahead log. Records that are appended at the same time share one write and one flush; what a crash has torn is cut off when the log is opened.
//
//   deno run --allow-ffi examples/write_ahead_log.ts [FILE [CALLERS | forever]]
//   bun examples/write_ahead_log.ts [FILE [CALLERS | forever]]

import process from "node:process";
import { crc32 } from "node:zlib";
import { open, type OverlappedFile } from "@kernel32/io";

/** In front of each record: the sum of what follows, and the length of the data. */
const HEADER = 8;
const MAX_DATA = 2 ** 16;
/** So many records fit in one write, which takes 64 MiB. */
const MAX_BATCH = 1000;

/** Copies the data behind a header. The sum covers the length, too, so that zeros are no record. */
function toRecord(data: Uint8Array): Uint8Array {
  if (data.length > MAX_DATA) throw new RangeError("A record is too long");
  const record = new Uint8Array(HEADER + data.length);
  const view = new DataView(record.buffer);
  view.setUint32(4, data.length, true);
  record.set(data, HEADER);
  view.setUint32(0, crc32(record.subarray(4)), true);
  return record;
}

/** Finds the data of all records before the first that is not whole. */
function* wholeRecords(bytes: Uint8Array<ArrayBuffer>): Generator<Uint8Array> {
  const view = new DataView(bytes.buffer);
  for (let at = 0; at + HEADER <= bytes.length;) {
    const end = at + HEADER + view.getUint32(at + 4, true);
    if (end > bytes.length) return;
    if (crc32(bytes.subarray(at + 4, end)) !== view.getUint32(at, true)) return;
    yield bytes.subarray(at + HEADER, end);
    at = end;
  }
}

export class Log implements AsyncDisposable {
  /** How many batches were written. */
  batches = 0;
  #batch: Uint8Array[] = [];
  /** The write of the batch, which takes records until it begins. */
  #next: Promise<void> | undefined;
  #last: Promise<void> = Promise.resolve();

  private constructor(
    readonly file: OverlappedFile,
    /** What the log had when it was opened, and how many bytes were cut off then. */
    readonly records: readonly Uint8Array[],
    readonly cut: number,
  ) {}

  static async open(path: string): Promise<Log> {
    const file = await open(path, {
      read: true,
      append: true,
      write: true, // to cut the log
      create: true,
      share: ["read"], // A log has one writer.
    });
    try {
      const bytes = await file.readAll();
      const records = [...wholeRecords(bytes)];
      const end = records.reduce((sum, data) => sum + HEADER + data.length, 0);
      file.truncate(end);
      await file.flush(); // A killed program's records may be in the cache alone.
      return new Log(file, records, bytes.length - end);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Appends a record. When the promise resolves, it is on the disk; when it rejects, it may be: open the log again. */
  append(data: Uint8Array): Promise<void> {
    this.#batch.push(toRecord(data));
    // What stands behind a torn record is lost: no write follows one that has failed.
    return this.#next ??= this.#last = this.#last.then(() => this.#write());
  }

  async #write(): Promise<void> {
    const records = this.#batch;
    [this.#batch, this.#next] = [[], undefined];
    for (let i = 0; i < records.length; i += MAX_BATCH) {
      await this.file.writeGather(records.slice(i, i + MAX_BATCH));
    }
    await this.file.flush();
    this.batches++;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last.catch(() => {}); // append() has thrown it.
    await this.file.close();
  }
}

if (import.meta.main) {
  const [, , path = "write_ahead_log.tmp", mode] = process.argv;
  await using log = await Log.open(path);
  const found = log.records.length;
  const texts = log.records.map((data) => new TextDecoder().decode(data));
  const isRight = texts.every((text, i) => Number(text) === i);
  console.log(`${found} records, right: ${isRight}; ${log.cut} bytes cut off`);

  const start = performance.now();
  let next = found;
  const end = mode === "forever" ? Infinity : found + 1000;
  const callers = Array.from({ length: Number(mode) || 16 }, async () => {
    while (next < end) {
      const text = `${next++}`; // with spaces, to be of any length
      await log.append(new TextEncoder().encode(text.padEnd(next * 7 % 5000)));
      if (end === Infinity) console.log(text);
    }
  });
  await Promise.all(callers);
  const ms = Math.round(performance.now() - start);
  console.log(`1000 records more, by ${log.batches} writes in ${ms} ms`);
}
