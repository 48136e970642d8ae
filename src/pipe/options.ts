/**
 * What callers may ask of pipes.
 *
 * @module
 */
import { argumentError, rangeError } from "../errors/describe.ts";
import { checkSignal } from "../file/arguments.ts";
import {
  checkBoolean,
  checkCount,
  checkWord,
  type Complete,
  settingsOf,
} from "../file/option_values.ts";
import {
  IMPERSONATION_LEVELS,
  type ImpersonationLevel,
} from "../open/options.ts";

/**
 * Whether a pipe carries bytes, or messages that arrive as they were sent.
 */
export type PipeMode = "byte" | "message";

/**
 * The direction of data, seen from one's own end: "in" only reads, "out" only
 * writes.
 */
export type PipeDirection = "duplex" | "in" | "out";

/**
 * Who may open a pipe: programs of the same user, all programs, or those that a
 * text in the security descriptor definition language names.
 *
 * @see https://learn.microsoft.com/windows/win32/secauthz/security-descriptor-string-format
 */
export type PipeAccess =
  | "current-user"
  | "everyone"
  | { readonly sddl: string };

/** How `listenPipe()` serves a name. */
export interface ListenPipeOptions {
  /** Bytes, or messages. @default {"byte"} */
  readonly mode?: PipeMode | undefined;
  /**
   * The direction of data: with "in" the server only reads, with "out" it only
   * writes.
   *
   * @default {"duplex"}
   */
  readonly direction?: PipeDirection | undefined;
  /**
   * How many clients are served at once. Others get ERROR_PIPE_BUSY, for which
   * `connectPipe()` waits. Unlimited, if left out.
   */
  readonly maxInstances?: number | undefined;
  /**
   * How many bytes the system holds for each direction of each client, before a
   * write waits for the reader.
   *
   * @default {65_536}
   */
  readonly bufferSize?: number | undefined;
  /**
   * Who may connect. "current-user" is the owner in the token of this process:
   * with an administrator's rights it is the group of administrators.
   *
   * @default {"current-user"}
   */
  readonly allow?: PipeAccess | undefined;
  /** Lets clients on other computers in. @default {false} */
  readonly remote?: boolean | undefined;
}

/** How `connectPipe()` connects. */
export interface ConnectPipeOptions {
  /**
   * The direction of data: with "in" the client only reads, with "out" it only
   * writes. A server that is not duplex wants the other one.
   *
   * @default {"duplex"}
   */
  readonly direction?: PipeDirection | undefined;
  /**
   * How long to wait for a free instance, in milliseconds. For ever, if left
   * out.
   */
  readonly timeout?: number | undefined;
  /** Ends the wait. The promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Waits for a server that does not exist yet, too. Otherwise an absent name
   * fails at once.
   *
   * @default {false}
   */
  readonly wait?: boolean | undefined;
  /** What the server may do in the client's name. @default {"anonymous"} */
  readonly impersonation?: ImpersonationLevel | undefined;
  /**
   * Whose server it must be. With "current-user", a pipe that another user has
   * created is refused, so that no program of theirs can pose as the server.
   *
   * @default {"any"}
   */
  readonly server?: "any" | "current-user" | undefined;
}

/** Checked options of `listenPipe()`. */
export type ListenSettings = Complete<ListenPipeOptions>;

/** Checked options of `connectPipe()`. */
export interface ConnectSettings {
  readonly direction: PipeDirection;
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
  readonly wait: boolean;
  readonly impersonation: ImpersonationLevel;
  readonly isOwnUser: boolean;
}

const MAX_BUFFER_SIZE = 2 ** 30;

/**
 * Reads the options of `listenPipe()`, each once, and checks them.
 *
 * @throws {TypeError} If one is unknown or of the wrong type.
 * @throws {RangeError} If a number is out of range.
 */
export function listenSettings(options: ListenPipeOptions): ListenSettings {
  const settings = settingsOf("listenPipe()", options, {
    mode: "byte",
    direction: "duplex",
    maxInstances: Infinity,
    bufferSize: 65_536,
    allow: "current-user",
    remote: false,
  });
  const { maxInstances } = settings;
  checkWord("mode", settings.mode, ["byte", "message"]);
  checkDirection(settings.direction);
  if (maxInstances !== Infinity) {
    checkCount("maxInstances", maxInstances, 2 ** 31);
  }
  checkCount("bufferSize", settings.bufferSize, MAX_BUFFER_SIZE);
  checkBoolean("remote", settings.remote);
  return { ...settings, allow: accessOf(settings.allow) };
}

/**
 * Reads the options of `connectPipe()`, each once, and checks them.
 *
 * @throws {TypeError} If one is unknown or of the wrong type.
 * @throws {RangeError} If a number is out of range.
 */
export function connectSettings(options: ConnectPipeOptions): ConnectSettings {
  const { server, ...settings } = settingsOf("connectPipe()", options, {
    direction: "duplex",
    timeout: Infinity,
    signal: undefined,
    wait: false,
    impersonation: "anonymous",
    server: "any",
  });
  checkDirection(settings.direction);
  checkTimeout(settings.timeout);
  checkSignal(settings.signal);
  checkBoolean("wait", settings.wait);
  checkWord("impersonation", settings.impersonation, IMPERSONATION_LEVELS);
  checkWord("server", server, ["any", "current-user"]);
  return { ...settings, isOwnUser: server === "current-user" };
}

function checkDirection(value: unknown): void {
  checkWord("direction", value, ["duplex", "in", "out"]);
}

function checkTimeout(value: unknown): void {
  if (typeof value !== "number") {
    throw argumentError("timeout", "a number of milliseconds", value);
  }
  if (value >= 0) return;
  throw rangeError("timeout", "a number of milliseconds from 0", value);
}

function accessOf(value: unknown): PipeAccess {
  if (value === "current-user" || value === "everyone") return value;
  const sddl = (value as { sddl?: unknown } | null)?.sddl;
  if (typeof sddl === "string" && sddl !== "" && !sddl.includes("\0")) {
    return { sddl };
  }
  throw argumentError(
    "allow",
    '"current-user", "everyone" or a security descriptor such as { sddl: "D:P(A;;FA;;;OW)" }',
    value,
  );
}
