import "./old_node.ts";
import { open, type OpenOptions, type OverlappedFile } from "../../mod.ts";
import { CompletionPort } from "./strict_kernel/completion_port.ts";
import type { DiskFile } from "./strict_kernel/disk_file.ts";
import type { StrictKernel } from "./strict_kernel/mod.ts";

/** Opens a new file of the strict kernel. */
export function newFile(
  path = "C:\\a",
  options: OpenOptions & { maxInFlight?: { operations: number } } = {},
): Promise<OverlappedFile> {
  return open(path, { read: true, write: true, create: true, ...options });
}

/** The port that the module has made in the strict kernel. */
export function portOf(kernel: StrictKernel): CompletionPort {
  for (const [, object] of kernel.handles.entries()) {
    if (object instanceof CompletionPort) return object;
  }
  throw new Error("The module has made no completion port yet");
}

/** A file of the strict kernel, as the kernel has it. */
export function diskFile(kernel: StrictKernel, path = "C:\\a"): DiskFile {
  const [drive, name] = [path.slice(0, 2), path.slice(2)];
  const file = kernel.names.volumes.get(drive)!.find(name);
  if (file === undefined || file === "folder") {
    throw new Error(`${path} is no file`);
  }
  return file;
}

/** Has operations end when the test ends them. */
export function endByHand(kernel: StrictKernel): void {
  kernel.schedule.choose = () => "later";
  kernel.schedule.manual = true;
}

/** What a promise was resolved or rejected with. */
export function outcomeOf<T>(outcome: PromiseSettledResult<T>): unknown {
  return outcome.status === "fulfilled" ? outcome.value : outcome.reason;
}
