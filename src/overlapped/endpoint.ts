/**
 * Ends of connections.
 *
 * @module
 */
import { FileClosedError } from "../errors/win32_error.ts";
import type { OverlappedHandle } from "./overlapped_handle.ts";

/**
 * The end of a connection, without the object that the program has of it: what
 * closes the handle when that object is dropped.
 */
export class Endpoint {
  /** Its handle. */
  readonly overlapped: OverlappedHandle;
  readonly #onClosed: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  /** @param onClosed Called when the handle has been closed. */
  constructor(overlapped: OverlappedHandle, onClosed?: () => void) {
    this.overlapped = overlapped;
    this.#onClosed = onClosed;
  }

  /** When it has been closed; undefined before `close()`. */
  get closing(): Promise<void> | undefined {
    return this.#closing;
  }

  /** Closes the handle, as `OverlappedHandle.close()` does. */
  close(): Promise<void> {
    return this.#closing ??= this.overlapped.close()
      .finally(() => this.#onClosed?.());
  }

  /** @throws {FileClosedError} If it has been closed. */
  check(method: string): void {
    if (this.#closing === undefined) return;
    throw new FileClosedError(method, this.overlapped.path);
  }
}
