/**
 * What a report of a mistake should say about the module.
 *
 * @module
 */
import { isWine, windowsVersion } from "../ffi/ntdll.ts";
import { runtimeVersion } from "../ffi/select.ts";
import { existingThread, type LastErrorCapture } from "../ffi/thread.ts";
import { openFiles } from "./file/open_files.ts";
import { pooledMemory } from "./memory/pooled_memory.ts";
import { existingPort } from "./overlapped/completion_port.ts";

/** The version of the module. */
const VERSION = "0.1.0";

/** The state of the module on this JS thread. */
export interface Diagnostics {
  /** The version of the module: "0.1.0". */
  readonly module: string;
  /** The name and version of the runtime: "deno 2.9.5". */
  readonly runtime: string;
  /** The processor that the runtime was built for, after the first call. */
  readonly architecture: "x64" | "arm64" | undefined;
  /**
   * The version of the system, after the first call: "Windows 10.0.26100", or
   * "Wine as Windows 10.0.19045".
   */
  readonly system: string | undefined;
  /** What `lastErrorCapture()` returns, after the first call. */
  readonly lastErrorCapture: LastErrorCapture | undefined;
  /** How many files, connections of pipes and serial ports are open. */
  readonly openFiles: number;
  /** How many overlapped operations the kernel has. */
  readonly pendingOperations: number;
  /** How many packets came from the kernel that no operation expected. */
  readonly droppedPackets: number;
  /** How many bytes of memory are reserved for operations to come. */
  readonly pooledMemory: number;
}

/**
 * Returns the versions and the state of the module on this JS thread, for a
 * report of a mistake. Loads nothing: what the first call finds out is
 * undefined before.
 *
 * @returns The versions and the state.
 *
 * @example See that nothing was left open
 * ```ts
 * import { diagnostics, openSync } from "@kernel32/io";
 *
 * const file = openSync("README.md");
 * console.log(diagnostics().openFiles); // 1
 * file.close();
 * console.log(diagnostics().openFiles); // 0
 * ```
 */
export function diagnostics(): Diagnostics {
  const thread = existingThread();
  const port = existingPort();
  return {
    module: VERSION,
    runtime: runtimeVersion(),
    architecture: thread?.backend.architecture,
    system: thread && systemVersion(),
    lastErrorCapture: thread?.capture,
    openFiles: openFiles(),
    pendingOperations: port?.pending ?? 0,
    droppedPackets: port?.droppedPackets ?? 0,
    pooledMemory: pooledMemory(),
  };
}

/** Returns the system's version, unless the permission to ask was given back. */
function systemVersion(): string | undefined {
  try {
    return `${isWine() ? "Wine as " : ""}Windows ${windowsVersion()}`;
  } catch {
    return undefined;
  }
}
