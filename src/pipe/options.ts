/**
 * What callers may ask of pipes.
 *
 * @module
 */
import { describe } from "../errors/describe.ts";
import { checkSignal } from "../file/arguments.ts";
import { countOf, flagOf, oneOf, valuesOf } from "../file/option_values.ts";
import type { ImpersonationLevel } from "../open/options.ts";

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
export type ListenSettings = {
  readonly [Name in keyof ListenPipeOptions]-?: NonNullable<
    ListenPipeOptions[Name]
  >;
};

/** Checked options of `connectPipe()`. */
export interface ConnectSettings {
  readonly direction: PipeDirection;
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
  readonly wait: boolean;
  readonly impersonation: ImpersonationLevel;
  readonly isOwnUser: boolean;
}

const DIRECTIONS: readonly PipeDirection[] = ["duplex", "in", "out"];
const IMPERSONATION: readonly ImpersonationLevel[] = [
  "anonymous",
  "identification",
  "impersonation",
  "delegation",
];
const MAX_BUFFER_SIZE = 2 ** 30;

/**
 * Reads the options of `listenPipe()`, each once, and checks them.
 *
 * @throws {TypeError} If one is unknown or of the wrong type.
 * @throws {RangeError} If a number is out of range.
 */
export function listenSettings(options: ListenPipeOptions): ListenSettings {
  const given = valuesOf("listenPipe", options, [
    "mode",
    "direction",
    "maxInstances",
    "bufferSize",
    "allow",
    "remote",
  ]);
  return {
    mode: oneOf("mode", given["mode"], ["byte", "message"]),
    direction: oneOf("direction", given["direction"], DIRECTIONS),
    maxInstances: given["maxInstances"] === Infinity
      ? Infinity
      : countOf("maxInstances", given["maxInstances"], Infinity, 2 ** 31),
    bufferSize: countOf(
      "bufferSize",
      given["bufferSize"],
      65_536,
      MAX_BUFFER_SIZE,
    ),
    allow: accessOf(given["allow"]),
    remote: flagOf("remote", given["remote"]),
  };
}

/**
 * Reads the options of `connectPipe()`, each once, and checks them.
 *
 * @throws {TypeError} If one is unknown or of the wrong type.
 * @throws {RangeError} If a number is out of range.
 */
export function connectSettings(options: ConnectPipeOptions): ConnectSettings {
  const given = valuesOf("connectPipe", options, [
    "direction",
    "timeout",
    "signal",
    "wait",
    "impersonation",
    "server",
  ]);
  const signal = given["signal"];
  checkSignal(signal);
  const server = oneOf("server", given["server"], ["any", "current-user"]);
  return {
    direction: oneOf("direction", given["direction"], DIRECTIONS),
    timeout: timeoutOf(given["timeout"]),
    signal: signal as AbortSignal | undefined,
    wait: flagOf("wait", given["wait"]),
    impersonation: oneOf(
      "impersonation",
      given["impersonation"],
      IMPERSONATION,
    ),
    isOwnUser: server === "current-user",
  };
}

function timeoutOf(value: unknown): number {
  if (value === undefined) return Infinity;
  if (typeof value !== "number") {
    throw new TypeError(
      `timeout must be a number of milliseconds: got ${describe(value)}`,
    );
  }
  if (value >= 0) return value;
  throw new RangeError(
    `timeout must be a number of milliseconds from 0: got ${value}`,
  );
}

function accessOf(value: unknown): PipeAccess {
  if (value === undefined) return "current-user";
  if (value === "current-user" || value === "everyone") return value;
  if (typeof value !== "object" || value === null) throw accessError(value);
  const { sddl } = value as { sddl?: unknown };
  if (typeof sddl !== "string" || sddl === "" || sddl.includes("\0")) {
    throw accessError(value);
  }
  return { sddl };
}

function accessError(value: unknown): TypeError {
  return new TypeError(
    'allow must be "current-user", "everyone" or a security descriptor such ' +
      `as { sddl: "D:P(A;;FA;;;OW)" }: got ${describe(value)}`,
  );
}
