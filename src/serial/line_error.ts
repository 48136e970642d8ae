/**
 * Errors of the line.
 *
 * @module
 */
import {
  CE_BREAK,
  CE_FRAME,
  CE_OVERRUN,
  CE_RXOVER,
  CE_RXPARITY,
} from "../win32/comm_constants.ts";

/** The name of an error of the line, as in the Web Serial API. */
export type SerialLineErrorName =
  | "BreakError"
  | "FramingError"
  | "ParityError"
  | "BufferOverrunError";

/** The values of ClearCommError that are errors of the line. */
export const LINE_ERRORS = 0x1F;

/** Returns the errors, each before those that it brings about. */
const errors = (): readonly (readonly [
  flags: number,
  name: SerialLineErrorName,
  sentence: string,
])[] => [
  [CE_BREAK, "BreakError", "The other end has sent a break"],
  [
    CE_OVERRUN | CE_RXOVER,
    "BufferOverrunError",
    "Bytes came faster than they were read, and some are lost: set flowControl, " +
    "a larger bufferSize or a lower baudRate",
  ],
  [
    CE_FRAME,
    "FramingError",
    "A byte had no stop bit: baudRate, dataBits, parity and stopBits must be " +
    "those of the other end",
  ],
  [
    CE_RXPARITY,
    "ParityError",
    "A byte had the wrong parity: the line is disturbed, or the other end has " +
    "another parity",
  ],
];

/**
 * Something went wrong on the line since the read before. The port stays open,
 * and the next read goes on.
 *
 * @see https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-clearcommerror
 *
 * @example Tell errors apart
 * ```ts
 * import { SerialLineError } from "@kernel32/io";
 * import { CE_FRAME, CE_RXPARITY } from "@kernel32/io/raw";
 *
 * const error = new SerialLineError("COM3", CE_FRAME | CE_RXPARITY);
 * console.log(error.name, (error.flags & CE_RXPARITY) !== 0); // FramingError true
 * ```
 */
export class SerialLineError extends Error {
  /** Which error it is, as in the Web Serial API. */
  override readonly name: SerialLineErrorName;
  /** "EIO". */
  readonly code = "EIO";
  /** The path of the port. */
  readonly path: string;
  /** All errors that the driver reported: CE_ values of `@kernel32/io/raw`. */
  readonly flags: number;

  /**
   * Creates the error of what ClearCommError reported.
   *
   * @param path The path of the port.
   * @param flags CE_ values, at least one.
   */
  constructor(path: string, flags: number) {
    const [, name, sentence] = errors().find(([bits]) => (flags & bits) !== 0)!;
    super(`${sentence} ('${path}', CE_ value 0x${flags.toString(16)}).`);
    this.name = name;
    this.path = path;
    this.flags = flags;
  }
}
