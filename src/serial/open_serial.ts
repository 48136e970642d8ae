/**
 * The opening of serial ports.
 *
 * @module
 */
import type { Handle } from "../../ffi/handle.ts";
import { wideString } from "../../ffi/utf16.ts";
import { bytesOf } from "../../ffi/views.ts";
import {
  ERROR_ACCESS_DENIED,
  ERROR_FILE_NOT_FOUND,
  ERROR_GEN_FAILURE,
  ERROR_PATH_NOT_FOUND,
  ERROR_SEM_TIMEOUT,
  ERROR_SHARING_VIOLATION,
} from "../errors/codes.ts";
import { Win32Error } from "../errors/win32_error.ts";
import { throwIfAborted, untilAborted } from "../file/signal.ts";
import { resultOfThreadCall } from "../file/thread_queue.ts";
import { type PooledBuffer, rentBuffer } from "../memory/pooled_memory.ts";
import { completionPort } from "../overlapped/completion_port.ts";
import { bindConnection } from "../overlapped/overlapped_handle.ts";
import {
  FILE_FLAG_OVERLAPPED,
  GENERIC_READ,
  GENERIC_WRITE,
  OPEN_EXISTING,
} from "../win32/constants.ts";
import { INVALID_HANDLE_VALUE } from "../win32/handle.ts";
import { CommControl, portThreads } from "./comm_control.ts";
import { type OpenSerialOptions, openSettings } from "./options.ts";
import { portPath } from "./port_path.ts";
import { serialPorts } from "./serial_ports.ts";
import { SerialPort } from "./serial_port.ts";

/**
 * Opens a serial port, and sets up all of it: nothing is left of the settings of
 * the program that had it open before. No other program can open it meanwhile.
 *
 * @param path The name of the port: "COM3", "COM10". Or the path of a device that
 * has another name: `\\.\CNCA0`.
 * @param options The baud rate, and the settings that differ from 8 data bits, no
 * parity and 1 stop bit.
 * @returns The port. Close it with `await using` or `close()`.
 * @throws {TypeError} If the path or an option is wrong, or `baudRate` missing.
 * @throws {RangeError} If a number is out of range.
 * @throws {Win32Error} ERROR_FILE_NOT_FOUND if there is no such port,
 * ERROR_ACCESS_DENIED if it is open elsewhere, ERROR_INVALID_PARAMETER if the
 * driver refuses the settings, ERROR_SEM_TIMEOUT if a Bluetooth device does not
 * answer, and others.
 * @throws {Error} The signal's reason.
 *
 * @see https://learn.microsoft.com/windows/win32/devio/communications-resources
 *
 * @example Ask an instrument who it is
 * ```ts
 * import { openSerial, Win32Error } from "@kernel32/io";
 *
 * try {
 *   await using port = await openSerial("COM3", {
 *     baudRate: 9600,
 *     readTimeout: 1000,
 *   });
 *   await port.writeAll(new TextEncoder().encode("*IDN?\n"));
 *   const answer = new Uint8Array(256);
 *   const count = await port.read(answer);
 *   console.log(new TextDecoder().decode(answer.subarray(0, count)));
 * } catch (error) {
 *   if (!(error instanceof Win32Error)) throw error;
 *   console.log(error.message);
 * }
 * ```
 */
export async function openSerial(
  path: string,
  options: OpenSerialOptions,
): Promise<SerialPort> {
  const device = portPath(path);
  const settings = openSettings(options);
  const { signal } = settings;
  throwIfAborted(signal);
  // What this thread cannot have is missed before the port is opened.
  completionPort();
  const opening = openedPort(device, path, settings);
  try {
    return await untilAborted(opening, signal);
  } catch (error) {
    // An abort does not end the call on the other thread, which may succeed.
    opening.then((port) => port.close()).catch(() => {});
    throw error;
  }
}

/** Opens a port and sets it up, unless the signal has been aborted before. */
async function openedPort(
  device: string,
  path: string,
  { settings, lines, signal }: ReturnType<typeof openSettings>,
): Promise<SerialPort> {
  const handle = await portThreads.run(() => opened(device, path), signal);
  const overlapped = bindConnection(handle, path, "serial");
  const control = new CommControl(overlapped, settings, lines);
  try {
    throwIfAborted(signal);
    await control.setUp();
    return new SerialPort(overlapped, control);
  } catch (error) {
    await overlapped.close();
    throw error;
  }
}

/** Opens a device on another thread: Bluetooth looks for it, for seconds. */
async function opened(device: string, path: string): Promise<Handle> {
  const text = nativeString(device);
  try {
    const { result, lastError } = await resultOfThreadCall("CreateFileW", [
      text.address,
      BigInt(GENERIC_READ | GENERIC_WRITE) & 0xFFFF_FFFFn,
      // "The share mode parameter must be zero, opening the resource for
      // exclusive access": nf-fileapi-createfilew, "Communications Resources".
      0n,
      0n,
      BigInt(OPEN_EXISTING),
      BigInt(FILE_FLAG_OVERLAPPED),
      0n,
    ]);
    const handle = result as Handle;
    if (handle !== INVALID_HANDLE_VALUE) return handle;
    const hint = hintFor(lastError);
    throw new Win32Error("CreateFileW", lastError, { path, hint });
  } finally {
    text.release();
  }
}

/** Makes a string in native memory. */
function nativeString(text: string): PooledBuffer {
  const units = wideString(text);
  const memory = rentBuffer(units.byteLength);
  memory.bytes.set(bytesOf(units));
  return memory;
}

function hintFor(code: number): string | undefined {
  switch (code) {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
      return `There is no such port now. ${portsSentence()}`;
    case ERROR_ACCESS_DENIED:
    case ERROR_SHARING_VIOLATION:
      return "A port is open once at a time: another program has it open, or " +
        "this one.";
    case ERROR_SEM_TIMEOUT:
    case ERROR_GEN_FAILURE:
      return "Its device does not answer: is it switched on, and in reach? If " +
        "so, connect it anew.";
    default:
      return undefined;
  }
}

function portsSentence(): string {
  const names = serialPorts().map(({ path }) => path);
  return names.length === 0
    ? "This computer has none."
    : `This computer has ${names.join(", ")}.`;
}
