import type { CompletionPort } from "./completion_port.ts";
import { Event } from "./event.ts";
import type { KernelObject } from "./handles.ts";
import type { Operation, Result } from "./operation.ts";

/** What a handle to a file, pipe, volume or device leads to. */
export interface Target {
  /** What GetFileType says. */
  readonly type: number;
  /** Whether offsets mean something. */
  readonly seeks: boolean;
  /** Refuses an operation in its call, by `fail()`. */
  check(operation: Operation): void;
  /** Whether an operation always ends in its call, and why. */
  endsInCall?(operation: Operation): string | undefined;
  /** Where an operation starts, if its offset does not say it. */
  offsetOf?(operation: Operation): number;
  /** Performs an operation; nothing if it must wait. */
  perform(operation: Operation): Result | undefined;
  /** A pending operation has ended, perhaps without being performed. */
  ended?(operation: Operation): void;
  /** The last handle to an open of it has been closed. */
  closed(open: OpenFile): void;
}

/** How a file was opened. */
export interface OpenMode {
  readonly access: number;
  readonly share: number;
  /** FILE_FLAG_ and FILE_ATTRIBUTE_ bits. */
  readonly flags: number;
  readonly overlapped: boolean;
  readonly unbuffered: boolean;
}

/** An open file: what CreateFileW makes, and its handles share. */
export class OpenFile implements KernelObject {
  readonly target: Target;
  mode: OpenMode;
  /** The file pointer of a synchronous handle. */
  position = 0;
  port: CompletionPort | undefined;
  key = 0n;
  skipsOnSuccess = false;
  skipsEvent = false;
  /** Set when an operation ends; GetOverlappedResult waits for it without hEvent. */
  readonly event: Event = new Event(true, false);
  readonly #onClose: (open: OpenFile) => void;

  constructor(
    target: Target,
    mode: OpenMode,
    onClose: (open: OpenFile) => void,
  ) {
    this.target = target;
    this.mode = mode;
    this.#onClose = onClose;
  }

  /** Whether any or all of some access rights were granted. */
  may(access: number): boolean {
    return (this.mode.access & access) !== 0;
  }

  close(): void {
    this.#onClose(this);
    this.target.closed(this);
  }
}
