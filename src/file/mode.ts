/**
 * What a file is open for, and the errors of what it refuses for that reason.
 *
 * @module
 */
import { argumentError } from "../errors/describe.ts";
import { checkBoolean } from "./option_values.ts";

/** What a file is open for. */
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

/**
 * The mode of a handle that CreateFileW has just returned to this module: the
 * file owns it, its kind is known without a query, and its path is a path.
 */
export class OpenedMode implements FileMode {
  readonly read: boolean;
  readonly write: boolean;
  readonly append: boolean;
  readonly unbuffered: boolean;

  /** Copies the four members. */
  constructor({ read, write, append, unbuffered }: FileMode) {
    this.read = read;
    this.write = write;
    this.append = append;
    this.unbuffered = unbuffered;
  }
}

/**
 * Copies a mode that a caller made, so that it cannot change.
 *
 * @throws {TypeError} If a member is not a boolean.
 */
export function checkedMode(mode: FileMode): FileMode {
  if (typeof mode !== "object" || mode === null) {
    throw argumentError(
      "mode",
      "an object such as { read: true, write: false, append: false, unbuffered: false }",
      mode,
    );
  }
  const { read, write, append, unbuffered } = mode;
  const members = { read, write, append, unbuffered };
  for (const [name, value] of Object.entries(members)) {
    checkBoolean(`mode.${name}`, value);
  }
  return members;
}

/** The error of a read of a file that is not open for it. */
export function notReadableError(path: string): TypeError {
  return new TypeError(
    `'${path}' is not open for reading: open it with read: true`,
  );
}

/** The error of a write to a file that is not open for it. */
export function notWritableError(path: string): TypeError {
  return new TypeError(
    `'${path}' is not open for writing: open it with write: true`,
  );
}

/** The error of an offset in a write to a file that is only appended to. */
export function appendsOnlyError(path: string): TypeError {
  return new TypeError(
    `'${path}' is open for appending, so that every write goes to its end: ` +
      "open it with write: true to write at an offset",
  );
}

/** The error of a new size or reserved room of a file that is only appended to. */
export function appendsOnlySizeError(method: string, path: string): TypeError {
  return new TypeError(
    `${method}() needs write: true, and '${path}' is open with append: true ` +
      "alone: open it with both, or open it a second time with write: true",
  );
}

/** The error of an offset where there are none. */
export function hasNoOffsetsError(path: string): TypeError {
  return new TypeError(
    `'${path}' is a pipe or a character device and has no offsets: read and ` +
      "write it without at and seek()",
  );
}

/** The error of waiting for a client where none can come. */
export function notAPipeError(path: string): TypeError {
  return new TypeError(
    `'${path}' is no pipe, so that no client can come: make one with ` +
      "CreateNamedPipeW() and take it over with fromHandle()",
  );
}
