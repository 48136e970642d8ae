import {
  FILE_READ_DATA,
  FILE_TYPE_CHAR,
  FILE_WRITE_DATA,
} from "../../../src/win32/constants.ts";
import { ERROR_ACCESS_DENIED } from "../../../src/errors/codes.ts";
import {
  STATUS_END_OF_FILE,
  STATUS_INVALID_DEVICE_REQUEST,
  STATUS_SUCCESS,
} from "./status.ts";
import { fail } from "./failure.ts";
import type { Device } from "./namespace.ts";
import type { Target } from "./open_file.ts";
import type { Operation, Result } from "./operation.ts";

/** Bytes, and the status that they come with. */
export interface Answer {
  readonly bytes: Uint8Array;
  readonly status: number;
}

/** What a character device of a test does. What is left out is refused. */
export interface CharacterDriver {
  /** Gives what it has, at most so many bytes, or a status; nothing to let the read wait until `changed()`. */
  read?(length: number): Uint8Array | number | Answer | undefined;
  /** Takes bytes, and returns how many or a status; nothing to let the write wait. */
  write?(bytes: Uint8Array): { count: number; status?: number } | undefined;
  /** Answers a control code with its output or a status. */
  control?(
    code: number,
    input: Uint8Array,
  ): Uint8Array | number | Answer | undefined;
}

/** A device without offsets. */
export class CharacterDevice implements Target, Device {
  readonly type: number = FILE_TYPE_CHAR;
  readonly seeks = false;
  readonly #driver: CharacterDriver;

  constructor(driver: CharacterDriver) {
    this.#driver = driver;
  }

  open(): Target {
    return this;
  }

  check({ request: { kind, open } }: Operation): void {
    if (kind === "read" && !open.may(FILE_READ_DATA)) fail(ERROR_ACCESS_DENIED);
    if (kind === "write" && !open.may(FILE_WRITE_DATA)) {
      fail(ERROR_ACCESS_DENIED);
    }
  }

  perform(operation: Operation): Result | undefined {
    const { kind, length, flags = 0, input = new Uint8Array(0) } =
      operation.request;
    switch (kind) {
      case "read":
        return this.#answer(
          operation,
          this.#driver.read === undefined
            ? STATUS_INVALID_DEVICE_REQUEST
            : this.#driver.read(length),
        );
      case "write": {
        if (this.#driver.write === undefined) {
          return { status: STATUS_INVALID_DEVICE_REQUEST, count: 0 };
        }
        const taken = this.#driver.write(operation.bytes());
        return taken && { status: STATUS_SUCCESS, ...taken };
      }
      case "control":
        return this.#answer(
          operation,
          this.#driver.control === undefined
            ? STATUS_INVALID_DEVICE_REQUEST
            : this.#driver.control(flags, input),
        );
      case "flush":
        return { status: STATUS_SUCCESS, count: 0 };
      default:
        return { status: STATUS_INVALID_DEVICE_REQUEST, count: 0 };
    }
  }

  closed(): void {}

  #answer(
    operation: Operation,
    answer: Uint8Array | number | Answer | undefined,
  ): Result | undefined {
    if (answer === undefined) return undefined;
    if (typeof answer === "number") return { status: answer, count: 0 };
    const { bytes, status } = answer instanceof Uint8Array
      ? { bytes: answer, status: STATUS_SUCCESS }
      : answer;
    operation.put(bytes);
    return { status, count: bytes.length };
  }
}

/** NUL: the end of a file to who reads it, and room for all that is written. */
export function nullDevice(): CharacterDevice {
  return new CharacterDevice({
    read: () => STATUS_END_OF_FILE,
    write: ({ length }) => ({ count: length }),
  });
}
