/**
 * How a file is opened.
 *
 * @module
 */
import {
  CREATE_ALWAYS,
  CREATE_NEW,
  DELETE,
  FILE_ATTRIBUTE_NORMAL,
  FILE_ATTRIBUTE_TEMPORARY,
  FILE_FLAG_DELETE_ON_CLOSE,
  FILE_FLAG_NO_BUFFERING,
  FILE_FLAG_RANDOM_ACCESS,
  FILE_FLAG_SEQUENTIAL_SCAN,
  FILE_FLAG_WRITE_THROUGH,
  FILE_SHARE_DELETE,
  FILE_SHARE_READ,
  FILE_SHARE_WRITE,
  GENERIC_READ,
  GENERIC_WRITE,
  OPEN_ALWAYS,
  OPEN_EXISTING,
  SECURITY_ANONYMOUS,
  SECURITY_SQOS_PRESENT,
  TRUNCATE_EXISTING,
} from "../win32/constants.ts";
import { describe } from "../errors/describe.ts";
import { checkOffset } from "../file/arguments.ts";
import type { InFlightLimit } from "../overlapped/in_flight_limiter.ts";
import type { Pointer } from "../../ffi/kernel32.ts";

/** What others may do with the file while it is open. */
export type ShareMode = "read" | "write" | "delete";

/** How a file is opened. With no options it is opened for reading. */
export interface OpenOptions {
  /** Opens for reading. */
  read?: boolean;
  /** Opens for writing. */
  write?: boolean;
  /** Opens for writing at the end of the file only. */
  append?: boolean;
  /** Empties the file. Needs `write`. */
  truncate?: boolean;
  /** Creates the file if there is none. Needs `write` or `append`. */
  create?: boolean;
  /** Creates the file, and fails if there is one. Needs `write` or `append`. */
  createNew?: boolean;
  /**
   * What others may do with the file meanwhile, in this process too. An empty
   * list keeps the file to oneself.
   *
   * @default {["read", "write", "delete"]}
   */
  share?: readonly ShareMode[];
  /**
   * Bypasses the system's cache (FILE_FLAG_NO_BUFFERING). Any length, offset
   * and buffer will do; whole sectors in an `AlignedBuffer` go without a copy.
   */
  unbuffered?: boolean;
  /** Writes through every cache (FILE_FLAG_WRITE_THROUGH). */
  writeThrough?: boolean;
  /** The file will be read from beginning to end. */
  sequential?: boolean;
  /** The file will be read here and there. */
  random?: boolean;
  /** The file lives shortly: keep it in memory if there is room. */
  temporary?: boolean;
  /** Deletes the file when its last handle is closed. */
  deleteOnClose?: boolean;
  /** Reserves room for so many bytes; the size stays as it is. */
  preallocate?: number | bigint;
  /** A SECURITY_ATTRIBUTES structure: bytes or an address. */
  security?: Pointer;
}

/** How a file is opened for overlapped I/O. */
export interface OverlappedOptions extends OpenOptions {
  /** How much may be under way at once; more waits its turn. */
  maxInFlight?: InFlightLimit;
}

/** The arguments of CreateFileW that options amount to. */
export interface CreateFileArguments {
  /** dwDesiredAccess. */
  readonly access: number;
  /** dwShareMode. */
  readonly share: number;
  /** dwCreationDisposition. */
  readonly disposition: number;
  /** dwFlagsAndAttributes. */
  readonly flags: number;
}

/** FILE_GENERIC_WRITE without FILE_WRITE_DATA: every write goes to the end. */
const APPEND_ACCESS = 0x0012_0114;

const SHARE: Readonly<Record<ShareMode, number>> = {
  read: FILE_SHARE_READ,
  write: FILE_SHARE_WRITE,
  delete: FILE_SHARE_DELETE,
};

/** Lets the server of a pipe that poses as the file learn nothing of us. */
const SQOS = SECURITY_SQOS_PRESENT | SECURITY_ANONYMOUS;
const FILE_FLAGS = {
  writeThrough: FILE_FLAG_WRITE_THROUGH,
  unbuffered: FILE_FLAG_NO_BUFFERING,
  random: FILE_FLAG_RANDOM_ACCESS,
  sequential: FILE_FLAG_SEQUENTIAL_SCAN,
  deleteOnClose: FILE_FLAG_DELETE_ON_CLOSE,
} as const;

const BOOLEANS = [
  "read",
  "write",
  "append",
  "truncate",
  "create",
  "createNew",
  "unbuffered",
  "writeThrough",
  "sequential",
  "random",
  "temporary",
  "deleteOnClose",
] as const;
const OTHERS = ["share", "preallocate", "security"] as const;

/**
 * Translates options into the arguments of CreateFileW.
 *
 * @throws {TypeError} If an option is unknown, has a wrong type or contradicts
 * another one.
 * @throws {RangeError} If `preallocate` is out of range.
 */
export function createFileArguments(
  options: OpenOptions,
  isOverlapped = false,
): CreateFileArguments {
  checkTypes(options, isOverlapped);
  const writes = options.write === true || options.append === true;
  checkCombination(options, writes);
  return {
    access: accessOf(options),
    share: shareOf(options.share ?? ["read", "write", "delete"]),
    disposition: dispositionOf(options),
    flags: flagsOf(options),
  };
}

function accessOf(options: OpenOptions): number {
  const { read, write, append, unbuffered } = options;
  let access = options.deleteOnClose ? DELETE : 0;
  if (read) access |= GENERIC_READ;
  if (write) access |= GENERIC_WRITE;
  if (append && !write) access |= APPEND_ACCESS;
  if (unbuffered && (write || append)) {
    // Part of a sector is written by reading the sector first.
    access |= GENERIC_READ | GENERIC_WRITE;
  }
  return access >>> 0;
}

function dispositionOf(options: OpenOptions): number {
  const { create, createNew, truncate } = options;
  if (createNew) return CREATE_NEW;
  if (create) return truncate ? CREATE_ALWAYS : OPEN_ALWAYS;
  return truncate ? TRUNCATE_EXISTING : OPEN_EXISTING;
}

function flagsOf(options: OpenOptions): number {
  let flags = SQOS |
    (options.temporary ? FILE_ATTRIBUTE_TEMPORARY : FILE_ATTRIBUTE_NORMAL);
  for (const name of Object.keys(FILE_FLAGS) as (keyof typeof FILE_FLAGS)[]) {
    if (options[name]) flags |= FILE_FLAGS[name];
  }
  return flags >>> 0;
}

function shareOf(modes: readonly ShareMode[]): number {
  let share = 0;
  for (const mode of modes) {
    if (!Object.hasOwn(SHARE, mode)) {
      throw new TypeError(
        `share must be a list of "read", "write" and "delete": got ` +
          describe(mode),
      );
    }
    share |= SHARE[mode];
  }
  return share;
}

function checkTypes(options: OpenOptions, isOverlapped: boolean): void {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`options must be an object: got ${describe(options)}`);
  }
  const more = isOverlapped ? ["maxInFlight"] : [];
  const known: readonly string[] = [...BOOLEANS, ...OTHERS, ...more];
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw new TypeError(
        `"${name}" is no option of open. The options are ${known.join(", ")}.`,
      );
    }
  }
  for (const name of BOOLEANS) {
    const value: unknown = options[name];
    if (value !== undefined && typeof value !== "boolean") {
      throw new TypeError(
        `${name} must be true or false: got ${describe(value)}`,
      );
    }
  }
  const { share, security, preallocate } = options;
  if (share !== undefined && !Array.isArray(share)) {
    throw new TypeError(
      `share must be a list such as ["read"]: got ${describe(share)}`,
    );
  }
  if (
    security !== undefined && typeof security !== "bigint" &&
    !ArrayBuffer.isView(security)
  ) {
    throw new TypeError(
      "security must be the bytes or the address of a SECURITY_ATTRIBUTES: got " +
        describe(security),
    );
  }
  if (preallocate !== undefined) checkOffset("preallocate", preallocate);
}

/** Each pair of options that cannot be meant, and the way out. */
function checkCombination(options: OpenOptions, writes: boolean): void {
  const refuse = (condition: unknown, sentence: string) => {
    if (condition) throw new TypeError(sentence);
  };
  refuse(
    !options.read && !writes,
    "A file is opened for something: set read, write or append to true",
  );
  refuse(
    options.truncate && !options.write,
    "truncate needs write: true. To keep what the file has, leave it out.",
  );
  refuse(
    options.truncate && options.append,
    "append and truncate contradict each other: a file that is emptied is " +
      "written from its beginning, so leave append out",
  );
  refuse(
    (options.create || options.createNew) && !writes,
    "create and createNew need write: true or append: true",
  );
  refuse(
    options.preallocate !== undefined && !writes,
    "preallocate needs write: true or append: true",
  );
  refuse(
    options.sequential && options.random,
    "sequential and random contradict each other: choose the one that fits " +
      "most of the reads, or neither",
  );
  refuse(
    options.unbuffered && (options.sequential || options.random),
    "sequential and random are hints to the cache, which unbuffered bypasses: " +
      "leave them out",
  );
  refuse(
    options.temporary && options.writeThrough,
    "temporary avoids writing to the disk and writeThrough forces it: choose " +
      "one",
  );
}
