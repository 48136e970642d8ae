/**
 * How a file is opened: what callers may ask for, and what contradicts itself.
 *
 * @module
 */
import { argumentError } from "../errors/describe.ts";
import { checkBytes, checkOffset } from "../file/arguments.ts";
import {
  checkBoolean,
  checkWord,
  type Settings,
  settingsOf,
} from "../file/option_values.ts";
import {
  type CheckedLimit,
  checkedLimit,
  type InFlightLimit,
} from "../overlapped/in_flight_limiter.ts";
import type { Pointer } from "../../ffi/kernel32.ts";
import { byteLengthOf } from "../../ffi/views.ts";
import { SECURITY_ATTRIBUTES } from "../win32/offsets.ts";

/** What others may do with the file while it is open. */
export type ShareMode = "read" | "write" | "delete";

/**
 * What the server of a named pipe may do in the client's name, from nothing up
 * to all.
 */
export type ImpersonationLevel =
  | "anonymous"
  | "identification"
  | "impersonation"
  | "delegation";

/** How a file is opened. With no options it is opened for reading. */
export interface OpenOptions {
  /**
   * Opens for reading, as a call without any options does. Options that are
   * given must say what for: `{ unbuffered: true }` alone is refused.
   */
  read?: boolean | undefined;
  /** Opens for writing. */
  write?: boolean | undefined;
  /**
   * Opens for writing at the end of the file only. `lock()` works if the file
   * may also be read. Together with `write`, writes that have an offset go
   * there.
   */
  append?: boolean | undefined;
  /**
   * Opens for neither reading nor writing, but for `stat()` and `sectorSize()`
   * and what needs no access rights: disks without an administrator's rights,
   * files that others do not share.
   */
  attributesOnly?: boolean | undefined;
  /**
   * Empties the file, when nothing can fail any more. Attributes and streams
   * of a file that exists stay. Needs `write`.
   */
  truncate?: boolean | undefined;
  /** Creates the file if there is none. Needs `write` or `append`. */
  create?: boolean | undefined;
  /** Creates the file, and fails if there is one. Needs `write` or `append`. */
  createNew?: boolean | undefined;
  /**
   * Opens directories, too (FILE_FLAG_BACKUP_SEMANTICS). `mkdir` creates them.
   */
  directory?: boolean | undefined;
  /**
   * Follows a link at the end of the path to what it stands for. With `false`,
   * the link itself is opened (FILE_FLAG_OPEN_REPARSE_POINT); a link to a
   * directory needs `directory`, too.
   *
   * @default {true}
   */
  followLinks?: boolean | undefined;
  /**
   * What others may do with the file meanwhile, in this process too. An empty
   * list shares it with none. Without "delete", no other program can
   * delete or rename the file while it is open, be it a journal that is read.
   *
   * @default {["read", "write", "delete"]}
   */
  share?: readonly ShareMode[] | undefined;
  /**
   * Bypasses the system's cache (FILE_FLAG_NO_BUFFERING). Any length, offset
   * and buffer will do; whole sectors in an `AlignedBuffer` go without a copy.
   * `sequential` and `random`, which are hints to the cache, are refused.
   *
   * A write of part of a sector reads the sector and writes all of it: it fails
   * where another program has locked a neighbour in the same sector, and a
   * power failure may take the neighbours with it.
   */
  unbuffered?: boolean | undefined;
  /** Writes through every cache (FILE_FLAG_WRITE_THROUGH). */
  writeThrough?: boolean | undefined;
  /**
   * The file will be read from beginning to end. A hint to the cache, refused
   * with `unbuffered` and with `random`.
   */
  sequential?: boolean | undefined;
  /**
   * The file will be read here and there. A hint to the cache, refused with
   * `unbuffered` and with `sequential`.
   */
  random?: boolean | undefined;
  /**
   * The file lives shortly: if it is created, it stays in memory as long as
   * there is room.
   */
  temporary?: boolean | undefined;
  /**
   * Opens for `rename()` and `delete()`, too: fails where others have the file
   * open and do not share its deletion.
   */
  delete?: boolean | undefined;
  /** Deletes the file when its last handle is closed. */
  deleteOnClose?: boolean | undefined;
  /**
   * Reserves room for so many bytes. The size stays as it is, and so does a
   * file that has as many already. Needs `write`.
   */
  preallocate?: number | bigint | undefined;
  /**
   * The bytes or the address of a SECURITY_ATTRIBUTES: who may open a file that
   * is created, and whether child processes inherit the handle. A file without
   * takes the access rights of its folder, and its handle is not inherited.
   */
  security?: Pointer | undefined;
  /**
   * What a server may do in the caller's name if the path turns out to be that
   * of a named pipe. "anonymous" prevents a server that poses as a file from
   * learning who opened it; a server that checks its clients needs
   * "identification" or "impersonation".
   *
   * @default {"anonymous"}
   */
  impersonation?: ImpersonationLevel | undefined;
}

/** How a file is opened for overlapped I/O. */
export interface OverlappedOptions extends OpenOptions {
  /** How much may be in flight at once; more waits. */
  maxInFlight?: InFlightLimit | undefined;
}

/** All options, as they are if they are left out. */
const DEFAULTS = {
  read: false,
  write: false,
  append: false,
  attributesOnly: false,
  truncate: false,
  create: false,
  createNew: false,
  directory: false,
  followLinks: true,
  unbuffered: false,
  writeThrough: false,
  sequential: false,
  random: false,
  temporary: false,
  delete: false,
  deleteOnClose: false,
  share: ["read", "write", "delete"],
  preallocate: undefined,
  security: undefined,
  impersonation: "anonymous",
} as const;

/** What a pipe's server may do. */
export const IMPERSONATION_LEVELS: readonly ImpersonationLevel[] = [
  "anonymous",
  "identification",
  "impersonation",
  "delegation",
];

/** Options as they were when they were read, complete and free of contradictions. */
export type OpenSettings = Settings<OpenOptions, typeof DEFAULTS>;

/** Those of `open()`. */
export interface OverlappedSettings extends OpenSettings {
  /** How much may be in flight at once. */
  readonly maxInFlight: CheckedLimit;
}

/**
 * Reads the options of `openSync()`, each once, and checks all of them.
 *
 * @throws {TypeError} If an option is unknown, has a wrong type or contradicts
 * another one.
 * @throws {RangeError} If a number is out of range.
 */
export function openSettings(options: OpenOptions): OpenSettings {
  return checked(settingsOf("openSync()", options, DEFAULTS));
}

/**
 * Does as {@linkcode openSettings} for `open()`.
 *
 * @throws {TypeError} If an option is unknown, has a wrong type or contradicts
 * another one.
 * @throws {RangeError} If a number is out of range.
 */
export function overlappedSettings(
  options: OverlappedOptions,
): OverlappedSettings {
  const defaults = { ...DEFAULTS, maxInFlight: {} };
  const { maxInFlight, ...settings } = settingsOf("open()", options, defaults);
  return { ...checked(settings), maxInFlight: checkedLimit(maxInFlight) };
}

function checked(settings: OpenSettings): OpenSettings {
  const { preallocate, security, impersonation } = settings;
  for (const [name, byDefault] of Object.entries(DEFAULTS)) {
    if (typeof byDefault !== "boolean") continue;
    checkBoolean(name, settings[name as keyof OpenSettings]);
  }
  const share = checkedShare(settings.share);
  if (preallocate !== undefined) checkOffset("preallocate", preallocate);
  checkSecurity(security);
  checkWord("impersonation", impersonation, IMPERSONATION_LEVELS);
  checkCombination(settings);
  return { ...settings, share };
}

/** Returns a copy: the list itself may change meanwhile. */
function checkedShare(value: unknown): readonly ShareMode[] {
  if (!Array.isArray(value)) {
    throw argumentError("share", 'a list such as ["read"]', value);
  }
  const modes = [...value];
  for (const mode of modes) checkWord("each of share", mode, DEFAULTS.share);
  return modes;
}

function checkSecurity(value: unknown): void {
  if (value === undefined || typeof value === "bigint") return;
  if (!ArrayBuffer.isView(value)) {
    throw argumentError(
      "security",
      "the bytes or the address of a SECURITY_ATTRIBUTES",
      value,
    );
  }
  checkBytes("security", value);
  const length = byteLengthOf(value);
  if (length >= SECURITY_ATTRIBUTES.size) return;
  throw new RangeError(
    `security must have the ${SECURITY_ATTRIBUTES.size} bytes of a ` +
      `SECURITY_ATTRIBUTES: got ${length}`,
  );
}

/** Refuses options that contradict each other, and says what to do instead. */
function checkCombination(options: OpenSettings): void {
  const { read, write, append, attributesOnly } = options;
  const { truncate, create, createNew, directory, preallocate } = options;
  const { sequential, random, unbuffered, temporary, writeThrough } = options;
  const writes = write || append;
  const refuse = (condition: boolean, sentence: string) => {
    if (condition) throw new TypeError(sentence);
  };
  refuse(
    truncate && !write,
    "truncate needs write: true. To keep what the file has, leave it out.",
  );
  refuse(
    truncate && append,
    "append and truncate contradict each other: a file that is emptied is " +
      "written from its beginning, so leave append out",
  );
  refuse(
    (create || createNew) && !writes,
    "create and createNew need write: true or append: true",
  );
  refuse(
    preallocate !== undefined && !write,
    append
      ? "preallocate needs write: true, since a handle that can only append " +
        "cannot reserve room: set both append and write, or leave it out"
      : "preallocate needs write: true",
  );
  refuse(
    attributesOnly && (read || writes),
    "attributesOnly gives up reading and writing: leave it out, or leave out " +
      "read, write and append",
  );
  refuse(
    !read && !writes && !attributesOnly && !options.delete,
    "options must say what the file is opened for: set read, write or append " +
      "to true, attributesOnly for what stat() returns, or delete for its " +
      "name. Only without any options is it opened for reading.",
  );
  refuse(
    directory && (create || createNew),
    "directory opens directories that exist: create one with mkdir, as " +
      "node:fs and Deno have it, or leave directory out to create a file",
  );
  refuse(
    sequential && random,
    "sequential and random contradict each other: choose the one that fits " +
      "most of the reads, or neither",
  );
  refuse(
    unbuffered && (sequential || random),
    "sequential and random are hints to the cache, which unbuffered bypasses: " +
      "leave them out",
  );
  refuse(
    temporary && writeThrough,
    "temporary avoids writing to the disk and writeThrough forces it: choose " +
      "one",
  );
}
