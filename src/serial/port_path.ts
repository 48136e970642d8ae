/**
 * Names of serial ports.
 *
 * @module
 */
import { argumentError, describe } from "../errors/describe.ts";

/**
 * Returns the path by which CreateFileW opens a port: "COM10" and above are no
 * names of their own, and "\\.\COM10" works for all of them.
 *
 * @param name "COM3", or the path of a device: `\\.\CNCA0`.
 * @throws {TypeError} If it is neither.
 *
 * https://learn.microsoft.com/windows/win32/fileio/naming-a-file#win32-device-namespaces
 */
export function portPath(name: unknown): string {
  if (typeof name !== "string") {
    throw argumentError("path", 'the name of a port, such as "COM3"', name);
  }
  if (/^com[1-9]\d{0,4}$/i.test(name)) return `\\\\.\\${name}`;
  if (/^\\\\[.?]\\[^\\/:\0]+$/.test(name)) return name;
  const hint = /^com[1-9]\d*:$/i.test(name)
    ? ". Leave the colon out."
    : ". serialPorts() lists the ports that there are.";
  throw new TypeError(
    'path must be the name of a port, such as "COM3", or the path of a device, ' +
      `such as "\\\\\\\\.\\\\CNCA0": got ${describe(name)}${hint}`,
  );
}
