// The file that operations are on.

import { assertEquals } from "@std/assert";
import {
  open,
  type OpenOptions,
  openSync,
  type OverlappedFile,
  SyncFile,
} from "../../../mod.ts";
import { endByHand } from "../overlapped_strict.ts";
import { DiskFile } from "../strict_kernel/disk_file.ts";
import type { StrictKernel } from "../strict_kernel/mod.ts";
import { CONTENT, data } from "./content.ts";

export const PATH = "C:\\a";

/** Both kinds of file. */
export type File = SyncFile | OverlappedFile;

/** The kinds, and how they are opened with a limit that is soon reached. */
export const KINDS = {
  SyncFile: (path: string, options: OpenOptions): File =>
    openSync(path, options),
  OverlappedFile: (path: string, options: OpenOptions): Promise<File> =>
    open(path, { ...options, maxInFlight: { operations: 2, bytes: 8192 } }),
} as const;

/** The file as the kernel has it. */
function diskFile(kernel: StrictKernel, path = PATH): DiskFile | undefined {
  const found = kernel.names.volumes.get("C:")!.find(path.slice(2));
  return found instanceof DiskFile ? found : undefined;
}

/** What the file has, or undefined if it is not there. */
export function contentOf(
  kernel: StrictKernel,
  path: string = PATH,
): Uint8Array | undefined {
  return diskFile(kernel, path)?.content;
}

/** Makes the file. */
export function makeFile(content: Uint8Array = CONTENT): void {
  using file = openSync(PATH, { write: true, create: true });
  file.writeAll(content);
}

/** Checks that later operations of a file do what they are to do, and that no room of its limit is taken. */
export async function checkWorks(
  kernel: StrictKernel,
  file: File,
): Promise<void> {
  const bytes = data(7);
  const options = file.mode.append ? {} : { at: 3 };
  const at = file.mode.append ? file.size() : 3;
  assertEquals(await file.write(bytes, options), 7);
  const back = new Uint8Array(7);
  await file.readExactly(back, { at });
  assertEquals(back, bytes);
  if (file instanceof SyncFile) return;
  endByHand(kernel);
  const before = kernel.io.inFlight.length;
  const reads = [0, 4096].map((at) => file.read(new Uint8Array(4096), { at }));
  assertEquals(kernel.io.inFlight.length - before, 2, "the limit has no room");
  while (kernel.io.pending.endScheduled());
  assertEquals(await Promise.all(reads), [4096, 4096]);
  kernel.schedule.manual = false;
}
