import { AlignedBuffer, open } from "../../mod.ts";

const CHUNK = 1024 * 1024;

/**
 * Copies a file past the cache with several operations under way at once.
 *
 * @param depth How many.
 * @param progress Told after each chunk how many bytes have been copied.
 * @returns How many bytes were copied.
 */
export async function copyOverlapped(
  source: string,
  copy: string,
  depth: number,
  progress: (bytes: number) => void,
): Promise<number> {
  const unbuffered = true;
  // Nobody may change the source meanwhile, or look at half a copy.
  await using from = await open(source, {
    read: true,
    share: ["read"],
    unbuffered,
  });
  await using to = await open(copy, {
    write: true,
    create: true,
    truncate: true,
    share: [],
    unbuffered,
  });
  const size = from.size();
  // Writes that extend a file are made one after the other by the system.
  to.truncate(size);

  let next = 0;
  let bytes = 0;
  /** Copies chunk by chunk through one buffer, whichever comes next. */
  const lane = async () => {
    using memory = new AlignedBuffer(CHUNK);
    while (next < size) {
      const at = next;
      next += CHUNK;
      const count = await from.read(memory.bytes, { at });
      if (count === null) return;
      await to.writeAll(memory.bytes.subarray(0, count), { at });
      progress(bytes += count);
    }
  };
  const lanes = Array.from({ length: depth }, () =>
    lane().catch((error) => {
      next = size; // The others end too.
      throw error;
    }));
  await Promise.all(lanes);
  return bytes;
}
