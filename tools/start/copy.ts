import { AlignedBuffer, kernel32, openSync, Win32Error } from "../../mod.ts";
import type { Mode } from "./events.ts";

const CHUNK = 1024 * 1024;

/**
 * Copies a file with ReadFile and WriteFile.
 *
 * @param progress Told after each chunk how many bytes have been copied.
 * @returns How many bytes were copied.
 */
export function copyFile(
  source: string,
  copy: string,
  mode: Exclude<Mode, "unbuffered, overlapped">,
  progress: (bytes: number) => void,
): number {
  const unbuffered = mode !== "buffered";
  // Nobody may change the source meanwhile, or look at half a copy.
  using from = openSync(source, {
    read: true,
    share: ["read"],
    ...(unbuffered ? { unbuffered } : { sequential: true }),
  });
  using to = openSync(copy, {
    write: true,
    create: true,
    truncate: true,
    share: [],
    ...(unbuffered ? { unbuffered, writeThrough: true } : { sequential: true }),
  });
  // Writes that extend a file cost more than writes within it.
  to.truncate(from.size());
  // What bypasses the cache is to lie at the boundary of a sector.
  using memory = new AlignedBuffer(CHUNK);
  const buffer = unbuffered ? memory.bytes : new Uint8Array(CHUNK);

  let bytes = 0;
  while (true) {
    const count = from.read(buffer);
    if (count === null) return bytes;
    to.writeAll(count === CHUNK ? buffer : buffer.subarray(0, count));
    progress(bytes += count);
  }
}

/**
 * Writes to a file through a handle that is open for reading only.
 *
 * @returns The error that this has to end with.
 */
export function refusedWrite(path: string): Win32Error {
  using file = openSync(path, { read: true });
  const bytes = new Uint8Array(1);
  const written = new Uint32Array(1);
  if (!kernel32.WriteFile(file.handle, bytes, 1, written, null)) {
    return Win32Error.last("WriteFile", { path });
  }
  throw new Error("A file that was opened for reading only could be written");
}
