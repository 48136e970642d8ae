import { readFile } from "node:fs/promises";

/** IMAGE_FILE_MACHINE_AMD64. */
const AMD64 = 0x8664;

/**
 * Reads Microsoft's C runtime.
 *
 * @throws {Error} If the file is not a DLL for x64, or is the one of Wine.
 */
export async function readUcrtbase(path: string): Promise<Uint8Array> {
  const dll = await readFile(path);
  const header = dll.length > 64 ? dll.readUInt32LE(60) : Infinity;
  const isForX64 = dll.toString("latin1", 0, 2) === "MZ" &&
    header + 6 <= dll.length && dll.readUInt16LE(header + 4) === AMD64;
  // Wine's own have it behind the DOS header.
  const isWine = dll.includes("Wine builtin DLL") ||
    dll.includes("Wine placeholder DLL");
  if (isForX64 && !isWine) return dll;
  throw new Error(
    `${path} is not Microsoft's ucrtbase.dll for x64: name a copy of C:\\Windows\\System32\\ucrtbase.dll.`,
  );
}
