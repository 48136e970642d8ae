/**
 * Control codes, sent to drivers through handles of both kinds.
 *
 * @module
 */
import { kernel32 } from "../../ffi/kernel32.ts";
import type { Handle } from "../../ffi/handle.ts";
import { ERROR_IO_PENDING } from "../errors/codes.ts";
import { getLastWin32Error } from "../errors/last_error.ts";
import { AlignedBuffer } from "../memory/aligned_buffer.ts";
import { OVERLAPPED } from "../win32/offsets.ts";
import { asBytes } from "./bytes.ts";

/** A handle, and whether it was opened with FILE_FLAG_OVERLAPPED. */
export interface ControlTarget {
  /** The handle. */
  readonly handle: Handle;
  /** Its kind. */
  readonly overlapped: boolean;
}

/** How a control code ended. */
export interface ControlResult {
  /** The Win32 error code, 0 if it succeeded. */
  readonly code: number;
  /** How many bytes the output has, after some failures too. */
  readonly count: number;
}

/** STATUS_PENDING, in `Internal` of an operation that the kernel still has. */
const STATUS_PENDING = 0x103;

/** Memory that the kernel may still write to: it is never freed. */
const withKernel: AlignedBuffer[] = [];

/**
 * Sends a control code, and waits until the driver has answered.
 *
 * On an overlapped handle a NULL lpOverlapped makes the function fail "in
 * unpredictable ways", so that it gets an OVERLAPPED there. The event in it has
 * its low bit set, which prevents the completion from being queued to a port.
 *
 * @param output What the driver fills.
 *
 * https://learn.microsoft.com/windows/win32/api/ioapiset/nf-ioapiset-deviceiocontrol
 * https://learn.microsoft.com/windows/win32/api/ioapiset/nf-ioapiset-getqueuedcompletionstatus
 */
export function deviceIoControl(
  target: ControlTarget,
  code: number,
  input: ArrayBufferView | null,
  output: ArrayBufferView | null,
): ControlResult {
  return target.overlapped
    ? controlOverlapped(target.handle, code, input, output)
    : controlNow(target.handle, code, input, output);
}

function controlNow(
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
  input: ArrayBufferView | null,
  output: ArrayBufferView | null,
): ControlResult {
  const event = kernel32.CreateEventW(null, true, false, null);
  if (event === 0n) return { code: getLastWin32Error(), count: 0 };
  const inputAt = OVERLAPPED.size;
  const inputLength = input?.byteLength ?? 0;
  const outputAt = Math.ceil((inputAt + inputLength) / 16) * 16;
  const outputLength = output?.byteLength ?? 0;
  let memory: AlignedBuffer | undefined;
  try {
    memory = new AlignedBuffer(outputAt + outputLength);
    const { bytes, address } = memory;
    const overlapped = new DataView(bytes.buffer, 0, OVERLAPPED.size);
    overlapped.setBigUint64(OVERLAPPED.hEvent, event | 1n, true);
    if (input !== null) bytes.set(asBytes(input), inputAt);
    const succeeded = kernel32.DeviceIoControl(
      handle,
      code,
      input === null ? null : address + BigInt(inputAt),
      inputLength,
      output === null ? null : address + BigInt(outputAt),
      outputLength,
      null,
      address,
    );
    const result = succeeded ? 0 : ended(handle, address);
    if (overlapped.getUint32(OVERLAPPED.Internal, true) === STATUS_PENDING) {
      withKernel.push(memory);
      memory = undefined;
      return { code: result, count: 0 };
    }
    const count = overlapped.getUint32(OVERLAPPED.InternalHigh, true);
    if (output !== null) {
      asBytes(output).set(bytes.subarray(outputAt, outputAt + outputLength));
    }
    return { code: result, count };
  } finally {
    memory?.free();
    kernel32.CloseHandle(event);
  }
}

/** Waits for an operation that did not succeed at once. Returns its code. */
function ended(handle: Handle, overlapped: bigint): number {
  const code = getLastWin32Error();
  if (code !== ERROR_IO_PENDING) return code;
  const count = new Uint32Array(1);
  return kernel32.GetOverlappedResult(handle, overlapped, count, true)
    ? 0
    : getLastWin32Error();
}
