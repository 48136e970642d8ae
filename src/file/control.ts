/**
 * Control codes, sent to drivers through handles of both kinds.
 *
 * @module
 */
import * as kernel32 from "../../ffi/prototypes.ts";
import type { Handle } from "../../ffi/handle.ts";
import { ERROR_IO_PENDING, ERROR_MORE_DATA } from "../errors/codes.ts";
import { getLastWin32Error } from "../errors/last_error.ts";
import { STATUS_PENDING } from "../errors/ntstatus.ts";
import { AlignedBuffer } from "../memory/aligned_buffer.ts";
import { OVERLAPPED } from "../win32/offsets.ts";
import { checkedLength } from "./arguments.ts";
import { settingsOf } from "./option_values.ts";
import { argumentError } from "../errors/describe.ts";
import { Win32Error } from "../errors/win32_error.ts";
import { bytesOf } from "../../ffi/views.ts";

/** A handle to which control codes are sent. */
export interface ControlTarget {
  /** The handle. */
  readonly handle: Handle;
  /** Its kind. */
  readonly kind: HandleKind;
}

/** One of the two kinds of handles. A program may have files of one alone. */
export interface HandleKind {
  /** Whether handles of this kind are opened with FILE_FLAG_OVERLAPPED. */
  readonly overlapped: boolean;
  /**
   * Sends a code that has no input, and waits until the driver has answered.
   * https://learn.microsoft.com/windows/win32/api/ioapiset/nf-ioapiset-deviceiocontrol
   */
  readonly control: (
    handle: Handle,
    code: number,
    output: ArrayBufferView | null,
  ) => ControlResult;
}

/** How a control code ended. */
export interface ControlResult {
  /** The Win32 error code, 0 if it succeeded. */
  readonly code: number;
  /** How many bytes the output has, after some failures too. */
  readonly count: number;
}

/** What a driver is given, and where its answer goes. */
export interface DeviceIoControlOptions {
  /** What the driver gets. */
  readonly input?: ArrayBufferView | undefined;
  /** Where the driver's output goes. Some drivers also read it. */
  readonly output?: ArrayBufferView | undefined;
  /** How many bytes of output there may be, instead of `output`. @default {0} */
  readonly outputLength?: number | undefined;
}

/** A control code and its options, each read once and checked. */
export interface ControlRequest {
  readonly code: number;
  /** What the driver gets. */
  readonly input: Uint8Array<ArrayBuffer> | undefined;
  /** Where its output goes: the caller's memory, or new memory. */
  readonly output: Uint8Array<ArrayBuffer> | undefined;
}

/** What each option is if it is left out. */
export const CONTROL_DEFAULTS = {
  input: undefined,
  output: undefined,
  outputLength: undefined,
} as const;
const MAX_DWORD = 0xFFFF_FFFF;

/**
 * Checks a control code and its options.
 *
 * @throws {TypeError} If one has the wrong type, or there are both `output` and
 * `outputLength`.
 * @throws {RangeError} If a number is out of range.
 */
export function checkedControl(
  code: number,
  options: DeviceIoControlOptions,
): ControlRequest {
  checkDword("code", code);
  const { input, output, outputLength } = settingsOf(
    "deviceIoControl()",
    options,
    CONTROL_DEFAULTS,
  );
  if (output !== undefined && outputLength !== undefined) {
    throw new TypeError(
      "output and outputLength exclude each other: leave out outputLength, " +
        "the output has a length of its own",
    );
  }
  if (outputLength !== undefined) checkDword("outputLength", outputLength);
  return {
    code,
    input: viewed("input", input),
    output: viewed("output", output) ?? newBytes(outputLength),
  };
}

function checkDword(name: string, value: unknown): void {
  if (typeof value !== "number") {
    throw argumentError(name, "a number", value);
  }
  if (Number.isInteger(value) && value >= 0 && value <= MAX_DWORD) return;
  // What C has as a DWORD is negative after JavaScript's bitwise operators.
  const wayOut = (value | 0) === value
    ? `, which is ${value >>> 0} after >>> 0`
    : "";
  throw new RangeError(
    `${name} must be a whole number from 0 to 2^32-1: got ${value}${wayOut}`,
  );
}

function viewed(
  name: string,
  view: ArrayBufferView | undefined,
): Uint8Array<ArrayBuffer> | undefined {
  return view !== undefined && checkedLength(name, view) > 0
    ? bytesOf(view)
    : undefined;
}

function newBytes(length = 0): Uint8Array<ArrayBuffer> | undefined {
  return length === 0 ? undefined : new Uint8Array(length);
}

/** Returns the output of a control code that has ended, or throws its error. */
export function controlOutput(
  path: string,
  { output }: ControlRequest,
  { code, count }: ControlResult,
): Uint8Array<ArrayBuffer> {
  const bytes = output?.subarray(0, count) ?? new Uint8Array(0);
  if (code === 0) return bytes;
  const part = code === ERROR_MORE_DATA
    ? { output: bytes, bytesTransferred: bytes.length }
    : {};
  throw new Win32Error("DeviceIoControl", code, { path, ...part });
}

/** Memory that the kernel may still write to: it is never freed. */
const withKernel: AlignedBuffer[] = [];

/** Handles that were opened without FILE_FLAG_OVERLAPPED. */
export const SYNCHRONOUS: HandleKind = {
  overlapped: false,
  control: (handle, code, output) => controlNow(handle, code, null, output),
};

/**
 * Handles that were opened with FILE_FLAG_OVERLAPPED. A NULL lpOverlapped makes
 * the function fail "in unpredictable ways", so that it gets an OVERLAPPED. The
 * event in it has its low bit set, which prevents the completion from being
 * queued to a port.
 *
 * https://learn.microsoft.com/windows/win32/api/ioapiset/nf-ioapiset-deviceiocontrol
 * https://learn.microsoft.com/windows/win32/api/ioapiset/nf-ioapiset-getqueuedcompletionstatus
 */
export const ASYNCHRONOUS: HandleKind = {
  overlapped: true,
  control: controlOverlapped,
};

/** Sends a control code through a handle without FILE_FLAG_OVERLAPPED. */
export function controlNow(
  handle: Handle,
  code: number,
  input: ArrayBufferView | null,
  output: ArrayBufferView | null,
): ControlResult {
  const count = new Uint32Array(1);
  const succeeded = kernel32.DeviceIoControl(
    handle,
    code,
    input,
    input?.byteLength ?? 0,
    output,
    output?.byteLength ?? 0,
    count,
    null,
  );
  return { code: succeeded ? 0 : getLastWin32Error(), count: count[0]! };
}

function controlOverlapped(
  handle: Handle,
  code: number,
  output: ArrayBufferView | null,
): ControlResult {
  const event = kernel32.CreateEventW(null, true, false, null);
  if (event === 0n) return { code: getLastWin32Error(), count: 0 };
  const outputAt = OVERLAPPED.size;
  const outputLength = output?.byteLength ?? 0;
  let memory: AlignedBuffer | undefined;
  try {
    memory = new AlignedBuffer(outputAt + outputLength);
    const { bytes, address } = memory;
    const overlapped = new DataView(bytes.buffer, 0, OVERLAPPED.size);
    overlapped.setBigUint64(OVERLAPPED.hEvent, event | 1n, true);
    const succeeded = kernel32.DeviceIoControl(
      handle,
      code,
      null,
      0,
      output === null ? null : address + BigInt(outputAt),
      outputLength,
      null,
      address,
    );
    let result = succeeded ? 0 : getLastWin32Error();
    if (result === ERROR_IO_PENDING) result = ended(handle, address);
    // Internal of a call that failed is as it was before.
    else if (result !== 0) return { code: result, count: 0 };
    if (overlapped.getUint32(OVERLAPPED.Internal, true) === STATUS_PENDING) {
      withKernel.push(memory);
      memory = undefined;
      return { code: result, count: 0 };
    }
    const count = overlapped.getUint32(OVERLAPPED.InternalHigh, true);
    if (output !== null) {
      bytesOf(output).set(bytes.subarray(outputAt, outputAt + count));
    }
    return { code: result, count };
  } finally {
    kernel32.CloseHandle(event);
    memory?.free();
  }
}

/** Waits for an operation that is pending. Returns its code. */
function ended(handle: Handle, overlapped: bigint): number {
  const count = new Uint32Array(1);
  return kernel32.GetOverlappedResult(handle, overlapped, count, true)
    ? 0
    : getLastWin32Error();
}
