/**
 * What a file was opened for, and what it refuses for that reason.
 *
 * @module
 */

/** What a file was opened for. */
export interface FileMode {
  /** Reads are allowed. */
  readonly read: boolean;
  /** Writes are allowed, at any offset. */
  readonly write: boolean;
  /** Writes without an offset go to the end. */
  readonly append: boolean;
  /** The system's cache is bypassed. */
  readonly unbuffered: boolean;
}

/** The error of a read of a file that is not open for it. */
export function notReadable(path: string): TypeError {
  return new TypeError(
    `"${path}" is not open for reading: open it with read: true`,
  );
}

/** The error of a write to a file that is not open for it. */
export function notWritable(path: string): TypeError {
  return new TypeError(
    `"${path}" is not open for writing: open it with write: true`,
  );
}

/** The error of an offset in a write to a file that is only appended to. */
export function appendsOnly(path: string): TypeError {
  return new TypeError(
    `"${path}" is open for appending, so that every write goes to its end: ` +
      "open it with write: true to write at an offset",
  );
}

/** The error of an offset where there are none. */
export function hasNoOffsets(path: string): TypeError {
  return new TypeError(
    `"${path}" is a pipe or a character device and has no offsets: read and ` +
      "write it without at and seek()",
  );
}

/** The error of waiting for a client where none can come. */
export function isNoPipe(path: string): TypeError {
  return new TypeError(
    `"${path}" is no pipe, so that no client can come: make one with ` +
      "CreateNamedPipeW() and take it over with fromHandle()",
  );
}
