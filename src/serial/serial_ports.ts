/**
 * The serial ports of this computer.
 *
 * @module
 */
import * as kernel32 from "../../ffi/prototypes.ts";
import { textOf } from "../../ffi/utf16.ts";
import { ERROR_INSUFFICIENT_BUFFER } from "../errors/codes.ts";
import { getLastWin32Error } from "../errors/last_error.ts";
import { Win32Error } from "../errors/win32_error.ts";

/** A serial port that `openSerial()` can open. */
export interface SerialPortInfo {
  /** Its name: "COM3". */
  readonly path: string;
  /**
   * The device that the driver has made for it. Its name often begins with that
   * of the driver: `\Device\USBSER000`.
   */
  readonly device: string;
}

const FIRST_LENGTH = 32_768;

/**
 * Lists the serial ports that are there now, whether or not they are open.
 *
 * @returns The ports, by their number.
 * @throws {Win32Error} What QueryDosDeviceW reports.
 *
 * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-querydosdevicew
 *
 * @example Show all ports
 * ```ts
 * import { serialPorts } from "@kernel32/io";
 *
 * for (const { path, device } of serialPorts()) console.log(path, device);
 * ```
 */
export function serialPorts(): SerialPortInfo[] {
  const numbers = deviceNames(null)
    .filter((name) => /^COM[1-9]\d*$/i.test(name))
    .map((name) => Number(name.slice(3)));
  return numbers.sort((a, b) => a - b).flatMap((number) => {
    const path = `COM${number}`;
    const [device] = deviceNames(path);
    return device === undefined ? [] : [{ path, device }];
  });
}

/**
 * Lists the names of devices, or what one of them stands for.
 *
 * @returns Nothing if the device has gone meanwhile.
 */
function deviceNames(device: string | null): string[] {
  for (let length = FIRST_LENGTH;; length *= 2) {
    const text = new Uint16Array(length);
    const count = kernel32.QueryDosDeviceW(device, text, length);
    // Each text ends with NUL, and one more NUL comes last: the last ones are
    // empty.
    if (count > 0) return textOf(text.subarray(0, count)).split("\0");
    const code = getLastWin32Error();
    if (code === ERROR_INSUFFICIENT_BUFFER) continue;
    if (device !== null) return [];
    throw new Win32Error("QueryDosDeviceW", code);
  }
}
