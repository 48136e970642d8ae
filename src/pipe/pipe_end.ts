/**
 * Ends of pipes, before and after they are connections.
 *
 * @module
 */
import { kernel32 } from "../../ffi/kernel32.ts";
import { preservingLastError } from "../errors/last_error.ts";
import { Win32Error } from "../errors/win32_error.ts";
import type { OverlappedHandle } from "../overlapped/overlapped_handle.ts";
import type { PipeDirection, PipeMode } from "./options.ts";

/** A connected end, as connections are made of it. */
export interface PipeEnd {
  /** Its handle. */
  readonly overlapped: OverlappedHandle;
  /** Whether it is the server's end. */
  readonly isServer: boolean;
  /** The type of the pipe. */
  readonly mode: PipeMode;
  /** Which way data goes, seen from this end. */
  readonly direction: PipeDirection;
  /** Called when the handle has been closed. */
  readonly onClosed?: () => void;
}

/**
 * Cancels what is under way on an end, waits for it and closes the handle.
 *
 * @throws {Win32Error} ERROR_INVALID_HANDLE if it has been closed elsewhere.
 */
export async function closeEnd(
  { overlapped, onClosed }: Pick<PipeEnd, "overlapped" | "onClosed">,
): Promise<void> {
  await overlapped.drain();
  const { handle, path } = overlapped;
  try {
    preservingLastError(() => {
      if (kernel32.CloseHandle(handle)) return;
      throw Win32Error.last("CloseHandle", { path });
    });
  } finally {
    onClosed?.();
  }
}
