import { kernel32, openSync } from "../../mod.ts";
import { contentOf, kernelFolder } from "./windows_or_strict.ts";

/** Made for one test, so that nobody else's memory has it. */
const MARK = 0x5A;

/** So many bytes are looked at. */
const LENGTH = 64;

/** Leaves a mark at the start of memory, by which {@linkcode isStillThere} knows it. */
export function mark(bytes: Uint8Array): void {
  bytes.fill(MARK, 0, LENGTH);
}

/**
 * Whether memory that was marked is still at an address, and not freed, nor
 * what somebody else, who may be another thread of the runtime, has been given
 * there since. The system is asked, which refuses to write what is not there.
 */
export function isStillThere(address: bigint): boolean {
  using folder = kernelFolder();
  const path = folder.file("a");
  {
    using file = openSync(path, { write: true, create: true });
    const count = new Uint32Array(1);
    if (!kernel32.WriteFile(file.handle, address, LENGTH, count, null)) {
      return false;
    }
  }
  return contentOf(path).every((byte) => byte === MARK);
}

/** The bytes at an address, as the system sees them: it writes them to a file. */
export function bytesAt(
  address: bigint,
  length: number,
): Uint8Array<ArrayBuffer> {
  using folder = kernelFolder();
  const path = folder.file("a");
  {
    using file = openSync(path, { write: true, create: true });
    const count = new Uint32Array(1);
    kernel32.WriteFile(file.handle, address, length, count, null);
  }
  return contentOf(path);
}
