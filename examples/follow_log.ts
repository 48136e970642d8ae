// Prints the lines of a log as they come, like `tail -F` from the first line on: through truncation and rotation, until Ctrl+C.
//
//   deno run --allow-ffi examples/follow_log.ts FILE
//   bun examples/follow_log.ts FILE

import process from "node:process";
import { setTimeout as pause } from "node:timers/promises";
import { open, type OverlappedFile, Win32Error } from "@kernel32/io";

/** How long to wait for more. A file that comes and goes in between is missed. */
const PAUSE_MS = 100;

/** Opens the file that now has a name, and leaves its writer free to write, rename and delete it. */
function openLog(path: string): Promise<OverlappedFile> {
  return open(path, { read: true, share: ["read", "write", "delete"] });
}

function symbolOf(error: unknown): string {
  if (error instanceof Win32Error) return error.symbol;
  throw error;
}

/** Whether two files are one. No other file gets the id of one that is open. */
function isSame(a: OverlappedFile, b: OverlappedFile): boolean {
  const [x, y] = [a.stat(), b.stat()];
  return x.dev === y.dev && x.ino === y.ino;
}

/** The lines of the files that have a name one after the other. */
export async function* follow(
  path: string,
  signal: AbortSignal,
): AsyncGenerator<string> {
  /** The file that is read, and those that have had the name since. */
  const files = [await openLog(path)];
  const buffer = new Uint8Array(65536);
  let position = 0;
  let decoder = new TextDecoder();
  let text = "";
  try {
    while (!signal.aborted) {
      // The name first, the data second: what was written before the name changed hands is then read before the next file.
      const named = await openLog(path).catch(symbolOf);
      if (typeof named !== "string") {
        const newest = files.at(-1);
        if (newest !== undefined && isSame(newest, named)) await named.close();
        else files.push(named);
      }
      const [file] = files;
      const count = await file?.read(buffer, { at: position });
      if (typeof count === "number") {
        position += count;
        text += decoder.decode(buffer.subarray(0, count), { stream: true });
        const lines = text.split(/\r?\n/);
        text = lines.pop()!; // It has no end yet.
        yield* lines;
        continue;
      }
      // A deleted file keeps its name from the writer while it is open here. A renamed one may be written until there is a new one.
      const isDeleted = named === "ERROR_ACCESS_DENIED";
      const isTruncated = file !== undefined && file.size() < position;
      if (files.length > 1 || (file !== undefined && isDeleted)) {
        await files.shift()!.close();
      } else if (!isTruncated) {
        await pause(PAUSE_MS, undefined, { signal }).catch(() => {});
        continue;
      }
      if (text !== "") yield text;
      [position, decoder, text] = [0, new TextDecoder(), ""];
    }
  } finally {
    for (const file of files) await file.close();
  }
}

if (import.meta.main) {
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  const [, , path = "log.txt"] = process.argv;
  for await (const line of follow(path, stop.signal)) console.log(line);
  console.log("No longer followed.");
}
