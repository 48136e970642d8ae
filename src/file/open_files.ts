/**
 * The files and connections of this thread that are open, and those that were
 * dropped without `close()`.
 *
 * @module
 */
import * as kernel32 from "../../ffi/prototypes.ts";
import type { Handle } from "../../ffi/handle.ts";
import { preservingLastError } from "../errors/last_error.ts";

/** What a handle is bound to until it is closed. */
export interface Port {
  /** Says that the handle is closed. */
  unbind(): void;
}

/** What there is to close of a file, without the file itself. */
interface OpenHandle {
  readonly handle: Handle;
  /** Whether the file closes the handle. */
  readonly owned: boolean;
  readonly port: Port | undefined;
  /** Called when the handle has been closed. */
  readonly onClosed?: (() => void) | undefined;
}

let opened = 0;

/** Counts dropped files no more, and closes the handles that they owned. */
const dropped = /* @__PURE__ */ new FinalizationRegistry<OpenHandle>(
  ({ handle, owned, port, onClosed }) => {
    opened--;
    if (!owned) return;
    preservingLastError(() => {
      kernel32.CloseHandle(handle);
      port?.unbind();
      onClosed?.();
    });
  },
);

/** Returns how many files of this thread are open. */
export function openFiles(): number {
  return opened;
}

/** Counts a file until it is closed or the collector finds it dropped. */
export function fileOpened(file: object, open: OpenHandle): void {
  dropped.register(file, open, file);
  opened++;
}

/** Counts a file no more. Its handle is the caller's to close. */
export function fileClosed(file: object): void {
  dropped.unregister(file);
  opened--;
}
